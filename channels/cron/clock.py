"""Clock: settles every slot of every schedule once and begins what is to run. Any number of clocks may look at the same schedules.

A slot is settled on record first, by whichever clock is the first to do so, then every clock begins what the record says; a
thread that is begun already stays as it is. So one that dies between the two leaves nothing undone, and the time of its own
machine decides nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext

import structlog

from bot.core.said import CronTicked
from bot.core.slots import Slot, SlotsSettled, tick_id
from bot.core.values import Address
from bot.kit.cron import MINUTE_MS
from bot.kit.slotbook import Kept, Slotbook
from channels.cron.entry import Entry, Reach, Where, beside, minute, settling
from channels.cron.looking import Looking, pause
from channels.cron.plan import MISSED_MS, Situation, due, settled

LOOK_SECONDS = 1.0
log = structlog.get_logger()


class Busy(Exception):
    """The schedule lets nothing run beside what is still at work; the text says what that is."""


class Unheard(Exception):
    """Nothing can be said where the schedule speaks; the text says why."""


class Clock(Looking):
    """One clock."""

    def __init__(
        self, entries: Sequence[Entry], book: Slotbook, where: Where, reach: Reach, creator: str
    ) -> None:
        super().__init__(entries, book, where, reach, creator)
        self._next: dict[str, int | None] = {}
        self._known: dict[str, Entry] = {}
        self._alone = asyncio.Lock()
        self._latest = 0

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Look every second until told to stop."""
        await self.look()
        ready()
        while not stop.is_set():
            await pause(stop, LOOK_SECONDS)
            await self._survive()

    async def look(self) -> None:
        """Settle what has come; no schedule keeps another from its slot, or waiting for it."""
        now = await self._book.now()
        if now < self._latest - MISSED_MS:
            log.warning("the store's clock was set back", seconds=(self._latest - now) // 1000)
            self._next.clear()
        self._latest = now
        entries = beside(self._entries, await self._book.made())
        come = [each for each in entries if self._has_come(each, now)]
        await self._each(come, lambda entry: self._safely(entry, now))

    def _has_come(self, entry: Entry, now: int) -> bool:
        if self._known.get(entry.id) != entry:
            self._next.pop(entry.id, None)
            self._known[entry.id] = entry
        following = self._next.get(entry.id, 0)
        return following is not None and following <= now

    async def _safely(self, entry: Entry, now: int) -> None:
        try:
            async with self._alone if self._is_guest(entry) else nullcontext():
                await self._attend(entry, now)
        except Exception as error:  # noqa: BLE001 - it is looked at again in a second
            log.warning("schedule failed", schedule=entry.id, error=str(error)[:300])
            self._next.pop(entry.id, None)  # What was settled and not begun is looked for anew.

    def _is_guest(self, entry: Entry) -> bool:
        """Whether it speaks in a thread that it names: two that came together would pass over each other there."""
        written = filter(None, (entry.schedule.address, entry.schedule.fallback))
        return any(self._is_named(each, entry) for each in written)

    async def run_now(self, entry: Entry, person: str, askers: tuple[str, ...] = ()) -> str:
        """Begin beside the slots, by somebody's word and that of those who asked besides, even while it is paused; the thread. Raises `Busy` and `Unheard`."""
        now, kept = await self._book.now(), await self._book.kept(entry.id)
        before = kept.thread if kept else ""
        busy, own, held = await self._at_work(before)
        policy = entry.schedule.concurrency_policy
        if busy is not None and policy == "forbid" and not held:
            raise Busy(f"{before} is still at it: {busy}")
        replaced = before if busy is not None and (held or (own and policy == "replace")) else ""
        slot = Slot(at=now, outcome="ran", replaces=replaced, person=person, askers=askers)
        slot = await self._placed(entry, slot)
        if slot.outcome == "failed":
            raise Unheard(slot.why)
        if slot.outcome == "skipped":
            raise Busy(slot.why)
        event = settling(entry, now, now, slot.thread, (slot,))
        event = event.model_copy(update={"id": f"{event.id}:{person}", "actor": person})
        await self._book.note(event)
        await self._perform(entry, event)
        fate = await self._book.fate(entry.id, slot)
        if fate.outcome == "skipped":
            raise Busy(fate.why)
        return slot.thread

    async def _attend(self, entry: Entry, now: int) -> None:
        kept = await self._book.kept(entry.id)
        if entry.id not in self._next:
            kept = await self._take_up(entry, kept, now)
        elif kept is not None and kept.latest is not None:
            # Whoever settled it may have died: nothing is settled after what has not begun.
            await self._perform(entry, kept.latest)
        while kept is not None:
            event = await self._settled(entry, kept)
            if event is None:
                if kept.until - now >= MISSED_MS:
                    log.warning("schedule sleeps", schedule=entry.id, until=minute(kept.until))
                self._next[entry.id] = entry.schedule.cron.after(max(kept.until, now))
                return
            before, kept = kept.until, await self._put(entry, event)
            assert kept is not None, "what was settled is on record"
            assert kept.until > before, "what is settled goes on from there"

    async def _take_up(self, entry: Entry, kept: Kept | None, now: int) -> Kept | None:
        """Whoever begins to look at a schedule does what may have been left undone; one that is new or changed begins now."""
        if kept is not None and kept.latest is not None:
            await self._perform(entry, kept.latest)
        if kept is not None and kept.said == entry.said:
            return kept
        after = kept.until if kept else 0
        thread = kept.thread if kept else ""
        return await self._put(entry, settling(entry, after, max(after + 1, now), thread, ()))

    async def _settled(self, entry: Entry, kept: Kept) -> SlotsSettled | None:
        now = (
            await self._book.now()
        )  # A busy look began a while ago: a deadline counts till its slot can start.
        slots = due(entry.schedule, Situation(now, kept.until))
        if not slots:
            return None
        busy, own, held = await self._at_work(kept.thread)
        halted = await self._book.halted(entry.agent)
        situation = Situation(now, kept.until, busy, kept.thread, kept.paused, halted, held, own)
        fared = await self._book.fared(entry.id)
        quiet = fared is not None and fared.since > 0
        found = list[Slot]()
        for slot in settled(entry.schedule, situation, slots):
            placed = await self._placed(entry, slot, quiet=quiet) if slot.outcome == "ran" else slot
            same = placed.thread and placed.thread in (each.thread for each in found)
            found.append(_skipped(slot, "the slot before it is still at it") if same else placed)
        threads = [slot.thread for slot in found if slot.thread]
        thread = threads[-1] if threads else kept.thread
        return settling(entry, kept.until, slots[-1], thread, tuple(found))

    async def _at_work(self, thread: str) -> tuple[str | None, bool, bool]:
        """What it is still at; whether it is a schedule's to end, and whether nothing but an error keeps it."""
        busy = await self._book.busy(thread) if thread else None
        own = busy is not None and await self._book.is_own(thread)
        return busy, own, own and await self._book.is_held(thread)

    async def _placed(self, entry: Entry, slot: Slot, *, quiet: bool = False) -> Slot:
        """Where it is to speak: its address, else its fallback; where neither lets anything be said, it has failed."""
        reasons = list[str]()
        written = [each for each in (entry.schedule.address, entry.schedule.fallback) if each]
        places = [self._place(each, entry.id, slot.at) for each in written]
        for place, (said, address) in enumerate(zip(written, places, strict=True), start=1):
            reason = address if isinstance(address, str) else await self._reach(address)
            if reason is None and isinstance(address, Address):
                thread = self._book.thread(address)
                # A thread that is at work would pass over a slot: this one would be lost in it.
                busy = await self._book.busy(thread) if thread != slot.replaces else None
                if busy is not None:
                    return _skipped(slot, f"{thread} is still at it: {busy}")
                left = [each for each in places[place:] if isinstance(each, Address)]
                found = {"thread": thread, "address": address, "quiet": quiet}
                found |= {"fallback": left[-1] if left else None, "why": "; ".join(reasons)}
                return slot.model_copy(update=found)
            reasons.append(f"{said}: {reason}"[:300])
        log.error("nobody could hear", schedule=entry.id, slot=minute(slot.at), reasons=reasons)
        return Slot(at=slot.at, outcome="failed", why="; ".join(reasons))

    def _place(self, written: str, schedule: str, at: int) -> Address | str:
        """The address, or why there is none: what it names may be gone since it was written."""
        try:
            return self._where(written, schedule, at)
        except ValueError as error:
            return str(error)

    async def _put(self, entry: Entry, event: SlotsSettled) -> Kept | None:
        """Settle and begin; where another clock was first, begin what that one has settled."""
        if await self._book.settle(event):
            for slot in event.slots:
                log.info(slot.outcome, schedule=entry.id, slot=minute(slot.at), why=slot.why)
        kept = await self._book.kept(entry.id)
        if kept is not None and kept.latest is not None:
            await self._perform(entry, kept.latest)
        return kept

    async def _perform(self, entry: Entry, event: SlotsSettled) -> None:
        for slot in event.slots:
            tick = self.tick(entry, slot)
            if tick is None or await self._book.is_begun(tick):
                continue
            if slot.replaces:
                reason = f"{entry.id} of {minute(slot.at)} takes its place"
                await self._book.end(slot.replaces, f"{tick.id}:replaces", reason)
            own = entry.schedule.fallback and not self._is_named(entry.schedule.fallback, entry)
            if slot.fallback is not None and own:
                await self._book.lead(entry.id, slot)
            await self._book.begin(tick)

    def _is_named(self, written: str, entry: Entry) -> bool:
        """Whether that is one thread, whatever the slot: others speak there, too, and none of them would mean this one's."""
        return self._place(written, entry.id, 0) == self._place(written, entry.id, MINUTE_MS)

    def tick(self, entry: Entry, slot: Slot) -> CronTicked | None:
        """What begins the thread of a slot that ran."""
        if slot.outcome != "ran" or slot.address is None:
            return None
        creator = entry.creator or self._creator
        return CronTicked(
            id=tick_id(entry.id, slot.at),
            actor=slot.person or creator or "clock",
            address=slot.address,
            prompt=entry.schedule.prompt,
            schedule=entry.schedule.name,
            agent=entry.agent,
            creator=creator,
            askers=(*entry.askers, *slot.askers),
            fallback=slot.fallback,
            quiet=slot.quiet,
        )


def _skipped(slot: Slot, why: str) -> Slot:
    return Slot(at=slot.at, outcome="skipped", why=why[:300], person=slot.person)
