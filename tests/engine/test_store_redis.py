"""What only a real Redis can show: lost replies, resends, slots, key names, replicas, lost groups."""

import fnmatch
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Protocol, cast
from unittest.mock import ANY

import pytest
from redis import Redis
from redis.crc import key_slot
from redis.exceptions import NoScriptError

from bot.engine import keys, scripts
from bot.engine.commit import (
    ARRIVAL_SEEN_SECONDS,
    COMMIT_SEEN_SECONDS,
    Append,
    Appended,
    Known,
    Lease,
    Moved,
)
from bot.engine.redis_store import GROUP, RedisStore
from bot.engine.store import TooFewReplicas, WrongKey
from bot.engine.wire import Wire, connect
from tests.engine.commits import (
    arrival,
    bodies,
    claim,
    fact,
    reclaim_one,
    rest,
    start_server,
    take_one,
    until,
)
from tests.engine.cutting import Cutter, cutter_before

LAPSES_AT_ONCE = 0.02


class Hire(Protocol):
    async def __call__(
        self, url: str = "", *, lease_seconds: float = 60, replicas: int = 0
    ) -> RedisStore: ...


@pytest.fixture
async def hire(redis_server: str) -> AsyncIterator[Hire]:
    async with AsyncExitStack() as stack:

        async def one(url: str = "", *, lease_seconds: float = 60, replicas: int = 0) -> RedisStore:
            store = RedisStore(
                url or redis_server,
                lease_seconds=lease_seconds,
                replicas=replicas,
                replica_wait_seconds=0.2,
            )
            await store.open()
            stack.push_async_callback(store.close)
            return store

        yield one


@pytest.fixture
async def raw(redis_server: str) -> AsyncIterator[Wire]:
    wire = await connect(redis_server)
    yield wire
    await wire.close()


@pytest.fixture
async def cutter(redis_server: str, short_home: Path) -> AsyncIterator[Cutter]:
    async with cutter_before(redis_server, short_home) as one:
        yield one


async def all_keys(raw: Wire) -> list[str]:
    return await raw.scan("*")


# Lost replies: the client sends again by itself, and the server sees the command twice


@pytest.mark.parametrize("command", [b"EVALSHA\r\n", b"EVAL\r\n"])
async def test_an_append_whose_reply_is_lost_is_written_once(
    cutter: Cutter, hire: Hire, raw: Wire, command: bytes
) -> None:
    store = await hire(cutter.url)
    await store.append(arrival("t", "1", b"first"))
    if command == b"EVAL\r\n":
        await raw.command("SCRIPT", "FLUSH")
    cutter.lose_reply_to(command)
    assert await store.append(arrival("t", "2", b"once")) == Known(2)
    assert (cutter.lost, cutter.sent) == (1, 2)
    assert await bodies(store, "t") == [b"first", b"once"]


async def test_a_claim_whose_reply_is_lost_is_known_as_ones_own(cutter: Cutter, hire: Hire) -> None:
    store = await hire(cutter.url)
    await store.append(arrival("t", "1"))
    lease = await take_one(store)
    cutter.lose_reply_to(b"EVALSHA")
    assert await store.append(claim(lease, 1)) == Known(2)
    assert cutter.sent == 2
    assert await bodies(store, "t") == [b"hello", b"started"]


async def test_a_rest_whose_reply_is_lost_rests_once(cutter: Cutter, hire: Hire) -> None:
    store = await hire(cutter.url)
    await store.append(arrival("t", "1"))
    lease = await take_one(store)
    cutter.lose_reply_to(b"EVALSHA")
    assert await store.append(rest(lease, 1, "rest", b"said")) == Known(2)
    assert cutter.sent == 2
    assert await store.take(1, 0) == []


async def test_a_refused_rest_whose_reply_is_lost_is_refused(cutter: Cutter, hire: Hire) -> None:
    store = await hire(cutter.url)
    await store.append(arrival("t", "1"))
    lease = await take_one(store)
    await store.append(arrival("t", "2"))
    cutter.lose_reply_to(b"EVALSHA")
    assert await store.append(rest(lease, 1, "rest", b"said")) == Moved(3)
    assert cutter.sent == 2
    assert await store.renew([lease]) == [lease]


