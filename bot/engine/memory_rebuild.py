"""Memory rebuild: the part of the store in memory that changes indexes without a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.engine.store import Entry

if TYPE_CHECKING:
    from bot.engine.memory_store import MemoryServer


class MemoryRebuild:
    """What `Store` promises to a rebuild."""

    _server: MemoryServer

    async def logged(self) -> list[str]:
        return list(self._server.logs)

    async def restore(self, entry: Entry) -> bool:
        server, thread = self._server, entry.thread
        if server.head(thread) != entry.head:
            return False
        if entry.head:
            server.touched[thread] = server.logs[thread][-1].at
        for name, at in entry.timers.items():
            server.timers[thread, name] = at
        if entry.has_work and server.wake.get(thread) not in server.ready:
            server.rouse(thread)
        return True

    async def hasten(self, name: str, at_once: int = 0, each_ms: int = 0) -> None:
        now = self._server.clock()
        found = [key for key, at in self._server.timers.items() if key[1] == name and at > now]
        for place, key in enumerate(found, start=1):
            self._server.timers[key] = now + max(0, place - at_once) * each_ms

    async def sound(self) -> list[str]:
        """Nothing here can have another type."""
        return []
