"""A schedule comes when its clock says so, whatever is done to the clock; what can never come is refused with a suggestion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.kit.cron import BadSchedule, cron
from tests.kit.cron_oracle import DAILY, ERAS, OTHERS, YEARS, ZONES, Walk, differences

DAYS = timedelta(days=2)


def ms(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1000


def local(expression: str, zone: str, begin: int, end: int) -> list[str]:
    schedule = cron(expression, zone)
    return [f"{schedule.local(slot):%m-%d %H:%M%z}" for slot in schedule.slots(begin, end)]


@cache
def changes(zone: str) -> list[datetime]:
    """When the clock of this zone was changed in both eras, to six hours."""
    found = list[datetime]()
    for begin in ERAS:
        hours = [begin + timedelta(hours=6 * n) for n in range(YEARS.days * 4)]
        offsets = [at.astimezone(ZoneInfo(zone)).utcoffset() for at in hours]
        found += [
            at
            for at, one, other in zip(hours[1:], offsets, offsets[1:], strict=False)
            if one != other
        ]
    return found or [begin + DAYS * 10 for begin in ERAS]


numbers = st.lists(st.integers(0, 23), min_size=1, max_size=3).map(
    lambda each: ",".join(map(str, each))
)
minutes = st.sampled_from(["0", "30", "15,45", "*/20", "59", "*", "1"])
hours = st.one_of(numbers, st.sampled_from(["*", "*/2", "0-3", "1-3/2", "23,0"]))
days = st.sampled_from(
    ["* * *", "* * *", "1-15 * *", "* * 0", "*/2 * 1-5", "28-31 * sun", "1 jan,mar-nov *"]
)


@settings(max_examples=60)
@given(
    st.sampled_from(ZONES).flatmap(
        lambda zone: st.tuples(st.just(zone), st.sampled_from(changes(zone)))
    ),
    minutes,
    hours,
    days,
)
def test_around_every_change_of_a_clock_it_is_what_the_slow_oracle_says(
    place: tuple[str, datetime], minute: str, hour: str, day: str
) -> None:
    zone, change = place
    begin, end = change - DAYS, change + DAYS
    walk = Walk.through(zone, begin, end)
    _, apart = differences(walk, f"{minute} {hour} {day}", zone, begin, end)
    assert not apart


@pytest.mark.parametrize(
    ("zone", "begin"),
    [
        ("Australia/Lord_Howe", datetime(2026, 3, 20, tzinfo=UTC)),
        ("Pacific/Apia", datetime(2011, 12, 10, tzinfo=UTC)),
        ("Africa/Casablanca", datetime(2026, 2, 1, tzinfo=UTC)),
    ],
)
def test_the_hardest_months_are_what_the_slow_oracle_says(zone: str, begin: datetime) -> None:
    end = begin + timedelta(days=70)
    walk = Walk.through(zone, begin, end)
    found = [differences(walk, each, zone, begin, end) for each in (*DAILY, *OTHERS)]
    assert sum(count for count, _ in found) > 5_000
    assert not [apart for _, apart in found if apart]


def test_a_time_that_is_skipped_comes_after_the_gap_and_one_that_is_repeated_once() -> None:
    spring = local("30 2 * * *", "Europe/Berlin", ms(2026, 3, 28), ms(2026, 3, 31))
    assert spring == ["03-28 02:30+0100", "03-29 03:00+0200", "03-30 02:30+0200"]
    autumn = local("30 2 * * *", "Europe/Berlin", ms(2026, 10, 24), ms(2026, 10, 27))
    assert autumn == ["10-24 02:30+0200", "10-25 02:30+0200", "10-26 02:30+0100"]


def test_times_that_fall_together_after_a_gap_are_one_slot() -> None:
    found = local("0,30 2,3 * * *", "Europe/Berlin", ms(2026, 3, 29), ms(2026, 3, 29, 12))
    assert found == ["03-29 03:00+0200", "03-29 03:30+0200"]


def test_asked_within_the_repeated_hour_the_next_slot_is_later() -> None:
    """The library alone answers an instant an hour in the past here."""
    schedule, repeated = cron("30 2 * * *", "Europe/Berlin"), ms(2026, 10, 25, 1, 29)
    assert f"{schedule.local(schedule.after(repeated) or 0):%m-%d %H:%M%z}" == "10-26 02:30+0100"


def test_a_date_that_its_zone_skips_has_no_slot() -> None:
    found = local("0 9 * * *", "Pacific/Apia", ms(2011, 12, 29), ms(2012, 1, 1))
    assert found == ["12-29 09:00-1000", "12-31 09:00+1400", "01-01 09:00+1400"]


def test_an_hourly_schedule_runs_in_every_hour_that_passes() -> None:
    found = local("30 * * * *", "Europe/Berlin", ms(2026, 10, 24, 23), ms(2026, 10, 25, 3))
    assert found == ["10-25 01:30+0200", "10-25 02:30+0200", "10-25 02:30+0100", "10-25 03:30+0100"]


def test_the_known_names_mean_what_they_say() -> None:
    assert cron("@daily", "UTC") == cron("0 0 * * *", "UTC") == cron(" @Midnight ", "UTC")
    assert local("@yearly", "UTC", ms(2026, 1, 1), ms(2028, 1, 1)) == ["01-01 00:00+0000"] * 2
    assert cron("@weekly", "UTC").words == "At 00:00 on Sunday"


def test_a_day_that_is_four_years_away_is_found() -> None:
    slot = cron("0 0 29 2 *", "UTC").after(ms(2096, 3, 1))
    assert slot == ms(2104, 2, 29)  # 2100 is no leap year.


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("* * * * * *", "Seconds are not among them: write * * * * * alone"),
        ("*/5 0 9 * * 1", "write 0 9 * * 1 alone"),
        ("0 9 * *", "and there are 4: write 0 9 * * 1-5"),
        ("", "and there are 0: write 0 9 * * 1-5"),
        ("0 0 31 2 *", "no month that it names (2) has a day 31, so it would never come"),
        ("0 0 31 feb,apr *", "no month that it names (feb,apr) has a day 31"),
        ("60 * * * *", "the minute is 0 to 59, *, a list, a range or */n, not 60"),
        ("0 24 * * *", "the hour is 0 to 23"),
        ("0 0 32 * *", "the day of the month is 1 to 31"),
        ("0 0 * 13 *", "the month is 1 to 12 or jan to dec"),
        ("0 0 * * 8", "the day of the week is 0 to 7 or sun to sat"),
        ("0 0 * * mon-fry", "not mon-fry"),
        ("*/0 * * * *", "not */0"),
        ("0 22-2 * * *", "the hour 22-2 ends before it begins: write 22-23,0-2"),
        ("0 0 ? * mon", "? is not known here: write * instead, as in 0 0 * * mon"),
        ("@every 1s", "at most once a minute"),
        ("@every 15m", "write */15 * * * *"),
        ("@every 7h", "write the minutes and hours that are meant"),
        ("@every 2h", "write 0 */2 * * *"),
        ("@reboot", "not a start"),
        ("@dayly", "did you mean @daily?"),
    ],
)  # fmt: skip
def test_what_is_no_schedule_is_refused_with_the_reason_and_a_suggestion(
    written: str, expected: str
) -> None:
    with pytest.raises(BadSchedule) as refused:
        cron(written, "UTC")
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("europe/berlin", "did you mean Europe/Berlin?"),
        ("New York", "did you mean America/New_York?"),
        ("Europe/Berln", "did you mean Europe/Berlin?"),
        ("UTC+2", "an offset that never changes is Etc/GMT-2"),
        ("CET+1", "a place is expected"),  # Etc/GMT+1 is near in letters, and west of Greenwich.
        ("Mars/Olympus", "such as Europe/Berlin"),
        ("../../etc/passwd", "there is no time zone"),
        ("", "there is no time zone"),
    ],
)  # fmt: skip
def test_an_unknown_zone_is_refused_with_what_was_meant(written: str, expected: str) -> None:
    with pytest.raises(BadSchedule) as refused:
        cron("@daily", written)
    assert expected in str(refused.value)


@given(st.text(max_size=40), st.text(max_size=20))
def test_whatever_is_written_is_a_schedule_or_refused(written: str, zone: str) -> None:
    for made in (lambda: cron(written, "UTC"), lambda: cron("@daily", zone)):
        try:
            made()
        except BadSchedule:
            continue


@given(
    st.lists(
        st.sampled_from(
            [
                "*",
                "1",
                "L",
                "*/2",
                "0-3",
                "5#2",
                "1L",
                "mon",
                "31",
                "?",
                "feb",
                "1,2",
                "/",
                "-",
                "W",
            ]
        ),
        min_size=5,
        max_size=5,
    )
)
def test_whatever_fields_are_put_together_come_or_are_refused(parts: list[str]) -> None:
    try:
        schedule = cron(" ".join(parts), "Europe/Berlin")
    except BadSchedule:
        return
    assert schedule.after(ms(2026, 1, 1)) is not None