async def test_a_firing_whose_reply_is_lost_fires_once(cutter: Cutter, hire: Hire) -> None:
    store = await hire(cutter.url)
    await store.append(Append(thread="t", kind="arrival", id="1", timers={"deadline": 1}))
    (timer,) = await store.due(1)
    cutter.lose_reply_to(b"EVALSHA")
    assert await store.fire(timer, b"fired") == Known(1)
    assert cutter.sent == 2
    assert await bodies(store, "t") == [b"fired"]


async def test_a_release_whose_reply_is_lost_hands_back_once(cutter: Cutter, hire: Hire) -> None:
    store = await hire(cutter.url)
    await store.append(arrival("t", "1"))
    lease = await take_one(store)
    cutter.lose_reply_to(b"EVALSHA")
    await store.release(lease)
    assert cutter.sent == 2
    assert [one.thread for one in await store.take(10, 0)] == ["t"]


async def test_work_given_out_in_a_lost_reply_comes_back_when_its_lease_lapses(
    cutter: Cutter, hire: Hire
) -> None:
    store = await hire(cutter.url, lease_seconds=LAPSES_AT_ONCE)
    await store.append(arrival("t", "1"))
    cutter.lose_reply_to(b"XREADGROUP")
    assert await store.take(16, 0) == []
    assert cutter.lost == 1
    assert (await reclaim_one(store)).count == 2


# Identities


async def test_identities_are_kept_as_long_as_their_kind_needs(hire: Hire, raw: Wire) -> None:
    store = await hire()
    await store.append(arrival("t", "slack:1"))
    await store.append(fact(await take_one(store), "fact-1", b"x"))
    for identity, seconds in [("slack:1", ARRIVAL_SEEN_SECONDS), ("fact-1", COMMIT_SEEN_SECONDS)]:
        left = await raw.command("TTL", keys.of_thread("t", identity).seen)
        assert seconds - 60 < cast(int, left) <= seconds


async def test_a_known_id_after_its_ttl_is_appended_again_and_nothing_else(
    hire: Hire, raw: Wire
) -> None:
    store = await hire()
    await store.append(arrival("t", "1", b"a"))
    await raw.command("DEL", keys.of_thread("t", "1").seen)
    done = await store.append(arrival("t", "1", b"a"))
    assert isinstance(done, Appended)
    assert await bodies(store, "t") == [b"a", b"a"]
    assert len(await store.take(10, 0)) == 1


# Keys


async def test_logs_and_blobs_alone_match_their_patterns(hire: Hire, raw: Wire) -> None:
    store = await hire()
    for thread in ("t", "log", "blob"):
        odd = Append(
            thread=thread,
            kind="arrival",
            id="mail:log:blob:<x:log:y:blob:z@example.com>",
            events=(b":log:",),
            timers={":log:": 1, ":blob:": 2},
            blobs={":log:": b"x"},
        )
        await store.append(odd)
        await store.alias(f"email:log:blob:{thread}", thread)
    names = await all_keys(raw)
    logs, blobs = ({n for n in names if fnmatch.fnmatch(n, f"*:{w}:*")} for w in ("log", "blob"))
    assert logs == {keys.of_thread(thread).log for thread in ("t", "log", "blob")}
    assert blobs == {keys.of_thread(thread).blobs for thread in ("t", "log", "blob")}
    assert all(name.startswith("bot:{p") for name in names)


def test_all_keys_of_a_thread_lie_in_one_slot() -> None:
    used: set[int] = set()
    for n in range(500):
        declared = keys.of_thread(f"thread-{n}", f"commit:{n}").declared()
        shared = keys.partition(keys.partition_of(f"thread-{n}"))
        slots = {key_slot(name.encode()) for name in declared}
        assert len(slots) == 1
        assert {shared.ready, shared.wake, shared.timers, shared.threads} <= set(declared)
        used |= slots
    assert len(used) == keys.PARTITIONS


def test_a_threads_partition_never_changes() -> None:
    """Stored logs are found by it, so it is part of the format."""
    assert [keys.partition_of(name) for name in ("t", "thread-1", "slack-c1-17")] == [8, 9, 15]


