"""Begun, in Redis: which threads bots began in a place within the hour; each key expires an hour after the last of them."""

from __future__ import annotations

from hashlib import sha256
from typing import cast

from bot.engine import scripts
from bot.engine.bots import HOUR_MS, MOST_TURNS, Over
from bot.engine.wire import Wire


class RedisBegun:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def another(self, place: str, id: str) -> Over:
        words = [id, MOST_TURNS, HOUR_MS]
        found = cast(int, await self._wire.run(scripts.BEGUN, [_key(place)], words))
        return (None, "enough", "noted")[found]

    async def forget(self, place: str) -> None:
        await self._wire.command("DEL", _key(place))


def _key(place: str) -> str:
    """It comes from outside, and is hashed before it becomes part of a name."""
    return f"bot:{{begun}}:{sha256(place.encode()).hexdigest()}"
