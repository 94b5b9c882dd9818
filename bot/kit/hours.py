"""Hours: when somebody is at work: weekly hours and days away, in a time zone of their own. Pure: the time is always given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? (\d\d:\d\d)-(\d\d:\d\d)")
_EXPECTED = 'hours are written like "Mon-Fri 09:00-17:00, Sat 10:00-12:00"'
# Hours that follow each other without a gap for a whole week have no end.
_MOST_SPANS = 20


@dataclass(frozen=True, slots=True)
class Span:
    """The same hours on some days of the week; an end before its beginning is on the day after."""

    days: frozenset[int]
    begin: time
    end: time


@dataclass(frozen=True, slots=True)
class Presence:
    """When somebody is there. No spans: at all hours. `away` is from the first day on until the second begins."""

    spans: tuple[Span, ...] = ()
    away: tuple[date, date] | None = None
    zone: str = "UTC"

    def is_in(self, at: int) -> bool:
        """Whether they are there at this time, in milliseconds since the epoch."""
        return self.out_from(at) != at

    def out_from(self, at: int) -> int | None:
        """From when on they are not there, at this time or after it; None: not before all that can be foreseen."""
        leaves = self._leaves()
        if leaves and leaves[0] <= at < leaves[1]:
            return at
        ends = self._ends(at) if self.spans else None
        later = [each for each in (ends, leaves[0] if leaves else None) if each is not None]
        return min((each for each in later if each >= at), default=None)

    def in_from(self, at: int) -> int:
        """From when on they are there, at this time or after it."""
        for _ in range(_MOST_SPANS):
            if self.is_in(at):
                return at
            leaves = self._leaves()
            if leaves and leaves[0] <= at < leaves[1]:
                at = leaves[1]
            else:
                at = min(begin for begin in self._begins(at) if begin > at)
        return at

    def _leaves(self) -> tuple[int, int] | None:
        if self.away is None:
            return None
        first, back = (self._stamp(day, time.min) for day in self.away)
        return first, back

    def _ends(self, at: int) -> int | None:
        """When the hours at hand end; now, where there are none."""
        for _ in range(_MOST_SPANS):
            until = max((end for begin, end in self._around(at) if begin <= at < end), default=at)
            if until == at:
                return at
            at = until
        return None

    def _around(self, at: int) -> Iterator[tuple[int, int]]:
        """The hours of this day and of the one before, which may last into it."""
        today = datetime.fromtimestamp(at / 1000, ZoneInfo(self.zone)).date()
        for day in (today - timedelta(days=1), today):
            for span in self.spans:
                if day.weekday() in span.days:
                    last = day if span.begin < span.end else day + timedelta(days=1)
                    yield self._stamp(day, span.begin), self._stamp(last, span.end)

    def _begins(self, at: int) -> Iterator[int]:
        """When hours begin, in the week that this day begins and on the day before."""
        today = datetime.fromtimestamp(at / 1000, ZoneInfo(self.zone)).date()
        for day in (today + timedelta(days=each) for each in range(-1, 8)):
            yield from (
                self._stamp(day, span.begin) for span in self.spans if day.weekday() in span.days
            )

    def _stamp(self, day: date, moment: time) -> int:
        return int(datetime.combine(day, moment, ZoneInfo(self.zone)).timestamp() * 1000)


def spans_of(written: str) -> tuple[Span, ...]:
    """The hours that this says; ValueError names what was expected."""
    return tuple(_span(part.strip()) for part in written.lower().split(","))


def _span(written: str) -> Span:
    found = _SPAN.fullmatch(written)
    if found is None or found[1] not in DAYS or (found[2] or found[1]) not in DAYS:
        raise ValueError(_EXPECTED)
    first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
    days = frozenset((first + each) % 7 for each in range((last - first) % 7 + 1))
    return Span(days, _time(found[3]), _time(found[4]))


def _time(written: str) -> time:
    """24:00 is where the next day begins."""
    try:
        return time.fromisoformat("00:00" if written == "24:00" else written)
    except ValueError:
        raise ValueError(_EXPECTED) from None


def away_of(written: str) -> tuple[date, date]:
    """`2026-12-01`: until that day begins; `2026-11-20 to 2026-12-01`: from the first day on. ValueError as above."""
    first, _, back = written.rpartition(" to ")
    try:
        begins = date.fromisoformat(first.strip()) if first else date(1970, 1, 2)
        found = begins, date.fromisoformat(back.strip())
    except ValueError:
        message = "away is a day like 2026-12-01, or 2026-11-20 to 2026-12-01"
        raise ValueError(message) from None
    if found[0] >= found[1]:
        message = "away ends after it begins"
        raise ValueError(message)
    return found
