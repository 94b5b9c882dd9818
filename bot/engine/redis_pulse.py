"""The pulse in Redis: a sorted set a medium, and ages instead of times, so that no two machines' clocks are compared."""

from typing import cast

from bot.engine import scripts
from bot.engine.wire import Wire


class RedisPulse:
    def __init__(self, wire: Wire, medium: str) -> None:
        self._wire = wire
        self._key = f"bot:{{pulse}}:{medium}"

    async def said(self, seconds: float) -> None:
        await self._wire.run(scripts.PULSE, [self._key], ["said", _ms(seconds)])

    async def unheard(self, silent: float, after: float) -> bool:
        words = ["look", _ms(silent), _ms(after)]
        return await self._wire.run(scripts.PULSE, [self._key], words) != 0

    async def turns(self, listener: str, heard: int, sockets: int = 0) -> tuple[int, int]:
        total, listeners, _ = await self._turns(listener, heard, sockets)
        return total, listeners

    async def listeners(self) -> tuple[int, int]:
        _, listeners, sockets = await self._turns("", 0, 0)
        return listeners, sockets

    async def _turns(self, listener: str, heard: int, sockets: int) -> list[int]:
        words = [listener, heard, sockets]
        return cast("list[int]", await self._wire.run(scripts.TURNS, [f"{self._key}:turns"], words))


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
