"""Hours: when somebody is at work, in their own time zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.kit.hours import Presence, away_of, spans_of


def ms(text: str, zone: str = "Europe/Berlin") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


OFFICE = Presence(spans_of("Mon-Fri 09:00-17:00"), zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("at", "is_in"),
    [
        ("2026-11-23 09:00", True),  # a Monday
        ("2026-11-23 08:59", False),
        ("2026-11-27 16:59", True),
        ("2026-11-27 17:00", False),
        ("2026-11-28 12:00", False),
        ("2026-03-30 09:00", True),  # the first Monday of summer time
    ],
)
def test_hours_are_those_of_the_person_s_own_zone(at: str, is_in: bool) -> None:
    assert OFFICE.is_in(ms(at)) is is_in


def test_the_end_of_the_day_is_told_beforehand() -> None:
    assert OFFICE.out_from(ms("2026-11-23 10:00")) == ms("2026-11-23 17:00")
    assert OFFICE.out_from(ms("2026-11-23 18:00")) == ms("2026-11-23 18:00")


def test_hours_over_midnight_and_hours_that_follow_each_other_are_one_stretch() -> None:
    night = Presence(spans_of("Fri 22:00-06:00, Sat 06:00-08:00"))
    at = ms("2026-11-27 23:00", "UTC")
    assert night.out_from(at) == ms("2026-11-28 08:00", "UTC")


def test_whoever_is_always_there_never_leaves() -> None:
    always = Presence(spans_of("Mon-Sun 00:00-24:00"))
    assert always.out_from(ms("2026-11-27 23:00")) is None
    assert Presence().out_from(0) is None


def test_days_away_begin_and_end_at_midnight_there() -> None:
    away = Presence(away=away_of("2026-12-01 to 2026-12-10"), zone="Europe/Berlin")
    assert away.out_from(ms("2026-11-27 10:00")) == ms("2026-12-01 00:00")
    assert not away.is_in(ms("2026-12-09 23:59"))
    assert away.is_in(ms("2026-12-10 00:00"))
    assert Presence(away=away_of("2026-12-10")).is_in(ms("2026-12-09", "UTC")) is False


@pytest.mark.parametrize(
    "written", ["9-5", "Mon 9:00-17:00", "Mom 09:00-17:00", "Mon-Fri 09:00-25:00", "", "Mon-Fri"]
)
def test_hours_that_cannot_be_read_say_how_they_are_written(written: str) -> None:
    with pytest.raises(ValueError, match="Mon-Fri 09:00-17:00"):
        spans_of(written)


@pytest.mark.parametrize("written", ["soon", "2026-13-01", "2026-12-10 to 2026-12-01"])
def test_days_away_that_cannot_be_read_say_what_is_wrong(written: str) -> None:
    with pytest.raises(ValueError, match="away"):
        away_of(written)


@pytest.mark.parametrize(
    ("at", "there"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:00"),
        ("2026-11-23 08:00", "2026-11-23 09:00"),
        ("2026-11-23 17:00", "2026-11-24 09:00"),
        ("2026-11-27 18:00", "2026-11-30 09:00"),  # over the weekend
        ("2026-03-28 12:00", "2026-03-30 09:00"),  # into summer time
    ],
)
def test_the_next_hour_at_work_is_told_beforehand(at: str, there: str) -> None:
    assert OFFICE.in_from(ms(at)) == ms(there)


def test_whoever_is_away_is_there_in_the_first_hours_after_it() -> None:
    away = Presence(OFFICE.spans, away_of("2026-11-24 to 2026-11-28"), OFFICE.zone)
    assert away.in_from(ms("2026-11-23 16:00")) == ms("2026-11-23 16:00")
    assert away.in_from(ms("2026-11-23 17:30")) == ms("2026-11-30 09:00")
    at_all_hours = Presence(away=away_of("2026-11-28"), zone=OFFICE.zone)
    assert at_all_hours.in_from(ms("2026-11-24 03:00")) == ms("2026-11-28 00:00")


def test_hours_of_one_day_a_week_come_a_week_later() -> None:
    mondays = Presence(spans_of("Mon 09:00-10:00"), zone="Europe/Berlin")
    assert mondays.in_from(ms("2026-11-23 10:00")) == ms("2026-11-30 09:00")
