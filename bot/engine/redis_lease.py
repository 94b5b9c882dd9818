"""A lease in Redis: a key that holds who has it and expires with it."""

from hashlib import sha256
from secrets import token_hex

from bot.engine import scripts
from bot.engine.wire import Wire


class RedisLease:
    def __init__(self, wire: Wire, name: str, seconds: float) -> None:
        self._wire = wire
        self._key = f"bot:{{lease}}:{sha256(name.encode()).hexdigest()[:32]}"
        self._holder = token_hex(8)
        self.seconds = seconds

    async def hold(self) -> bool:
        words = [self._holder, max(1, int(self.seconds * 1000))]
        return await self._wire.run(scripts.HOLD, [self._key], words) == 1

    async def leave(self) -> None:
        await self._wire.run(scripts.HOLD, [self._key], [self._holder, 0])
