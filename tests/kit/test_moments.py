"""A time to come, as people write it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.kit.moments import moment_of

BERLIN = "Europe/Berlin"


def at(text: str, zone: str = BERLIN) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return int(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "written", "then"),
    [
        ("2026-05-04 08:00", "09:00", "2026-05-04 09:00"),
        ("2026-05-04 09:00", "9:00", "2026-05-05 09:00"),
        ("2026-05-04 08:00", "2h", "2026-05-04 10:00"),
        ("2026-05-04 08:00", " 30m ", "2026-05-04 08:30"),
        ("2026-05-04 08:00", "2026-05-06 07:30", "2026-05-06 07:30"),
        ("2026-03-28 10:00", "09:00", "2026-03-29 09:00"),  # The night in which clocks go forward.
    ],
)
def test_a_time_is_that_of_the_person_who_writes_it(now: str, written: str, then: str) -> None:
    assert moment_of(written, at(now), BERLIN) == at(then)


def test_a_time_that_no_clock_can_show_is_refused() -> None:
    for written in ("999999999w", "0001-01-01 00:00", "9999-12-31 23:59"):
        with pytest.raises(ValueError, match="more than ten years"):
            moment_of(written, at("2026-05-04 08:00"), BERLIN)


def test_a_time_with_a_zone_keeps_it() -> None:
    assert moment_of("2026-05-04T09:00+00:00", at("2026-05-04 08:00"), BERLIN) == at(
        "2026-05-04 09:00", "UTC"
    )


@pytest.mark.parametrize("written", ["", "25:00", "soon", "9", "tomorrow", "-2h", "0m"])
def test_what_is_no_time_is_said_so(written: str) -> None:
    with pytest.raises(ValueError, match="09:00, 2h or"):
        moment_of(written, at("2026-05-04 08:00"), BERLIN)
