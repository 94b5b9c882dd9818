"""Redis cursors: the part of the store in Redis that keeps how far each place was read, a hash a medium."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.engine import keys, wording

if TYPE_CHECKING:
    from bot.engine.wire import Wire


class RedisCursors:
    """What `Store` promises of cursors."""

    _wire: Wire

    async def cursors(self, name: str) -> dict[str, str]:
        found = wording.fields(await self._wire.command("HGETALL", keys.of_cursors(name)))
        return {place.decode(): cursor.decode() for place, cursor in found.items()}

    async def move_cursors(self, name: str, cursors: Mapping[str, str]) -> None:
        flat = [word for pair in cursors.items() for word in pair]
        if flat:  # Harmless when sent twice.
            await self._wire.command("HSET", keys.of_cursors(name), *flat)
