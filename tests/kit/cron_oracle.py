"""The slow oracle: walks a span minute by minute and looks at the clock on the wall. It knows neither `bot.kit.cron` nor its library.

`python -m tests.kit.cron_oracle` compares three years in thirty zones, twice.
"""

from __future__ import annotations

import sys
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.kit.cron import MINUTE_MS, cron

ZONES = (
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/Los_Angeles", "America/St_Johns",
    "America/Sao_Paulo", "America/Havana", "America/Asuncion", "America/Santiago", "America/Nuuk", "America/Caracas",
    "Africa/Casablanca", "Africa/Cairo", "Africa/Windhoek", "Asia/Beirut", "Asia/Tehran", "Asia/Kolkata", "Asia/Kathmandu",
    "Asia/Gaza", "Asia/Pyongyang", "Asia/Amman", "Australia/Lord_Howe", "Australia/Sydney", "Australia/Adelaide",
    "Pacific/Apia", "Pacific/Chatham", "Pacific/Fiji", "Antarctica/Troll",
)  # fmt: skip
ERAS = (datetime(2010, 7, 1, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC))
YEARS = timedelta(days=3 * 365 + 1)
DAILY = (
    "0 0 * * *",
    "30 0 * * *",
    "0 1 * * *",
    "45 1 * * *",
    "0 2 * * *",
    "15 2 * * *",
    "30 2 * * *",
    "0 9 * * *",
    "59 23 * * *",
)
OTHERS = (
    "*/15 2 * * *",
    "0,30 1-3 * * *",
    "0 */2 * * *",
    "*/20 * * * *",
    "17 * * * *",
    "30 2 * * 0",
    "0 0 1,15 * 5",
    "5 0-22/3 * mar,oct,nov *",
)
NAMES = {
    name: str(number)
    for names, first in (("jan feb mar apr may jun jul aug sep oct nov dec", 1), ("sun mon tue wed thu fri sat", 0))
    for number, name in enumerate(names.split(), first)
}  # fmt: skip


@dataclass(frozen=True)
class Walk:
    """What the clock of a zone reads in each minute from `begin` on: the day's number times 1440, and the minute of the day."""

    begin: int
    walls: array[int]

    @classmethod
    def through(cls, zone: str, begin: datetime, end: datetime) -> Walk:
        here, walls, at = ZoneInfo(zone), array("q"), begin
        while at < end:
            wall = at.astimezone(here)
            walls.append(wall.toordinal() * 1440 + wall.hour * 60 + wall.minute)
            at += timedelta(minutes=1)
        return cls(int(begin.timestamp()) * 1000, walls)

    def slots(self, expression: str) -> list[int]:
        """Those of the expression; on the first and on the last day of the walk some may be missing."""
        minutes, hours = (
            _numbers(each, *span)
            for each, span in zip(expression.split()[:2], ((0, 59), (0, 23)), strict=True)
        )
        found = (
            self._each(expression, minutes)
            if len(hours) == 24
            else self._once(expression, minutes, hours)
        )
        return [self.begin + MINUTE_MS * place for place in sorted(found)]

    def _each(self, expression: str, minutes: set[int]) -> Iterator[int]:
        wanted = {day for day in self._days() if _is_meant(expression, day)}
        return (
            place for place, wall in enumerate(self.walls)
            if wall % 60 in minutes and wall // 1440 in wanted
        )  # fmt: skip

    def _once(self, expression: str, minutes: set[int], hours: set[int]) -> set[int]:
        """On each date that somebody lived through: the first minute in which the clock has come so far."""
        found = set[int]()
        for day, places in self._days().items():
            if _is_meant(expression, day):
                for clock in (hour * 60 + minute for hour in hours for minute in minutes):
                    reached = (place for place in places if self.walls[place] % 1440 >= clock)
                    found.add(next(reached, places[-1] + 1))
        return found

    def _days(self) -> dict[int, list[int]]:
        days: dict[int, list[int]] = {}
        for place, wall in enumerate(self.walls):
            days.setdefault(wall // 1440, []).append(place)
        return days


def _is_meant(expression: str, day: int) -> bool:
    """Debian's crontab(5): a day of the month and a day of the week, both restricted, are either of them."""
    _, _, days, months, weekdays = expression.split()
    then = date.fromordinal(day)
    by_day = then.day in _numbers(days, 1, 31)
    by_week = then.isoweekday() % 7 in {number % 7 for number in _numbers(weekdays, 0, 7)}
    either = by_day and by_week if "*" in (days[0], weekdays[0]) else by_day or by_week
    return then.month in _numbers(months, 1, 12) and either


def _numbers(field: str, low: int, high: int) -> set[int]:
    found = set[int]()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        begin = low if first == "*" else int(NAMES.get(first, first))
        end = (
            high
            if first == "*" or (step and not last)
            else int(NAMES.get(last, last) if last else begin)
        )
        found |= set(range(begin, end + 1, int(step or 1)))
    return found


def differences(
    walk: Walk, expression: str, zone: str, begin: datetime, end: datetime
) -> tuple[int, set[int]]:
    """How many slots there are between two days within the walk, and those that only one of both has."""
    low, high = (
        int((each).timestamp()) * 1000
        for each in (begin + timedelta(days=1), end - timedelta(days=1))
    )
    slow = [slot for slot in walk.slots(expression) if low < slot <= high]
    quick = list(cron(expression, zone).slots(low, high))
    twice = (
        {slot for slot in quick if quick.count(slot) > 1}
        if len(quick) != len(set(quick))
        else set[int]()
    )
    return len(slow), set(slow) ^ set(quick) | twice


def main() -> int:
    wrong = total = 0
    started = time.monotonic()
    for begin in ERAS:
        for zone in ZONES:
            walk = Walk.through(zone, begin, begin + YEARS)
            for expression in (*DAILY, *OTHERS):
                count, apart = differences(walk, expression, zone, begin, begin + YEARS)
                total, wrong = total + count, wrong + len(apart)
                if apart:
                    told = [
                        datetime.fromtimestamp(slot / 1000, UTC).isoformat()
                        for slot in sorted(apart)
                    ]
                    sys.stdout.write(f"{zone} {expression}: {told[:5]}\n")
    seconds = time.monotonic() - started
    sys.stdout.write(f"{total:,} slots in {len(ZONES)} zones, {wrong} wrong, {seconds:.0f} s\n")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
