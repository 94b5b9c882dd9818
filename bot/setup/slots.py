"""Slots: the slotbook on a store."""

from __future__ import annotations

import structlog
from pydantic import ValidationError

from bot.core import halts
from bot.core.codec import decode
from bot.core.events import Cancelled, CronTicked, Event, Paused, Resumed
from bot.core.slots import ScheduleFared, ScheduleSet, Slot, SlotsSettled, place_of
from bot.core.values import Address
from bot.engine.desk import Desk, thread_id
from bot.engine.standing import NoSuchThread
from bot.engine.store import Store
from bot.kit.schedule import ON_RECORD, Schedule
from bot.kit.slotbook import Fate, Kept, Made
from bot.setup import outcomes
from bot.setup.slot_logs import MADE, fares_of, first_of, log_of, months, root_of, year

AT_WORK = ("thinking", "running", "waiting_for_human", "waiting_for_time", "paused")
log = structlog.get_logger()


class Slots:
    """The slotbook on a store."""

    def __init__(self, store: Store, desk: Desk) -> None:
        self._store = store
        self._desk = desk
        self._unread = set[str]()

    async def now(self) -> int:
        return await self._store.now()

    async def kept(self, schedule: str) -> Kept | None:
        root = await self._events(root_of(schedule))
        settled = [event for event in root if isinstance(event, SlotsSettled)]
        if not settled:
            return None
        first = first_of(root)
        last = await self._last(schedule, first) if first else None
        by_hand = [event for event in settled if event.slots]
        newest = max([*by_hand, last] if last else by_hand, key=_at)
        until, said = (last.until, last.said) if last else (0, "")
        return Kept(until, said, newest.thread, _paused(root), last)

    async def said(self) -> dict[str, ScheduleSet]:
        """What was said last of each schedule that was made in conversation and is still there, by its name."""
        found = dict[str, ScheduleSet]()
        for event in await self._events(MADE):
            if isinstance(event, ScheduleSet):
                found.pop(event.schedule, None)
                found |= {event.schedule: event} if event.terms else {}
        return found

    async def made(self) -> list[Made]:
        found = list[Made]()
        for said in (await self.said()).values():
            try:
                schedule = Schedule.model_validate(said.terms, context=ON_RECORD)
            except ValidationError as error:
                if said.id not in self._unread:  # Clocks ask for them every second.
                    log.warning("schedule not read", schedule=said.schedule, error=str(error)[:300])
                self._unread.add(said.id)
                continue
            agent = said.schedule.partition("/")[0]
            found.append(Made(agent, schedule, said.creator, said.id, said.askers))
        return found

    async def settle(self, event: SlotsSettled) -> bool:
        return await self._desk.post(log_of(event.schedule, event.after), event)

    async def note(self, event: SlotsSettled) -> None:
        await self._desk.post(root_of(event.schedule), event)

    async def say(self, schedule: str, event: Paused | Resumed) -> None:
        """Put on record who pauses a schedule, or lets it go on."""
        await self._desk.post(root_of(schedule), event)

    async def paused(self, schedule: str) -> str:
        """Who paused it; empty: nobody, or somebody let it go on."""
        return _paused(await self._events(root_of(schedule)))

    async def history(self, schedule: str) -> list[Event]:
        """What is on record of the last year, the oldest first."""
        found = root = await self._events(root_of(schedule))
        if (first := first_of(root)) is None:
            return root
        latest = max(await self.now(), (await self._last(schedule, first)).until)
        for month in year(latest, first.until):
            found = [*found, *await self._events(log_of(schedule, month))]
        return sorted(found, key=lambda event: event.at)

    async def fate(self, schedule: str, slot: Slot) -> Fate:
        return await outcomes.fate(self._desk, schedule, slot)

    async def latest(self, schedule: str, most: int) -> list[Slot]:
        root, found, now = await self._events(root_of(schedule)), list[Slot](), await self.now()
        first = first_of(root)
        for month in year(now, first.until) if first else ():
            if len(found) < most:
                rows = await self._store.read(log_of(schedule, month), -most)
                events = [decode(row.at, row.body) for row in rows]
                found = [*_begun(events), *found]
        return sorted([*found, *_begun(root)], key=lambda slot: slot.at)[-most:]

    async def fared(self, schedule: str) -> ScheduleFared | None:
        rows = await self._store.read(fares_of(schedule), -1)
        event = decode(rows[-1].at, rows[-1].body) if rows else None
        return event if isinstance(event, ScheduleFared) else None

    async def fare(self, event: ScheduleFared) -> bool:
        return await self._desk.post(fares_of(event.schedule), event)

    async def tell(self, event: ScheduleFared) -> None:
        if event.address is not None:
            await self._desk.post(thread_id(event.address), event)

    def thread(self, address: Address) -> str:
        return thread_id(address)

    async def begin(self, tick: CronTicked) -> None:
        await self._desk.post(thread_id(tick.address), tick)

    async def lead(self, schedule: str, slot: Slot) -> None:
        assert slot.fallback is not None, "only a fallback leads to the thread of another place"
        settled = SlotsSettled(
            id=f"lead:{schedule}@{slot.at}",
            actor="clock",
            schedule=schedule,
            after=slot.at - 1,
            until=slot.at,
            thread=slot.thread,
        )
        await self._desk.post(place_of(thread_id(slot.fallback)), settled)

    async def is_begun(self, tick: CronTicked) -> bool:
        return any(event.id == tick.id for event in await self._events(thread_id(tick.address)))

    async def end(self, thread: str, id: str, reason: str) -> None:
        await self._desk.post(thread, Cancelled(id=id, actor="clock", reason=reason))

    async def busy(self, thread: str) -> str | None:
        try:
            standing = await self._desk.standing(thread)
        except NoSuchThread:
            return None
        if standing.phase not in AT_WORK:
            return None
        return standing.waiting_for or str(standing.phase)

    async def is_own(self, thread: str) -> bool:
        return isinstance(next(iter(await self._events(thread)), None), CronTicked | ScheduleFared)

    async def is_held(self, thread: str) -> bool:
        try:
            standing = await self._desk.standing(thread)
        except NoSuchThread:
            return False
        return standing.thread is not None and outcomes.is_held(standing.thread)

    async def is_dead(self, thread: str) -> bool:
        try:
            return (await self._desk.standing(thread)).phase == "dead"
        except NoSuchThread:
            return False

    async def halted(self, agent: str) -> str | None:
        halt = halts.of(halts.told_by(await self._desk.house()), agent)
        return halt.words if halt else None

    async def _last(self, schedule: str, first: SlotsSettled) -> SlotsSettled:
        """The latest that was settled; the ends of logs alone are read. Where the store's clock was set back it lies ahead."""
        found = first
        for month in months(await self.now(), first.until):
            if end := await self._end(log_of(schedule, month)):
                found = end
                break
        while log_of(schedule, found.until) != log_of(schedule, found.after):
            if (end := await self._end(log_of(schedule, found.until))) is None:
                break
            found = end
        return found

    async def _end(self, log: str) -> SlotsSettled | None:
        rows = await self._store.read(log, -1)
        event = decode(rows[-1].at, rows[-1].body) if rows else None
        return event if isinstance(event, SlotsSettled) else None

    async def _events(self, log: str) -> list[Event]:
        return [decode(row.at, row.body) for row in await self._store.read(log)]


def _begun(events: list[Event]) -> list[Slot]:
    """What ran, or was to."""
    settled = [event for event in events if isinstance(event, SlotsSettled)]
    return [slot for event in settled for slot in event.slots if slot.outcome != "skipped"]


def _paused(root: list[Event]) -> str:
    """Who paused it last, and nobody let it go on since."""
    said = [event for event in root if isinstance(event, Paused | Resumed)]
    return said[-1].actor if said and isinstance(said[-1], Paused) else ""


def _at(event: SlotsSettled) -> int:
    return event.at
