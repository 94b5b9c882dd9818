"""Redis letters: the part of the Redis store that keeps what the engine could not go on with."""

from __future__ import annotations

from typing import cast

from bot.engine import keys, letters, scripts, wording
from bot.engine.commit import Lease, Timer
from bot.engine.keys import GROUP
from bot.engine.letters import THREAD, Letter
from bot.engine.wire import Wire


class RedisLetters:
    """What `Store` promises of letters."""

    consumer: str
    _wire: Wire

    async def park(self, lease: Lease, letter: Letter) -> bool:
        names = keys.of_thread(lease.thread)
        touched = (names.log, names.ready, names.wake, names.timers, names.dead)
        fence = (GROUP, self.consumer, lease.entry, lease.count, lease.thread)
        head, again = ("" if each is None else each for each in (letter.head, letter.again))
        words = (*fence, head, again, letters.encode(letter))
        return await self._wire.run(scripts.PARK, touched, words) == 1

    async def bury(self, letter: Letter, timer: Timer | None = None) -> None:
        # Two commands, each harmless when sent twice.
        await self._wire.command("HSET", _box(letter.id), letter.id, letters.encode(letter))
        if timer is not None:
            timers = keys.of_thread(timer.thread).timers
            await self._wire.command("ZREM", timers, wording.member(timer))

    async def letters(self) -> list[Letter]:
        found: list[Letter] = []
        for partition in keys.partitions():
            box = wording.fields(await self._wire.command("HGETALL", partition.dead))
            found += [letters.decode(id.decode(errors="replace"), box[id]) for id in box]
        return sorted(found, key=lambda letter: (-letter.at, letter.id))

    async def letter(self, id: str) -> Letter | None:
        body = cast("bytes | None", await self._wire.command("HGET", _box(id), id))
        return None if body is None else letters.decode(id, body)

    async def revive(self, letter: Letter) -> None:
        if letter.kind != THREAD:
            await self._wire.command("HDEL", _box(letter.id), letter.id)
            return
        names = keys.of_thread(letter.id)
        touched = (names.log, names.ready, names.wake, names.timers, names.dead)
        await self._wire.run(scripts.REVIVE, touched, [letter.id])


def _box(id: str) -> str:
    """The hash in which this letter lies: for a thread, the one beside its other indexes."""
    return keys.partition(keys.partition_of(id)).dead
