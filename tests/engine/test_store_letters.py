"""What every store promises of letters: threads that could not be gone on with, and payloads that no event could be made of."""

import asyncio
from dataclasses import replace

import pytest
from redis import Redis

from bot.engine import keys, letters
from bot.engine.commit import Append, Appended, Known, Lease, Row, Timer
from bot.engine.letters import Letter
from bot.engine.redis_store import RedisStore
from bot.engine.store import Store, WrongKey
from tests.engine.commits import Workers, arrival, bodies, claim, reclaim_one, rest, take_one, until

LAPSES_AT_ONCE = 0.02


def letter(thread: str = "t", *, tries: int = 3, again: int | None = None) -> Letter:
    return Letter(
        id=thread, at=7, tries=tries, stage="send", cause="dark", seq=2, head=1, again=again
    )


async def woken(store: Store, thread: str = "t") -> Lease:
    await store.append(arrival(thread, f"first-{thread}"))
    return await take_one(store)


async def test_a_parked_thread_has_a_letter_and_is_given_to_nobody(workers: Workers) -> None:
    store, other = await workers(LAPSES_AT_ONCE), await workers(LAPSES_AT_ONCE)
    lease = await woken(store)
    assert await store.park(lease, letter())
    assert await other.letter("t") == letter()
    assert await other.letters() == [letter()]
    assert await other.take(10, 0) == await other.reclaim(10) == await other.due(10) == []
    assert await bodies(other, "t") == [b"hello"]


async def test_parking_needs_the_lease_and_else_writes_nothing(workers: Workers) -> None:
    stale, fresh = await workers(LAPSES_AT_ONCE), await workers(LAPSES_AT_ONCE)
    old = await woken(stale)
    new = await reclaim_one(fresh)
    assert not await stale.park(old, letter())
    assert await fresh.letters() == []
    assert isinstance(await fresh.append(claim(new, 1)), Appended)


async def test_parking_twice_is_refused_the_second_time(workers: Workers) -> None:
    store = await workers()
    lease = await woken(store)
    assert await store.park(lease, letter())
    assert not await store.park(lease, letter(tries=9))
    assert await store.letter("t") == letter()


async def test_an_arrival_wakes_a_parked_thread_and_is_durable(workers: Workers) -> None:
    store = await workers()
    await store.park(await woken(store), letter())
    assert isinstance(await store.append(arrival("t", "2", b"still there?")), Appended)
    lease = await take_one(store)
    assert (lease.thread, lease.tries) == ("t", 1)
    assert await bodies(store, "t") == [b"hello", b"still there?"]
    assert await store.letter("t") == letter()


async def test_what_arrived_since_the_log_was_read_still_gets_its_try(workers: Workers) -> None:
    store = await workers()
    lease = await woken(store)
    await store.append(arrival("t", "2", b"unread"))
    assert await store.park(lease, letter())

    async def is_due() -> bool:
        return bool(await store.due(10))

    await until(is_due)
    (timer,) = await store.due(10)
    await store.fire(timer, None)
    assert (await take_one(store)).thread == "t"


async def test_a_letter_that_names_a_time_is_looked_at_again_then(workers: Workers) -> None:
    store = await workers()
    now = await store.now()
    await store.park(await woken(store), letter(again=now))
    (timer,) = await store.due(10)
    assert timer == Timer("t", "", now)
    assert await store.take(10, 0) == []
    assert isinstance(await store.fire(timer, None), Appended)
    assert await store.fire(timer, None) == Known(1)
    assert (await take_one(store)).thread == "t"
    assert await bodies(store, "t") == [b"hello"]


async def test_coming_to_rest_takes_letter_and_look_away(workers: Workers) -> None:
    store = await workers()
    await store.park(await woken(store), letter(again=1))
    await store.append(arrival("t", "2"))
    await store.append(rest(await take_one(store), 2))
    assert await store.letters() == []
    assert await store.due(10) == []


async def test_a_thread_parked_for_good_after_tries_is_no_longer_looked_at(
    workers: Workers,
) -> None:
    store = await workers()
    await store.park(await woken(store), letter(again=1))
    await store.append(arrival("t", "2"))
    await store.park(await take_one(store), replace(letter(), head=2))
    assert await store.due(10) == []


