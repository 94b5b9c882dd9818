"""The store in Redis: every change is one script over the keys of one partition.

A thread with work has exactly one entry in its partition's ready stream, and that entry, pending with
one consumer, is the lease: nothing else locks a thread. The fence is the entry's id and its delivery
count, which a take-over raises.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Self, cast

from redis.exceptions import RedisError, ResponseError

from bot.engine import keys, scripts, wording
from bot.engine.commit import Append, Appended, Known, Lease, Outcome, Row, Timer
from bot.engine.keys import GROUP
from bot.engine.redis_beside import RedisBeside
from bot.engine.redis_cursors import RedisCursors
from bot.engine.redis_letters import RedisLetters
from bot.engine.redis_rebuild import RedisRebuild
from bot.engine.scripts import Word
from bot.engine.store import TooFewReplicas, WrongKey
from bot.engine.wire import WAIT_AT_MOST_SECONDS, Wire, connect

CLUSTER_POLL_SECONDS = 0.1  # A cluster can't block on streams in several slots at once.


def new_consumer() -> str:
    """A name no other process start ever had: a restarted worker must not inherit its own leases."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


class RedisStore(RedisLetters, RedisRebuild, RedisCursors, RedisBeside):
    """With `replicas`, a claim is done when so many replicas hold it, else `TooFewReplicas` is raised."""

    def __init__(
        self,
        url: str,
        *,
        lease_seconds: float,
        replicas: int = 0,
        replica_wait_seconds: float = 2,
    ) -> None:
        self.consumer = new_consumer()
        self._url = url
        self._lease_ms = int(lease_seconds * 1000)
        self._replicas = replicas
        self._replica_wait_ms = max(1, int(replica_wait_seconds * 1000))
        self._turn = 0

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        self._wire: Wire = await connect(self._url)
        await self._create_groups()

    async def close(self) -> None:
        # With the server gone this waits for others: leases lapse, and a stale record is pruned.
        with suppress(RedisError):
            words = [GROUP, self.consumer]
            calls = [((each.ready, each.wake), words) for each in keys.partitions()]
            await self._wire.run_all(scripts.LEAVE, calls)
        await self._wire.close()

    async def now(self) -> int:
        seconds, micros = cast(tuple[bytes, bytes], await self._wire.command("TIME"))
        return int(seconds) * 1000 + int(micros) // 1000

    # Commits

    async def append(self, commit: Append) -> Outcome:
        return await self._commit(commit, None)

    async def fire(self, timer: Timer, event: bytes | None) -> Outcome:
        return await self._commit(Append.firing(timer, event), timer)

    async def _commit(self, commit: Append, fires: Timer | None) -> Outcome:
        names = keys.of_thread(commit.thread, commit.id).declared()
        words = [GROUP, self.consumer, *wording.words(commit, fires)]
        if commit.kind == "claim" and self._replicas:
            return await self._commit_to_replicas(names, words)
        return wording.outcome(await self._wire.run(scripts.APPEND, names, words))

    async def _commit_to_replicas(self, names: Sequence[str], words: Sequence[Word]) -> Outcome:
        reply, reached = await self._wire.run_and_wait(
            scripts.APPEND, names, words, replicas=self._replicas, ms=self._replica_wait_ms
        )
        outcome = wording.outcome(reply)
        if isinstance(outcome, Appended | Known) and reached < self._replicas:
            raise TooFewReplicas(self._replicas, reached)
        return outcome

    # Reading

    async def read(self, thread: str, start: int = 0) -> list[Row]:
        rows = await self._wire.command("LRANGE", keys.of_thread(thread).log, start, -1)
        return wording.rows(rows)

    async def blob(self, thread: str, ref: str) -> bytes | None:
        found = await self._wire.command("HGET", keys.of_thread(thread).blobs, ref)
        return cast(bytes | None, found)

    async def threads(self) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        for partition in keys.partitions():
            flat = await self._wire.command("ZRANGE", partition.threads, 0, -1, "WITHSCORES")
            found += [(thread.decode(), at) for thread, at in wording.scored(flat)]
        return sorted(found, key=lambda pair: -pair[1])

    async def alias(self, address: str, thread: str) -> str:
        keys.of_thread(thread)
        # Two commands, each harmless when sent twice: the first writer wins for good.
        await self._wire.command("HSETNX", keys.of_address(address), address, thread)
        return await self.resolve(address) or thread

    async def resolve(self, address: str) -> str | None:
        found = await self._wire.command("HGET", keys.of_address(address), address)
        return cast(bytes, found).decode() if found else None

    # Leases

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
            await asyncio.sleep(min(CLUSTER_POLL_SECONDS, wait_seconds))
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
        reply = await read(*group, *block, "STREAMS", *streams, *(">" for _ in streams))
        return wording.fresh(reply)

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

    async def renew(self, leases: Iterable[Lease]) -> list[Lease]:
        ordered = sorted(leases, key=_stream)
        shares = [(stream, list(mine)) for stream, mine in groupby(ordered, key=_stream)]
        calls = [([stream], self._fences(mine)) for stream, mine in shares]
        replies = cast(list[list[int]], await self._wire.run_all(scripts.RENEW, calls))
        of_each = zip(shares, replies, strict=True)
        return [mine[place] for (_, mine), held in of_each for place in held]

    def _fences(self, leases: Iterable[Lease]) -> list[Word]:
        return [GROUP, self.consumer, *(w for one in leases for w in (one.entry, one.count))]

    async def release(self, lease: Lease) -> None:
        names = keys.of_thread(lease.thread)
        words = (lease.entry, lease.count, lease.thread, lease.tries - 1)
        await self._wire.run(
            scripts.RELEASE, [names.ready, names.wake], [GROUP, self.consumer, *words]
        )

    async def due(self, limit: int) -> list[Timer]:
        calls = [([partition.timers], [limit]) for partition in keys.partitions()]
        replies = await self._wire.run_all(scripts.DUE, calls)
        pairs = (pair for reply in replies for pair in wording.scored(reply))
        found = [wording.timer(member, at) for member, at in pairs]
        return sorted(found, key=lambda timer: timer.at)[:limit]

    async def prune(self, idle_seconds: float) -> None:
        words = [GROUP, int(idle_seconds * 1000)]
        calls = [([partition.ready], words) for partition in keys.partitions()]
        await self._wire.run_all(scripts.PRUNE, calls)

    async def _create_groups(self) -> None:
        for partition in keys.partitions():
            try:
                create = ("XGROUP", "CREATE", partition.ready, GROUP, "0", "MKSTREAM")
                await self._wire.command(*create)
            except (WrongKey, ResponseError) as error:
                # Another type is told whenever it is read; a rebuild, which replaces it, must get this far.
                if not isinstance(error, WrongKey) and "BUSYGROUP" not in str(error):
                    raise


def _stream(lease: Lease) -> str:
    return keys.of_thread(lease.thread).ready
