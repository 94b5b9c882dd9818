"""The safe in Redis: one hash, and a key of its own for each ticket that was spent and for what is kept for a time, which expires with it.

What is written stays the same when the client sends it again because a reply was lost.
"""

from collections.abc import Sequence
from hashlib import sha256
from secrets import token_hex
from typing import cast

from bot.engine import scripts
from bot.engine.wire import Wire

KEPT = "bot:{safe}:kept"


class RedisSafe:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def put(self, name: str, text: str) -> None:
        await self._wire.command("HSET", KEPT, name, text)

    async def get(self, name: str) -> str | None:
        found = cast(bytes | None, await self._wire.command("HGET", KEPT, name))
        return None if found is None else found.decode()

    async def names(self) -> Sequence[str]:
        found = cast(list[bytes], await self._wire.command("HKEYS", KEPT))
        return sorted(name.decode() for name in found)

    async def drop(self, names: Sequence[str]) -> None:
        if names:
            await self._wire.command("HDEL", KEPT, *names)

    async def swap(self, name: str, was: str, text: str) -> bool:
        return await self._wire.run(scripts.SWAP, [KEPT], [name, was, text]) == 1

    async def lend(self, name: str, text: str, seconds: int) -> None:
        await self._wire.command("SET", _key(name, "lent"), text, "EX", seconds)

    async def lent(self, name: str) -> str | None:
        found = cast(bytes | None, await self._wire.command("GET", _key(name, "lent")))
        return None if found is None else found.decode()

    async def spend(self, ticket: str, seconds: int) -> bool:
        return await self._wire.run(scripts.SPEND, [_key(ticket)], [token_hex(8), seconds]) == 1

    async def is_spent(self, ticket: str) -> bool:
        return await self._wire.command("EXISTS", _key(ticket)) == 1


def _key(name: str, kind: str = "ticket") -> str:
    """It comes from outside, and is hashed before it becomes part of a name."""
    return f"bot:{{safe}}:{kind}:{sha256(name.encode()).hexdigest()}"