async def test_a_thread_at_rest_leaves_nothing_but_its_log_index_and_identities(
    hire: Hire, raw: Wire
) -> None:
    store = await hire()
    await store.append(arrival("t", "1"))
    lease = await take_one(store)
    names = keys.of_thread("t")
    entries = cast(list[tuple[bytes, object]], await raw.command("XRANGE", names.ready, "-", "+"))
    assert [fields for _, fields in entries] == [[b"thread", b"t"]]
    await store.append(rest(lease, 1))
    assert await raw.command("XLEN", names.ready) == 0
    assert await raw.command("EXISTS", names.wake, names.timers, names.blobs) == 0


# A server that forgot


async def test_scripts_the_server_forgot_are_sent_again(hire: Hire, raw: Wire) -> None:
    store = await hire()
    await store.append(arrival("t", "1"))
    await raw.command("SCRIPT", "FLUSH")
    with pytest.raises(NoScriptError):
        await raw.command(*scripts.RENEW.by_digest(["k"], [GROUP, "nobody"]))
    await store.append(arrival("t", "2"))
    lease = await take_one(store)
    assert await store.renew([lease]) == [lease]


async def test_from_the_logs_alone_every_thread_can_be_woken(hire: Hire, raw: Wire) -> None:
    store, worker = await hire(), await hire()
    for thread in ("a", "b"):
        await store.append(arrival(thread, "1"))
    (lease, _) = await worker.take(1, 0) + await worker.take(1, 0)
    updated = await store.threads()
    await raw.command("DEL", *(name for name in await all_keys(raw) if ":log:" not in name))

    assert await worker.renew([lease]) == []
    assert await worker.reclaim(1) == []
    await worker.prune(0)
    for thread in await store.logged():
        await store.append(Append(thread=thread, kind="arrival", id="rebuild"))
    found: list[str] = []

    async def both() -> bool:
        found.extend(lease.thread for lease in await worker.take(10, 0))
        return len(found) == 2

    await until(both)
    assert sorted(found) == ["a", "b"]
    assert sorted(await store.threads()) == sorted(updated)


async def test_a_fact_is_accepted_when_even_the_group_is_gone(hire: Hire, raw: Wire) -> None:
    store = await hire()
    await store.append(arrival("t", "1"))
    lease = await take_one(store)
    await raw.command("DEL", *(name for name in await all_keys(raw) if ":log:" not in name))
    assert isinstance(await store.append(fact(lease, "ended", b"returned")), Appended)
    assert await bodies(store, "t") == [b"hello", b"returned"]


# Workers


async def consumers(raw: Wire, thread: str) -> dict[str, int]:
    """Who is on record for the thread's partition, and how much each holds."""
    listed = await raw.command("XINFO", "CONSUMERS", keys.of_thread(thread).ready, GROUP)
    flat = cast(list[list[bytes | int]], listed)
    return {cast(bytes, one[1]).decode(): cast(int, one[3]) for one in flat}


async def test_a_zombies_heartbeat_leaves_the_entry_with_its_heir(hire: Hire, raw: Wire) -> None:
    zombie, heir = (
        await hire(lease_seconds=LAPSES_AT_ONCE),
        await hire(lease_seconds=LAPSES_AT_ONCE),
    )
    await zombie.append(arrival("t", "1"))
    old = await take_one(zombie)
    new = await reclaim_one(heir)
    stream = keys.of_thread("t").ready
    assert await zombie.renew([old]) == []
    assert (await consumers(raw, "t"))[heir.consumer] == 1
    # What the heartbeat must not be: sent bare, the same claim does steal the entry.
    bare = "return redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[3], 'JUSTID')"
    await raw.command("EVAL", bare, 1, stream, GROUP, zombie.consumer, old.entry)
    assert await heir.renew([new]) == []


async def test_a_worker_that_holds_nothing_leaves_no_record_when_it_closes(
    hire: Hire, raw: Wire, redis_server: str
) -> None:
    leaving = RedisStore(redis_server, lease_seconds=60)
    await leaving.open()
    await leaving.append(arrival("t", "1"))
    await leaving.release(await take_one(leaving))
    assert leaving.consumer in await consumers(raw, "t")
    await leaving.close()
    assert leaving.consumer not in await consumers(raw, "t")


