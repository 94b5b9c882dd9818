"""Memory cursors: the part of the store in memory that keeps how far each place was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.engine.memory_store import MemoryServer


class MemoryCursors:
    """What `Store` promises of cursors."""

    _server: MemoryServer

    async def cursors(self, name: str) -> dict[str, str]:
        return dict(self._server.cursors.get(name, {}))

    async def move_cursors(self, name: str, cursors: Mapping[str, str]) -> None:
        self._server.cursors.setdefault(name, {}).update(cursors)
