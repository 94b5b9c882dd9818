"""The day's ledger in Redis: an index of what the logs say was used, and what is under way. It can be made anew from the logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from bot.engine import scripts
from bot.engine.scripts import Word
from bot.engine.wire import Wire

OPEN = "bot:{spend}:open"
KEEP_SECONDS = 3 * 86_400


class RedisLedger:
    """All in one slot: a limit of all is looked at in the same step as those of one."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def reserve(
        self,
        day: str,
        id: str,
        now: int,
        lapses: int,
        most: tuple[int, int],
        limits: Sequence[Word],
    ) -> Sequence[str]:
        words: list[Word] = [id, now, lapses, *most, *limits]
        reply = await self._wire.run(scripts.RESERVE, [_key(day), OPEN], words)
        return [word.decode() for word in cast("list[bytes]", reply)]

    async def settle(
        self, day: str, id: str, thread: str, used: tuple[int, int], scopes: Sequence[str]
    ) -> None:
        words: list[Word] = [id, thread, *used, KEEP_SECONDS, *scopes]
        await self._wire.run(scripts.SETTLE, [_key(day), OPEN], words)


def _key(day: str) -> str:
    return f"bot:{{spend}}:{day}"
