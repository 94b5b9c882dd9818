"""Looking: what clocks and watches have in common. They look again and again, and outlive whatever a look meets."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress

import structlog

from bot.kit.slotbook import Slotbook
from channels.cron.entry import Entry, Reach, Where

AT_ONCE = 64
"""So many schedules are looked at together: what they ask the store for goes out in one, and a place that is slow to answer keeps few."""
log = structlog.get_logger()


class Looking(ABC):
    """Who looks at schedules. `where` makes an address of what is written, the schedule and the slot; `reach` says why nothing can be said there."""

    def __init__(
        self, entries: Sequence[Entry], book: Slotbook, where: Where, reach: Reach, creator: str
    ) -> None:
        self._entries = entries
        self._book = book
        self._where = where
        self._reach = reach
        self._creator = creator

    @abstractmethod
    async def look(self) -> None:
        """See once what is to be done, and do it."""

    async def _each(
        self, entries: Iterable[Entry], attend: Callable[[Entry], Awaitable[None]]
    ) -> None:
        room = asyncio.Semaphore(AT_ONCE)

        async def in_turn(entry: Entry) -> None:
            async with room:
                await attend(entry)

        async with asyncio.TaskGroup() as group:
            for entry in entries:
                group.create_task(in_turn(entry))

    async def _survive(self) -> None:
        """A look. A store that is away is no reason to die: it may come back."""
        try:
            await self.look()
        except Exception as error:  # noqa: BLE001 - it must survive whatever a look meets
            log.warning("look failed", by=type(self).__name__.lower(), error=str(error)[:300])


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """So long, or until told to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
