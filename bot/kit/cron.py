"""Cron: when a schedule comes due. Five fields and a time zone become instants; pure, the time is always given.

The one rule for clocks that are changed, by what the hour field says:

- It lists hours: each time of day that the fields name comes once a day, every day. One that is skipped comes in the first minute
  after the gap, one that is repeated comes the first time alone. A date that the zone skips whole has none.
- It takes all 24: the schedule runs by minutes that really pass, so in each of them whose clock reads so. What is skipped does not
  come, what is repeated comes again.

The calendar is cronsim's (https://github.com/cuu508/cronsim), asked without a time zone; docs/adr/0027 tells why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from bot.kit.nearest import meant

MINUTE_MS = 60_000
NAMED = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MINUTE = timedelta(minutes=1)
_STRIDE = timedelta(hours=12)  # No zone changes its clock and changes it back within this.
_FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
_RANGES = ("0 to 59", "0 to 23", "1 to 31", "1 to 12 or jan to dec", "0 to 7 or sun to sat")
_THEIRS = ("minute", "hour", "day-of-month", "month", "day-of-week")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_EVERY = re.compile(r"@every (\d{1,6}) ?(s|m|h)\w*")
_FAMILIAR = datetime(2024, 1, 1)  # noqa: DTZ001 - a place in the calendar, of no zone


class BadSchedule(ValueError):
    """This is no schedule; the text says why and what may have been meant."""


@dataclass(frozen=True)
class Cron:
    """An expression of five fields in a time zone. Instants are milliseconds since the epoch."""

    fields: str
    zone: str

    def after(self, at: int) -> int | None:
        """The first slot later than this; None: none within fifty years."""
        begin = datetime.fromtimestamp(at // MINUTE_MS * 60, UTC)
        try:
            found = self._flowing(begin) if self._takes_all_hours else self._named(begin)
        except StopIteration:  # The calendar gives up.
            return None
        return int(found.timestamp()) * 1000

    def slots(self, after: int, until: float = float("inf")) -> Iterator[int]:
        """The slots later than the one and not later than the other, in order."""
        slot = self.after(after)
        while slot is not None and slot <= until:
            yield slot
            slot = self.after(slot)

    def local(self, at: int) -> datetime:
        """What the clocks of its zone read at this instant."""
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(self._zone)

    @cached_property
    def words(self) -> str:
        """The expression as a sentence."""
        return CronSim(self.fields, _FAMILIAR).explain()

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def _takes_all_hours(self) -> bool:
        return len(CronSim(self.fields, _FAMILIAR).hours) == 24

    def _named(self, begin: datetime) -> datetime:
        """Times of day in the order of the calendar, which is that of their instants."""
        for wall in CronSim(self.fields, self._wall(begin)):
            found = self._instant(wall)
            if found is not None and found > begin:
                return found
        raise StopIteration

    def _instant(self, wall: datetime) -> datetime | None:
        first = wall.replace(tzinfo=self._zone).astimezone(UTC)
        if self._wall(first) == wall:
            return first
        # PEP 495: in a gap, fold 0 counts by the offset before it, fold 1 by the one after it.
        before = wall.replace(tzinfo=self._zone, fold=1).astimezone(UTC)
        end = self._change(before, first)
        skips_the_date = self._wall(end - _MINUTE).date() < wall.date() < self._wall(end).date()
        return None if skips_the_date else end

    def _flowing(self, begin: datetime) -> datetime:
        """As long as the clock is not changed, calendar and time go at one pace; after a change it is asked anew."""
        while True:
            wall = next(CronSim(self.fields, self._wall(begin)))
            found = begin + (wall - self._wall(begin))
            change = self._next_change(begin, found)
            if change is None:
                return found
            if self._is_named(self._wall(change)):
                return change
            begin = change

    def _is_named(self, wall: datetime) -> bool:
        return next(CronSim(self.fields, wall - _MINUTE)) == wall

    def _next_change(self, begin: datetime, end: datetime) -> datetime | None:
        """The first minute in which the clock was changed since `begin`, not later than `end`."""
        offset = self._offset(begin)
        while begin < end:
            stop = min(begin + _STRIDE, end)
            if self._offset(stop) != offset:
                return self._change(begin, stop)
            begin = stop
        return None

    def _change(self, before: datetime, after: datetime) -> datetime:
        """The first minute that has the offset of `after`."""
        offset = self._offset(after)
        while after - before > _MINUTE:
            middle = before + (after - before) // _MINUTE // 2 * _MINUTE
            before, after = (before, middle) if self._offset(middle) == offset else (middle, after)
        return after

    def _offset(self, at: datetime) -> timedelta | None:
        return at.astimezone(self._zone).utcoffset()

    def _wall(self, at: datetime) -> datetime:
        return at.astimezone(self._zone).replace(tzinfo=None, fold=0)


def cron(written: str, zone: str) -> Cron:
    """The schedule that this says. Raises `BadSchedule`."""
    return Cron(fields_of(written), zone_of(zone))


def fields_of(written: str) -> str:
    """The five fields, `@daily` and its kin written out. Raises `BadSchedule`."""
    said = " ".join(written.split()).lower()
    if said.startswith("@"):
        return _of_a_name(said)
    parts = said.split(" ") if said else []
    if len(parts) != len(_FIELDS):
        raise BadSchedule(_miscounted(parts))
    if "?" in parts:
        suggestion = " ".join("*" if part == "?" else part for part in parts)
        raise BadSchedule(f"? is not known here: write * instead, as in {suggestion}")
    try:
        next(CronSim(said, _FAMILIAR))
    except CronSimError as error:
        raise BadSchedule(_refused(parts, str(error))) from None
    except StopIteration:
        raise BadSchedule(_never(said)) from None
    return said


def _of_a_name(said: str) -> str:
    if said in NAMED:
        return NAMED[said]
    if every := _EVERY.fullmatch(said):
        count, unit = int(every[1]), every[2]
        if unit == "s":
            raise BadSchedule(
                "a schedule comes at most once a minute: each slot is a thread of its own. Write */5 * * * * for every five minutes"
            )
        most, fields = (60, f"*/{count} * * * *") if unit == "m" else (24, f"0 */{count} * * *")
        exact = count and most % count == 0
        instead = f"write {fields}" if exact else "write the minutes and hours that are meant"
        raise BadSchedule(f"a schedule follows the clock, not when it was started: {instead}")
    if said == "@reboot":
        raise BadSchedule("a schedule follows the clock, not a start: write @hourly or @daily")
    raise BadSchedule(f"{said[:40]} is not known here{meant(said[:40], NAMED)}")


def _miscounted(parts: list[str]) -> str:
    expected = "five fields were expected: minute, hour, day of the month, month, day of the week"
    if len(parts) == 6:
        why = "The zone stands under time_zone" if "=" in parts[0] else "Seconds are not among them"
        return f"{expected}. {why}: write {' '.join(parts[1:])} alone, or leave out the year"
    return f"{expected}, and there are {len(parts)}: write 0 9 * * 1-5 for weekdays at nine"


def _refused(parts: list[str], error: str) -> str:
    """In our words; a date that no month has is the one thing that cronsim looks at across fields."""
    field = next((n for n, name in enumerate(_THEIRS) if error == f"Bad {name}"), 0)
    try:
        if field == 2:
            next(CronSim(f"0 0 {parts[2]} * *", _FAMILIAR))
            return _never(" ".join(parts))
    except (CronSimError, StopIteration):
        pass
    part = parts[field][:40]
    numbers = re.sub("|".join(_DAYS), lambda day: str(_DAYS.index(day[0])), part)
    if turned := re.fullmatch(r"(\d+)-(\d+)", numbers):
        low, high = int(turned[1]), int(turned[2])
        first, last = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))[field]
        if high < low <= last:
            return f"the {_FIELDS[field]} {part} ends before it begins: write {low}-{last},{first}-{high}"
    return f"the {_FIELDS[field]} is {_RANGES[field]}, *, a list, a range or */n, not {part}"


def _never(fields: str) -> str:
    day, month = fields.split(" ")[2:4]
    return f"no month that it names ({month}) has a day {day}, so it would never come: write L for the last day of a month"


def zone_of(written: str) -> str:
    """The name of a zone in the IANA database. Raises `BadSchedule`."""
    known = _zones()
    if written in known:
        return written
    raise BadSchedule(f"there is no time zone {written[:40]!r}{_meant(written.strip(), known)}")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _meant(written: str, known: frozenset[str]) -> str:
    """The same in another spelling, a city without its continent, an offset, or what is near."""
    plain = written.casefold().replace(" ", "_")
    for name in sorted(known):
        if plain in (name.casefold(), name.rpartition("/")[2].casefold()) and plain:
            return f" (did you mean {name}?)"
    if offset := re.fullmatch(r"(?:utc|gmt)?([+-])0?(\d{1,2})(?::?00)?", plain):
        turned = {"+": "-", "-": "+"}[offset[1]]
        fixed = f"Etc/GMT{turned}{offset[2]}"
        if fixed in known:
            return f" (an offset that never changes is {fixed}; a place, such as Europe/Berlin, is better)"
    places = [name for name in known if "/" in name and not name.startswith("Etc/")]
    near = meant(written[:40], places)
    return near if near.startswith(" (did") else " (a place is expected, such as Europe/Berlin)"
