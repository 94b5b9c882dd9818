"""The store in memory and the one in Redis give the same answers to the same random lives."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from bot.engine.commit import Append, Appended, End, Lease, Outcome, Timer
from bot.engine.memory_store import MemoryServer, MemoryStore
from bot.engine.redis_store import RedisStore
from bot.engine.store import Store

Deed = Literal["take", "reclaim", "release", "renew", "arrive", "tell", "claim", "rest", "fire"]


@dataclass(frozen=True, slots=True)
class Act:
    """What one of two workers does to one of three threads, with an old lease or a new one."""

    worker: int
    deed: Deed
    thread: str
    identity: str
    lease: int
    head: int
    timers: dict[str, int | None] = field(default_factory=dict[str, int | None])
    is_parted: bool = False


acts = st.builds(
    Act,
    worker=st.integers(0, 1),
    deed=st.sampled_from(
        [
            "take",
            "take",
            "reclaim",
            "release",
            "renew",
            "arrive",
            "tell",
            "claim",
            "rest",
            "rest",
            "fire",
        ]
    ),
    thread=st.sampled_from(["a", "b", "c"]),
    identity=st.sampled_from(["1", "2", "3", "4", "5", "6"]),
    lease=st.integers(0, 3),
    head=st.integers(-1, 1),
    timers=st.dictionaries(
        st.sampled_from(["x", "y"]), st.sampled_from([None, 1, 2, 2**52]), max_size=2
    ),
    is_parted=st.sampled_from([False, False, True]),
)


@dataclass(slots=True)
class Life:
    """Two workers on one store, and every lease they ever got.

    The lease time is nought, so that everything leased may be reclaimed at once: no waiting.
    """

    workers: Sequence[Store]
    leases: dict[str, list[Lease]] = field(default_factory=dict[str, list[Lease]])

    async def live(self, script: list[Act]) -> list[object]:
        seen = [await self._do(act) for act in script]
        logs = {t: [row.body for row in await self.workers[0].read(t)] for t in "abc"}
        index = sorted(thread for thread, _ in await self.workers[0].threads())
        return [*seen, logs, index, sorted(map(str, await self.workers[0].due(100)))]

    async def _do(self, act: Act) -> object:
        worker = self.workers[act.worker]
        match act.deed:
            case "take":
                return self._remember(await _all(worker))
            case "reclaim":
                return self._remember(await worker.reclaim(100))
            case "release":
                lease = self._lease(act)
                return await worker.release(lease) if lease else None
            case "renew":
                held = await worker.renew(self.leases.get(act.thread, []))
                return sorted((one.thread, one.count, one.tries) for one in held)
            case "fire":
                due = sorted(await worker.due(100), key=lambda one: (one.thread, one.name))
                return [await self._fire(worker, timer) for timer in due]
            case _:
                return await self._append(worker, act)

    async def _append(self, worker: Store, act: Act) -> object:
        lease = self._lease(act)
        rows = await worker.read(act.thread)
        head = len(rows) + min(act.head, 0)
        commit = Append(
            thread=act.thread,
            kind="arrival",
            id=f"{act.deed}{act.identity}",
            events=(act.identity.encode(),),
            timers=act.timers,
        )
        if act.deed == "arrive":
            return _said(await worker.append(commit))
        if lease is None:
            return None
        commit = replace(commit, kind="fact", lease=lease, head=head, rest=act.deed == "rest")
        if head > 0:
            commit = replace(commit, end=End(head, rows[head - 1].at - act.is_parted))
        if act.deed == "claim":
            commit = replace(commit, kind="claim")
        return _said(await worker.append(commit))

    async def _fire(self, worker: Store, timer: Timer) -> object:
        return timer, _said(await worker.fire(timer, timer.id.encode()))

    def _lease(self, act: Act) -> Lease | None:
        had = self.leases.get(act.thread, [])
        return had[-1 - act.lease % len(had)] if had else None

    def _remember(self, got: list[Lease]) -> object:
        for lease in got:
            self.leases.setdefault(lease.thread, []).append(lease)
        return sorted((lease.thread, lease.count, lease.tries) for lease in got)


async def _all(worker: Store) -> list[Lease]:
    """A take may leave some for the next one, so it is asked until it has nothing more."""
    got: list[Lease] = []
    while some := await worker.take(100, 0):
        got += some
    return got


def _said(outcome: Outcome) -> Outcome:
    """Each store has its own clock."""
    return replace(outcome, at=0) if isinstance(outcome, Appended) else outcome


async def _both(script: list[Act], url: str) -> tuple[list[object], list[object]]:
    memory = MemoryServer()
    twins = [MemoryStore(memory, lease_seconds=0, consumer=name) for name in ("one", "other")]
    async with RedisStore(url, lease_seconds=0) as one, RedisStore(url, lease_seconds=0) as other:
        return await Life(twins).live(script), await Life([one, other]).live(script)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(acts, min_size=5, max_size=60))
def test_both_stores_tell_the_same_story(redis_server: str, script: list[Act]) -> None:
    with Redis.from_url(redis_server) as client:  # pyright: ignore[reportUnknownMemberType]
        client.execute_command("FLUSHALL")  # pyright: ignore[reportUnknownMemberType]
    in_memory, in_redis = asyncio.run(_both(script, redis_server))
    assert in_redis == in_memory
