"""Watch: looks at what became of the slots that ran, and sees to it that a schedule which fails says so. Any number may watch the same.

As with slots, what is to be said is put on record first, by whoever is the first to do so, and then said by everybody who reads it: so
whoever dies between the two leaves nothing unsaid, and nothing is said twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress

import structlog

from bot.core.slots import ScheduleFared, Slot
from bot.core.values import Address
from bot.kit.slotbook import Slotbook
from channels.cron.digest import WINDOW, Seen, following
from channels.cron.entry import Entry, Reach, Where, beside
from channels.cron.looking import Looking, pause

WATCH_SECONDS = 5.0
LAST_RESORT = "console"
"""Where is said what can be said nowhere else: whoever looks at the bot sees it there."""
UNSETTLED = 3
"""So many of the latest failures are looked at again: a human may have mended them."""
log = structlog.get_logger()


class Watch(Looking):
    """One watch over all schedules."""

    def __init__(
        self, entries: Sequence[Entry], book: Slotbook, where: Where, reach: Reach, creator: str
    ) -> None:
        super().__init__(entries, book, where, reach, creator)
        self._seen: dict[str, dict[int, Seen]] = {}
        self._told: dict[str, int] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Look every few seconds until told to stop."""
        while not stop.is_set():
            await self._survive()
            await pause(stop, WATCH_SECONDS)

    async def look(self) -> None:
        """See how each schedule fares; none keeps another from being looked at."""
        await self._each(beside(self._entries, await self._book.made()), self._safely)

    async def _safely(self, entry: Entry) -> None:
        try:
            await self._attend(entry)
        except Exception as error:  # noqa: BLE001 - it is looked at again in a moment
            log.warning("schedule not watched", schedule=entry.id, error=str(error)[:300])

    async def _attend(self, entry: Entry) -> None:
        last = await self._book.fared(entry.id)
        await self._tell(last)
        seen = await self._fates(entry)
        now = await self._book.now()
        fared = following(entry.id, last, seen, now, lambda at: _local(entry, at))
        if fared is None:
            return
        if fared.told:
            fared = await self._placed(entry, last, seen, fared)
        if await self._book.fare(fared) and fared.told:
            log.warning(fared.told, schedule=entry.id, text=fared.text)
        await self._tell(await self._book.fared(entry.id))

    async def _tell(self, fared: ScheduleFared | None) -> None:
        if fared is None or not fared.told or self._told.get(fared.schedule) == fared.number:
            return
        await self._book.tell(fared)
        self._told[fared.schedule] = fared.number

    async def _fates(self, entry: Entry) -> list[Seen]:
        """The latest slots; of most of them it is known already what became of them."""
        known, found = self._seen.get(entry.id, {}), dict[int, Seen]()
        for slot in await self._book.latest(entry.id, WINDOW):
            found[slot.at] = known.get(slot.at) or Seen(slot, await self._book.fate(entry.id, slot))
        failed = [at for at, each in found.items() if each.fate.state == "failed"][:-UNSETTLED]
        self._seen[entry.id] = {
            at: each
            for at, each in found.items()
            if each.fate.state in ("well", "void") or at in failed
        }
        return list(found.values())

    async def _placed(
        self, entry: Entry, last: ScheduleFared | None, seen: Sequence[Seen], fared: ScheduleFared
    ) -> ScheduleFared:
        """Where it is said: with what was said of the same before, else in the thread that failed, else anew where the schedule speaks."""
        actor = entry.creator or self._creator or "clock"
        there = list(self._places(entry, last, seen, fared))
        for place, address in enumerate(there, start=1):
            thread = self._book.thread(address)
            if await self._book.is_dead(thread) or await self._reach(address) is not None:
                continue
            others = [each for each in there[place:] if each != address]
            said = {"address": address, "fallback": others[-1] if others else None}
            return fared.model_copy(update={**said, "agent": entry.agent, "actor": actor})
        raise AssertionError("the last resort takes everything")

    def _places(
        self, entry: Entry, last: ScheduleFared | None, seen: Sequence[Seen], fared: ScheduleFared
    ) -> Iterator[Address]:
        slot = _latest(seen)
        if last is not None and last.since and last.address is not None:
            yield last.address
        elif slot is not None and slot.address is not None:
            yield slot.address
        at = max([fared.since, *fared.slots]) + 1000  # No slot's own: that thread is its.
        for written in (entry.schedule.address, entry.schedule.fallback, LAST_RESORT):
            if written:
                with suppress(ValueError):
                    yield self._where(written, entry.id, at)


def _latest(seen: Sequence[Seen]) -> Slot | None:
    """The latest slot that failed in a thread where something can be said."""
    failed = (each for each in reversed(seen) if each.fate.state == "failed")
    latest = next(failed, None)
    return latest.slot if latest and latest.fate.outcome != "delivery_failed" else None


def _local(entry: Entry, at: int) -> str:
    return f"{entry.schedule.cron.local(at):%a %Y-%m-%d %H:%M %Z}"