async def test_work_given_to_a_take_that_was_given_up_is_handed_back_on_closing(
    cutter: Cutter, hire: Hire
) -> None:
    leaving, staying = await hire(cutter.url), await hire()
    await leaving.append(arrival("t", "1"))
    cutter.lose_reply_to(b"XREADGROUP")
    assert await leaving.take(16, 0) == []
    assert await staying.take(1, 0) == []
    await leaving.close()
    assert (await take_one(staying)).tries == 1


async def test_a_dead_worker_is_forgotten_only_once_its_work_was_taken_over(
    hire: Hire, raw: Wire
) -> None:
    dead, heir = await hire(), await hire(lease_seconds=LAPSES_AT_ONCE)
    await dead.append(arrival("t", "1"))
    await take_one(dead)
    await heir.prune(0)
    assert dead.consumer in await consumers(raw, "t")
    await reclaim_one(heir)
    await heir.prune(3600)
    assert dead.consumer in await consumers(raw, "t")
    await heir.prune(0)
    assert await consumers(raw, "t") == {heir.consumer: 1}


async def test_two_starts_never_share_a_name(hire: Hire) -> None:
    assert (await hire()).consumer != (await hire()).consumer


async def test_a_blocking_take_hands_on_what_it_got_beyond_its_count(hire: Hire) -> None:
    store, other = await hire(), await hire()
    for n in range(20):
        await store.append(arrival(f"t-{n}", "1"))
    taken = await store._block(3, 1)  # pyright: ignore[reportPrivateUsage]
    assert len(taken) == 3
    rest_of_them = await _take_all(other.take)
    assert len(rest_of_them) == 17
    assert set(rest_of_them.values()) == {1}


async def _take_all(take: Callable[[int, float], Awaitable[list[Lease]]]) -> dict[str, int]:
    found: dict[str, int] = {}
    while some := await take(16, 0):
        found |= {lease.thread: lease.tries for lease in some}
    return found


# Replicas


@contextmanager
def server(folder: Path, port: int, options: str = "") -> Generator[int]:
    folder.mkdir()
    process = start_server(folder, f"--bind 127.0.0.1 --port {port} {options}")
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


@asynccontextmanager
async def paused(pid: int) -> AsyncGenerator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_a_claim_counts_only_once_the_replicas_hold_it(
    short_home: Path, free_port: Callable[[], int]
) -> None:
    primary, replica = free_port(), free_port()
    follow = (
        f"--replicaof 127.0.0.1 {primary} --repl-diskless-sync yes --repl-diskless-sync-delay 0"
    )
    with (
        server(
            short_home / "primary", primary, "--repl-diskless-sync yes --repl-diskless-sync-delay 0"
        ),
        server(short_home / "replica", replica, follow) as replica_pid,
    ):
        url = f"redis://127.0.0.1:{primary}"
        store = RedisStore(url, lease_seconds=60, replicas=1, replica_wait_seconds=0.2)
        await store.open()
        await store.append(arrival("t", "1"))
        lease = await take_one(store)

        async def replicated(identity: str, head: int) -> bool:
            try:
                return isinstance(
                    await store.append(claim(lease, head, identity)), Appended | Known
                )
            except TooFewReplicas:
                return False

        await until(lambda: replicated("first", 1))
        async with paused(replica_pid):
            for _ in range(2):  # Sent again it is known, which must not pass for replicated.
                with pytest.raises(TooFewReplicas):
                    await store.append(claim(lease, 2, "second"))
                await _cut_connections(primary)
            assert await store.append(claim(lease, 2, "third")) == Moved(3)
            assert isinstance(await store.append(arrival("t", "2")), Appended)
        await until(lambda: replicated("second", 2))
        await store.close()
        assert len(await _logged(replica)) == 4


async def _logged(port: int) -> list[bytes]:
    wire = Wire(f"redis://127.0.0.1:{port}")
    rows = await wire.command("LRANGE", keys.of_thread("t").log, 0, -1)
    await wire.close()
    return cast(list[bytes], rows)


async def _cut_connections(port: int) -> None:
    """WAIT counts what its own connection wrote, and the resend comes over a new one."""
    wire = Wire(f"redis://127.0.0.1:{port}")
    await wire.command("CLIENT", "KILL", "TYPE", "normal")
    await wire.close()


