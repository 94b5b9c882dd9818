"""The store in Redis: every change is one script over the keys of one partition.

A thread with work has exactly one entry in its partition's ready stream, and that entry, pending with
one consumer, is the lease: nothing else locks a thread. The fence is the entry's id and its delivery
count, which a take-over raises.
"""

import os
import secrets
import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Self, cast

from redis.exceptions import RedisError

from bot.engine import keys, scripts, wording
from bot.engine.commit import Append, Appended, Known, Lease, Outcome, Row, Timer
from bot.engine.keys import GROUP
from bot.engine.redis_beside import RedisBeside
from bot.engine.redis_cursors import RedisCursors
from bot.engine.redis_letters import RedisLetters
from bot.engine.redis_rebuild import RedisRebuild
from bot.engine.redis_take import RedisTake
from bot.engine.scripts import Word
from bot.engine.store import TooFewReplicas
from bot.engine.wire import Wire, connect


def new_consumer() -> str:
    """A name no other process start ever had: a restarted worker must not inherit its own leases."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


class RedisStore(RedisTake, RedisLetters, RedisRebuild, RedisCursors, RedisBeside):
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
        after = [("LRANGE", keys.of_thread(commit.beside).log, -1, -1)] if commit.beside else []
        reply, *ends = await self._wire.run_all(scripts.APPEND, [(names, words)], *after)
        return wording.outcome(reply, tuple(row for end in ends for row in wording.rows(end)))

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
            found += [(name, at) for name, at in wording.named(flat) if keys.is_thread_id(name)]
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

    async def renew(self, leases: Iterable[Lease]) -> list[Lease]:
        ordered = sorted(leases, key=_stream)
        shares = [(stream, list(mine)) for stream, mine in groupby(ordered, key=_stream)]
        calls = [([stream], self._fences(mine)) for stream, mine in shares]
        replies = cast(list[list[int]], await self._wire.run_all(scripts.RENEW, calls))
        of_each = zip(shares, replies, strict=True)
        return [mine[place] for (_, mine), held in of_each for place in held]

    def _fences(self, leases: Iterable[Lease]) -> list[Word]:
        return [GROUP, self.consumer, *(w for one in leases for w in (one.entry, one.count))]

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


def _stream(lease: Lease) -> str:
    return keys.of_thread(lease.thread).ready
