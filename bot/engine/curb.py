"""Curb: what holds threads back that is not on their own logs, read from the house's; by one process for all its threads."""

from __future__ import annotations

import asyncio

from bot.core import halts
from bot.core.halts import Halt, Halts
from bot.core.house import HOUSE
from bot.core.measures import day_of, end_of
from bot.core.thread import Call, Thread
from bot.engine.house_log import HouseLog
from bot.engine.store import Store

WAITING = "halted"
"""The timer of a thread that came to rest with work that it may not do. It wakes its thread and is no event."""
LOOK_SECONDS = 1.0
STILL_SECONDS = 0.05
"""A look that took longer than this was held up; no Redis comes back sooner from a power loss."""
AGAIN_MS = 45_000
"""When a thread that is held back looks again by itself, should whoever is to wake it die before that: everything goes on within a minute."""


class Curb:
    """What the house's log says, as of a moment ago."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._halts: Halts = halts.NOTHING
        self._halted: dict[str, int] = {}
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

    def has_ended(self, thread: Thread, call: Call) -> bool:
        """Whether a halt, be it lifted by now, ended the grant under which this call was to begin."""
        grant = call.granted.grant if call.granted and not call.begun else None
        halted = max(self._halted.get(name, -1) for name in (halts.EVERYTHING, thread.agent))
        return grant is not None and grant.at <= halted

    async def hold(self) -> int:
        """When a thread that is held back now should look again."""
        now = await self._store.now()
        return min(now + AGAIN_MS, end_of(day_of(now)))

    async def rouse(self) -> None:
        """Wake every thread that was held back, so that it looks whether it still is."""
        await self._store.hasten(WAITING)

    async def _read_on(self) -> None:
        is_anew, events = await self._log.read_on()
        if is_anew:
            self._halts, self._ids = halts.NOTHING, set[str]()
        for event in events:
            if event.id not in self._ids:
                self._halts = halts.after(self._halts, event)
                self._halted |= {what: halt.at for what, halt in self._halts.items()}
            self._ids.add(event.id)