async def test_a_lone_cluster_node_reports_that_no_replica_holds_the_claim(
    cluster_server: str, hire: Hire
) -> None:
    store = await hire(cluster_server, replicas=1)
    await store.append(arrival("t", "1"))
    lease = await take_one(store)
    with pytest.raises(TooFewReplicas, match="0 replicas in time, 1 are required"):
        await store.append(claim(lease, 1))


async def test_a_commit_that_broke_off_half_way_can_be_sent_again(redis_server: str) -> None:
    store = RedisStore(redis_server, lease_seconds=60)
    await store.open()
    spoiled = keys.of_thread("t").timers
    commit = Append(thread="t", kind="fact", id="end", events=(b"{}",), timers={"retry": 99})
    with Redis.from_url(redis_server) as server:  # pyright: ignore[reportUnknownMemberType]
        server.set(spoiled, "not an index")
        with pytest.raises(WrongKey):
            await store.append(commit)
        server.delete(spoiled)
    assert await store.append(commit) == Appended(1, ANY)
    await store.close()


async def test_a_spoiled_partition_keeps_no_lease_or_timer_of_another(redis_server: str) -> None:
    stores = [RedisStore(redis_server, lease_seconds=0.05) for _ in range(2)]
    for store in stores:
        await store.open()
    await stores[0].append(
        Append(thread="t", kind="arrival", id="a", events=(b"{}",), timers={"x": 1})
    )
    await stores[0].take(16, 1)
    other = next(each for each in keys.partitions() if each.ready != keys.of_thread("t").ready)
    with Redis.from_url(redis_server) as server:  # pyright: ignore[reportUnknownMemberType]
        server.delete(other.ready)
        server.set(other.timers, "not an index")
    assert [timer.thread for timer in await stores[1].due(10)] == ["t"]
    assert (await reclaim_one(stores[1])).thread == "t"
    for store in stores:
        await store.close()


async def test_a_spoiled_index_of_what_is_ready_hides_no_thread_of_another_partition(
    redis_server: str,
) -> None:
    store = RedisStore(redis_server, lease_seconds=60)
    await store.open()
    other = next(each for each in keys.partitions() if each.ready != keys.of_thread("t").ready)
    with Redis.from_url(redis_server) as server:  # pyright: ignore[reportUnknownMemberType]
        server.delete(other.ready)
        server.set(other.ready, "not an index")
    await store.append(Append(thread="t", kind="arrival", id="a", events=(b"{}",)))
    assert [lease.thread for lease in await store.take(16, 1)] == ["t"]
    await store.close()


async def test_names_of_no_thread_in_an_index_hold_up_no_timer_and_hide_no_thread(
    redis_server: str,
) -> None:
    """Somebody wrote to the server by hand. One bad name among the timers once kept every other timer from firing."""
    stores = [RedisStore(redis_server, lease_seconds=0.05) for _ in range(2)]
    for store in stores:
        await store.open()
    names = keys.of_thread("t")
    with Redis.from_url(redis_server) as server:  # pyright: ignore[reportUnknownMemberType]
        server.xadd(names.ready, {"nothing": "x"})
        for member, score in {
            b"\xff\xfe\0x": 1,
            b"no-end": 1,
            b"a" * 129 + b"\0x": 1,
            b"u\0x": "-inf",
        }.items():
            server.zadd(names.timers, {member: score})
        for member, score in {b"\xff": 1, b"two\nlines": 1, b"u": "inf"}.items():
            server.zadd(names.threads, {member: score})
        await stores[0].append(
            Append(thread="t", kind="arrival", id="a", events=(b"{}",), timers={"x": 1, "y": -1})
        )
        taken = [*await stores[0].take(16, 1), *await stores[0].take(16, 1)]
        assert [lease.thread for lease in taken] == ["t"]
        assert [timer.name for timer in await stores[1].due(10)] == ["y", "x"]
        assert [thread for thread, _ in await stores[1].threads()] == ["t"]
        assert (await reclaim_one(stores[1])).thread == "t"
        assert server.xlen(names.ready) == 1
    for store in stores:
        await store.close()