async def test_a_revived_thread_is_given_out_once_and_has_no_letter(workers: Workers) -> None:
    store = await workers()
    await store.park(await woken(store), letter(again=1))
    await asyncio.gather(*(store.revive(letter()) for _ in range(3)))
    assert await store.letters() == []
    assert await store.due(10) == []
    assert [lease.thread for lease in await store.take(10, 0)] == ["t"]
    assert await store.take(10, 0) == []


async def test_reviving_what_is_at_work_takes_no_lease(workers: Workers) -> None:
    store = await workers()
    lease = await woken(store)
    await store.revive(letter())
    assert await store.renew([lease]) == [lease]
    assert await store.take(10, 0) == []


async def test_a_letter_without_a_log_wakes_nothing(workers: Workers) -> None:
    store = await workers()
    await store.bury(letter("gone"))
    await store.revive(letter("gone"))
    assert await store.letters() == []
    assert await store.take(10, 0) == []


async def test_a_payload_that_nobody_could_parse_is_kept_with_its_bytes(workers: Workers) -> None:
    store = await workers()
    raw = letters.payload("email", "<a:log:b@example.com>", bytes(range(256)), "no header", 9)
    await store.bury(raw)
    assert await store.letters() == [raw]
    await store.revive(raw)
    assert await store.letter(raw.id) is None


async def test_letters_come_latest_first(workers: Workers) -> None:
    store = await workers()
    for at, thread in enumerate("abc"):
        await store.bury(replace(letter(thread), at=at))
    assert [each.id for each in await store.letters()] == ["c", "b", "a"]


async def test_burying_a_timer_takes_it_away(workers: Workers) -> None:
    store = await workers()
    await store.append(Append(thread="t", kind="arrival", id="1", timers={"a": 1, "b": 2}))
    one, other = await store.due(10)
    await store.bury(letter(), one)
    assert await store.due(10) == [other]


def test_a_payload_is_cut_and_whatever_it_says_can_be_stored() -> None:
    kept = letters.payload("email", "\ud800" * 999, b"\xff" * 10**6, "\ud800" * 999, 0)
    assert letters.decode(kept.id, letters.encode(kept)) == kept
    assert len(kept.raw) == letters.MOST_RAW_BYTES
    assert len(letters.encode(kept)) < 2 * letters.MOST_RAW_BYTES


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"[" * 100_000, b'{"id":1}', b"\xff", b'{"at":' + b"9" * 9_000]
)
async def test_a_letter_that_cannot_be_read_hides_no_other(redis_server: str, body: bytes) -> None:
    async with RedisStore(redis_server, lease_seconds=60) as store:
        await store.bury(letter("good"))
        with Redis.from_url(redis_server) as server:  # pyright: ignore[reportUnknownMemberType]
            server.hset(keys.of_thread("bad").dead, "bad", body)
        good, bad = await store.letters()
        assert good == letter("good")
        assert (bad.id, bad.cause) == ("bad", "this letter cannot be read")


async def test_a_log_of_another_type_is_named_and_its_thread_can_be_parked(
    redis_server: str,
) -> None:
    async with RedisStore(redis_server, lease_seconds=60) as store:
        lease, name = await woken(store), keys.of_thread("t").log
        with Redis.from_url(redis_server) as server:  # pyright: ignore[reportUnknownMemberType]
            server.set(name, "no list")
        with pytest.raises(WrongKey, match=name):
            await store.read("t")
        with pytest.raises(WrongKey, match=name):
            await store.append(arrival("t", "2"))
        assert await store.park(lease, letter())
        assert await store.take(10, 0) == []


@pytest.mark.parametrize("row", ["no stamp here", "7", "179000000000"])
async def test_a_thread_whose_last_row_has_no_stamp_is_woken_like_any_other(
    redis_server: str, row: str
) -> None:
    async with RedisStore(redis_server, lease_seconds=60) as store:
        await store.park(await woken(store), letter(again=1))
        with Redis.from_url(redis_server) as server:  # pyright: ignore[reportUnknownMemberType]
            server.rpush(keys.of_thread("t").log, row)
        assert (await store.read("t"))[-1] == Row(0, row.encode())
        (timer,) = await store.due(10)
        assert isinstance(await store.fire(timer, None), Appended)
        assert (await take_one(store)).thread == "t"
