"""Redis take: the part of the Redis store that hands out threads with work, new ones and those whose lease lapsed."""

import asyncio
from collections.abc import Awaitable

from redis.exceptions import ResponseError

from bot.engine import keys, scripts, wording
from bot.engine.commit import Lease
from bot.engine.keys import GROUP
from bot.engine.scripts import Word
from bot.engine.store import WrongKey
from bot.engine.wire import WAIT_AT_MOST_SECONDS, Wire

POLL_SECONDS = 0.1
"""A cluster can't block on streams in several slots at once, and no server on streams of which one is none."""


class RedisTake:
    """What `Store` promises of new and lapsed leases."""

    consumer: str
    _lease_ms: int
    _wire: Wire
    _turn = 0

    async def take(self, count: int, wait_seconds: float) -> list[Lease]:
        return await self._grouped(self._take(count, min(wait_seconds, WAIT_AT_MOST_SECONDS)))

    async def reclaim(self, count: int) -> list[Lease]:
        return await self._grouped(self._reclaim(count))

    async def _grouped(self, found: Awaitable[list[Lease]]) -> list[Lease]:
        try:
            return await found
        except ResponseError as error:
            # The groups went with all other keys but the logs; made anew they find what is ready.
            if "NOGROUP" not in str(error):
                raise
            await self._create_groups()
            return []

    async def _take(self, count: int, wait_seconds: float) -> list[Lease]:
        if self._wire.is_cluster or wait_seconds <= 0:
            return await self._sweep(count) or await self._poll(count, wait_seconds)
        if count >= keys.PARTITIONS:
            return await self._block(count, wait_seconds)
        return await self._sweep(count) or await self._block(count, wait_seconds)

    async def _sweep(self, count: int) -> list[Lease]:
        """What is ready now. COUNT holds for each stream, so no more streams are read than wanted.

        Each sweep begins one partition further on, so that a full one can't starve the others.
        """
        self._turn += 1
        streams = [partition.ready for partition in keys.partitions(self._turn)]
        width = 1 if self._wire.is_cluster else min(count, len(streams))
        for first in range(0, len(streams), width):
            some = streams[first : first + width]
            taken = await self._read_group(some, max(1, count // len(some)))
            if taken:
                return taken
        return []

    async def _poll(self, count: int, wait_seconds: float) -> list[Lease]:
        deadline = asyncio.get_running_loop().time() + wait_seconds
        while asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(min(POLL_SECONDS, wait_seconds))
            taken = await self._sweep(count)
            if taken:
                return taken
        return []

    async def _block(self, count: int, wait_seconds: float) -> list[Lease]:
        """Waits on all streams at once. Where fewer are wanted than there are streams, more may come in one moment."""
        streams = [partition.ready for partition in keys.partitions()]
        each, milliseconds = max(1, count // len(streams)), max(1, int(wait_seconds * 1000))
        taken = await self._read_group(streams, each, "BLOCK", milliseconds)
        for surplus in taken[count:]:
            await self.release(surplus)
        return taken[:count]

    async def _read_group(self, streams: list[str], count: int, *block: Word) -> list[Lease]:
        read = self._wire.waiting if block else self._wire.command
        group = ("XREADGROUP", "GROUP", GROUP, self.consumer, "COUNT", count)
        try:
            reply = await read(*group, *block, "STREAMS", *streams, *(">" for _ in streams))
        except (WrongKey, ResponseError) as error:
            if not isinstance(error, WrongKey) and "WRONGTYPE" not in str(error):
                raise
            return await self._one_by_one(streams, count)
        return wording.fresh(reply)

    async def _one_by_one(self, streams: list[str], count: int) -> list[Lease]:
        """An index that somebody spoiled must not hide what is ready in the other partitions."""
        if len(streams) == 1:
            return []
        found: list[Lease] = []
        for stream in streams:
            found += await self._read_group([stream], count)
        if not found:
            await asyncio.sleep(POLL_SECONDS)
        return found

    async def _reclaim(self, count: int) -> list[Lease]:
        self._turn += 1
        streams = [partition.ready for partition in keys.partitions(self._turn)]
        width = max(1, min(count, len(streams)))
        for first in range(0, len(streams), width):
            words = (GROUP, self.consumer, self._lease_ms, count // width)
            calls = [([ready], words) for ready in streams[first : first + width]]
            replies = await self._wire.run_all(scripts.RECLAIM, calls)
            taken = [lease for reply in replies for lease in wording.taken_over(reply)]
            if taken:
                return taken
        return []

    async def release(self, lease: Lease) -> None:
        names = keys.of_thread(lease.thread)
        words = (lease.entry, lease.count, lease.thread, lease.tries - 1)
        await self._wire.run(
            scripts.RELEASE, [names.ready, names.wake], [GROUP, self.consumer, *words]
        )

    async def _create_groups(self) -> None:
        for partition in keys.partitions():
            try:
                create = ("XGROUP", "CREATE", partition.ready, GROUP, "0", "MKSTREAM")
                await self._wire.command(*create)
            except (WrongKey, ResponseError) as error:
                # Another type is told whenever it is read; a rebuild, which replaces it, must get this far.
                if not isinstance(error, WrongKey) and "BUSYGROUP" not in str(error):
                    raise
