"""Curb: what holds threads back that is not on their own logs, read from the house's; by one process for all its threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from uuid import uuid4

from bot.core import halts
from bot.core.effects import Effect, next_effects, timers
from bot.core.halts import Halt, Halts, Ruling
from bot.core.house import HOUSE
from bot.core.measures import day_of, end_of
from bot.core.thread import Asked, Call, Thread
from bot.engine.commit import Append, Row
from bot.engine.house_log import HouseLog
from bot.engine.store import Store

WAITING = "halted"
"""The timer of a thread that came to rest with work that it may not do. It wakes its thread and is no event."""
SHOWN = "shown"
"""The timer of a thread with open requests: brought forward when something is halted or lifted, so that they show it. It wakes its thread and is no event."""
NEVER = 4_102_444_800_000
"""The year 2100."""
CARDS_AT_ONCE, EACH_CARD_MS = 20, 2_000
"""So many threads show it at once and the others one after another: Slack takes fifty changes a minute (docs: apis/web-api/rate-limits)."""
NEWS_MS = 3_600_000
"""How long after something was halted or lifted the house wakes them, whatever else it has heard by then."""
LOOK_SECONDS = 1.0
STILL_SECONDS = 0.05
"""A look that took longer than this was held up; no Redis comes back sooner from a power loss."""
AGAIN_MS = 45_000
"""When a thread that is held back looks again by itself, should whoever is to wake it die before that: everything goes on within a minute."""


def alarms(thread: Thread) -> dict[str, int]:
    """All the timers that this thread wants, and the one by which its open requests are shown anew."""
    asks = any(isinstance(call.phase, Asked) for call in thread.calls)
    return {**timers(thread), **({SHOWN: NEVER} if asks and thread.id != HOUSE else {})}


class Curb:
    """What the house's log says, as of a moment ago."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._halts: Halts = halts.NOTHING
        self._halted: dict[str, int] = {}
        self._ruled: dict[str, tuple[int, str]] = {}
        self._log = HouseLog(store)
        self._ids = set[str]()
        self._read_at = float("-inf")
        self._lock = asyncio.Lock()

    async def look(self, within_seconds: float = LOOK_SECONDS) -> float:
        """Read on until what is known is no older than that, and how many seconds that took; with 0 nothing that was so before the call is missed.

        A process that was stopped while it read reads once more.
        """
        loop = asyncio.get_running_loop()
        called = loop.time()
        async with self._lock:
            while self._read_at < (loop.time() - within_seconds if within_seconds else called):
                began = loop.time()
                await self._read_on()
                self._read_at = began
        return loop.time() - called

    def halt(self, thread: Thread) -> Halt | None:
        """What halts this thread."""
        return None if thread.id == HOUSE else halts.of(self._halts, thread.agent)

    def ruling(self, thread: Thread) -> Ruling | None:
        """The last word on whether this thread is halted; None: there never was one."""
        names = (halts.EVERYTHING, thread.agent) if thread.id != HOUSE else ()
        at, id = max((self._ruled[name] for name in names if name in self._ruled), default=(0, ""))
        return Ruling(id, at, self.halt(thread)) if id else None

    def has_ended(self, thread: Thread, call: Call) -> bool:
        """Whether a halt, be it lifted by now, ended the grant under which this call was to begin."""
        grant = call.granted.grant if call.granted and not call.begun else None
        halted = max(self._halted.get(name, -1) for name in (halts.EVERYTHING, thread.agent))
        return grant is not None and grant.at <= halted

    async def leaves(self, thread: Thread, *, held_back: bool, unshown: bool) -> dict[str, int]:
        """When a thread that comes to rest now should look again: one that is held back, and one whose requests could not be shown, ever later."""
        ruling = self.ruling(thread) if unshown and SHOWN in alarms(thread) else None
        if not (held_back or ruling):
            return {}
        now = await self._store.now()
        again = {WAITING: min(now + AGAIN_MS, end_of(day_of(now)))} if held_back else {}
        return {**again, SHOWN: now + max(AGAIN_MS, now - ruling.at)} if ruling else again

    async def rouse(self) -> None:
        """Wake every thread that was held back, so that it looks whether it still is."""
        await self._store.hasten(WAITING)

    async def told(self, at: int) -> None:
        """The house, whose last word is of this time, has nothing more to do: wake whoever waits for that or has to show it."""
        await self.rouse()
        await self.look(0)
        if self._ruled and at - max(self._ruled.values())[0] < NEWS_MS:
            await self._store.hasten(SHOWN, CARDS_AT_ONCE, EACH_CARD_MS)

    async def missed(
        self,
        thread: Thread,
        due: Callable[[], Sequence[Effect]],
        shown: Sequence[Ruling | None],
        last: tuple[Row, ...],
    ) -> None:
        """It has come to rest, and this was the last row of the house since. What holds it back, or is to be shown, may have changed before its timer was there to be brought forward."""
        if not self._log.ends_with(last):
            await self.look(0)
        effects = next_effects(thread)
        if effects and due() == effects:
            await self.rouse()
        elif shown and shown[0] != self.ruling(thread):
            await self._store.append(Append(thread=thread.id, kind="arrival", id=uuid4().hex))

    async def _read_on(self) -> None:
        is_anew, events = await self._log.read_on()
        if is_anew:
            self._halts, self._ids = halts.NOTHING, set[str]()
        for event in events:
            if event.id not in self._ids:
                before, self._halts = self._halts, halts.after(self._halts, event)
                changed = dict(before.items() ^ self._halts.items())
                self._ruled |= dict.fromkeys(changed, (event.at, event.id))
                self._halted |= halts.latest([event])
            self._ids.add(event.id)
