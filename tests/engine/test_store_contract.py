"""What every store promises, asked of the one in memory, of a Redis server and of a cluster."""

import asyncio
from dataclasses import replace
from unittest.mock import ANY

import pytest

from bot.engine.commit import Append, Appended, End, Fenced, Known, Lease, Moved, Parted, Row, Timer
from bot.engine.keys import BadThreadId
from bot.engine.store import Store
from tests.engine.commits import (
    Workers,
    arrival,
    bodies,
    claim,
    fact,
    reclaim_one,
    rest,
    take_one,
    until,
)

LAPSES_AT_ONCE = 0.02
NOT_JSON = b"\x00\xff:log:\r\n{"


async def woken(store: Store, thread: str = "t") -> Lease:
    """A thread with one event, leased."""
    await store.append(arrival(thread, f"first-{thread}"))
    return await take_one(store)


async def nothing_to_take(store: Store) -> bool:
    return await store.take(10, 0) == []


# The log


async def test_events_come_back_as_they_were_appended_and_in_order(workers: Workers) -> None:
    store = await workers()
    before = await store.now()
    first = await store.append(arrival("t", "1", b"a", NOT_JSON))
    second = await store.append(arrival("t", "2", b""))
    after = await store.now()
    assert isinstance(first, Appended)
    assert isinstance(second, Appended)
    assert (first.head, second.head) == (2, 3)
    rows = await store.read("t")
    assert [row.body for row in rows] == [b"a", NOT_JSON, b""]
    assert [row.at for row in rows] == [first.at, first.at, second.at]
    assert before <= first.at <= second.at <= after


async def test_a_commit_tells_how_another_log_ends_once_it_is_written(workers: Workers) -> None:
    """Sent again it tells what is so by then; `b` is in another partition than `a`."""
    store = await workers()
    lease = await woken(store, "a")
    asked = replace(rest(lease, 1), beside="b")
    assert await store.append(replace(asked, id="early", rest=False)) == Appended(1, ANY)
    await store.append(arrival("b", "1", b"first", b"last"))
    done = await store.append(asked)
    assert isinstance(done, Appended)
    assert done.beside == tuple(await store.read("b", 1))
    await store.append(arrival("b", "2", b"later"))
    assert await store.append(asked) == Known(1, tuple(await store.read("b", 2)))


async def test_reading_from_a_head_gives_what_came_after_it(workers: Workers) -> None:
    store = await workers()
    await store.append(arrival("t", "1", b"a", b"b", b"c"))
    assert [row.body for row in await store.read("t", 2)] == [b"c"]
    assert await store.read("t", 3) == []
    assert await store.read("never-seen") == []


async def test_a_redelivered_arrival_is_known_and_changes_nothing(workers: Workers) -> None:
    store = await workers()
    await store.append(arrival("t", "slack:T1/C1/1.2", b"a"))
    assert await store.append(arrival("t", "slack:T1/C1/1.2", b"a")) == Known(1)
    assert await bodies(store, "t") == [b"a"]


async def test_an_identity_is_scoped_to_its_thread(workers: Workers) -> None:
    store = await workers()
    await store.append(arrival("a", "same"))
    assert isinstance(await store.append(arrival("b", "same")), Appended)


async def test_a_commit_larger_than_lua_can_unpack_stays_one_commit(workers: Workers) -> None:
    store = await workers()
    events = tuple(b"%d" % n for n in range(9_001))
    outcome = await store.append(arrival("t", "many", *events))
    assert isinstance(outcome, Appended)
    assert outcome.head == len(events)
    rows = await store.read("t")
    assert tuple(row.body for row in rows) == events
    assert {row.at for row in rows} == {outcome.at}


async def test_fifty_writers_on_one_thread_leave_no_gap_and_no_double(workers: Workers) -> None:
    stores = [await workers() for _ in range(5)]

    async def write(writer: int) -> list[int]:
        heads: list[int] = []
        for n in range(40):
            identity = f"{writer}/{n}"
            done = await stores[writer % 5].append(arrival("t", identity, identity.encode()))
            assert isinstance(done, Appended)
            heads.append(done.head)
        return heads

    heads = await asyncio.gather(*(write(writer) for writer in range(50)))
    assert sorted(head for each in heads for head in each) == list(range(1, 2_001))
    log = await bodies(stores[0], "t")
    for writer, own in enumerate(heads):
        assert [log[head - 1] for head in own] == [b"%d/%d" % (writer, n) for n in range(40)]


async def test_blobs_are_written_with_their_commit_and_only_once(workers: Workers) -> None:
    store = await workers()
    await store.append(Append(thread="t", kind="fact", id="1", blobs={"r": b"first"}))
    await store.append(Append(thread="t", kind="fact", id="2", blobs={"r": b"second"}))
    assert await store.blob("t", "r") == b"first"
    assert await store.blob("t", "none") is None
    assert await store.blob("other", "r") is None


async def test_copied_rows_keep_their_times_and_stand_before_the_events(workers: Workers) -> None:
    store = await workers()
    rows = tuple(Row(1_000 + n, b"%d" % n) for n in range(2_500))
    copy = Append(
        thread="t", kind="arrival", id="1", copied=rows, events=(b"new",), blobs={"r": b"whole"}
    )
    outcome = await store.append(copy)
    assert isinstance(outcome, Appended)
    assert await store.read("t") == [*rows, Row(outcome.at, b"new")]
    assert await store.blob("t", "r") == b"whole"
    assert await store.threads() == [("t", outcome.at)]
    assert (await take_one(store)).thread == "t"


async def test_a_row_without_a_stamp_is_copied_as_it_is_read(workers: Workers) -> None:
    store = await workers()
    rows = (Row(0, NOT_JSON),)
    await store.append(Append(thread="t", kind="arrival", id="1", copied=rows, events=(b"new",)))
    assert (await store.read("t"))[:1] == list(rows)


async def test_a_copy_can_only_begin_a_log(workers: Workers) -> None:
    store = await workers()
    await store.append(arrival("t", "1"))
    rows = (Row(1, b"old"),)
    copy = Append(
        thread="t", kind="arrival", id="2", copied=rows, events=(b"new",), blobs={"r": b"whole"}
    )
    assert await store.append(copy) == Known(1)
    assert await bodies(store, "t") == [b"hello"]
    assert await store.blob("t", "r") is None


@pytest.mark.parametrize("bad", ["", "T", "a:log:b", "a b", "{a}", "a\n", "x" * 129, "-a"])
async def test_a_thread_id_that_may_not_be_part_of_a_key_is_refused(
    workers: Workers, bad: str
) -> None:
    store = await workers()
    with pytest.raises(BadThreadId):
        await store.append(arrival(bad, "1"))


# Waking and resting


async def test_a_thread_with_many_arrivals_is_given_out_once(workers: Workers) -> None:
    one, other = await workers(), await workers()
    for n in range(3):
        await one.append(arrival("t", str(n)))
    assert [lease.thread for lease in await one.take(5, 0)] == ["t"]
    await other.append(arrival("t", "while leased"))
    assert await nothing_to_take(other)


async def test_take_gives_no_more_than_asked_and_starves_no_thread(workers: Workers) -> None:
    store = await workers()
    threads = {f"thread-{n}" for n in range(40)}
    for thread in threads:
        await store.append(arrival(thread, "1"))
    taken: list[Lease] = []
    while some := await store.take(3, 0):
        assert len(some) <= 3
        taken += some
    assert sorted(lease.thread for lease in taken) == sorted(threads)


async def test_a_waiting_take_gets_what_arrives_meanwhile(workers: Workers) -> None:
    waiting, writing = await workers(), await workers()
    take = asyncio.create_task(waiting.take(1, 10))
    await asyncio.sleep(0)
    await writing.append(arrival("t", "1"))
    (lease,) = await asyncio.wait_for(take, 5)
    assert lease == Lease("t", lease.entry, 1, 1)


async def test_a_take_that_waits_in_vain_comes_back_empty(workers: Workers) -> None:
    store = await workers()
    assert await store.take(1, 0.02) == []


async def test_appends_go_out_while_every_worker_waits(workers: Workers) -> None:
    store = await workers()
    waits = [asyncio.create_task(store.take(1, 10)) for _ in range(10)]
    await asyncio.sleep(0)
    for n in range(10):
        await asyncio.wait_for(store.append(arrival(f"t-{n}", "1")), 5)
    taken = [lease.thread for each in await asyncio.gather(*waits) for lease in each]
    assert sorted(taken) == [f"t-{n}" for n in range(10)]


async def test_rest_ends_the_lease_and_the_next_arrival_wakes_the_thread(
    workers: Workers,
) -> None:
    store = await workers()
    lease = await woken(store)
    done = await store.append(rest(lease, 1, "rest", b"said"))
    assert isinstance(done, Appended)
    assert done.head == 2
    assert await store.renew([lease]) == []
    assert await nothing_to_take(store)
    await store.append(arrival("t", "2"))
    assert (await take_one(store)).thread == "t"


async def test_rest_is_refused_when_more_arrived_but_its_facts_are_kept(workers: Workers) -> None:
    store = await workers()
    lease = await woken(store)
    await store.append(arrival("t", "2", b"wait!"))
    assert await store.append(rest(lease, 1, "rest", b"said")) == Moved(3)
    assert await bodies(store, "t") == [b"hello", b"wait!", b"said"]
    assert await store.renew([lease]) == [lease]
    assert isinstance(await store.append(rest(lease, 3, "again")), Appended)


async def test_a_refused_rest_sent_again_is_still_refused_and_writes_nothing_twice(
    workers: Workers,
) -> None:
    store = await workers()
    lease = await woken(store)
    await store.append(arrival("t", "2"))
    refused = rest(lease, 1, "rest", b"said")
    assert await store.append(refused) == await store.append(refused) == Moved(3)


async def test_a_rest_that_succeeded_is_known_when_sent_again(workers: Workers) -> None:
    store = await workers()
    lease = await woken(store)
    await store.append(rest(lease, 1, "rest", b"said"))
    assert await store.append(rest(lease, 1, "rest", b"said")) == Known(2)
    await store.append(arrival("t", "2"))
    assert await store.append(rest(lease, 1, "rest", b"said")) == Known(3)
    assert (await take_one(store)).thread == "t"


async def test_a_worker_without_the_lease_cannot_rest_and_its_facts_are_kept(
    workers: Workers,
) -> None:
    stale, fresh = await workers(LAPSES_AT_ONCE), await workers(LAPSES_AT_ONCE)
    old = await woken(stale)
    new = await reclaim_one(fresh)
    assert await stale.append(rest(old, 1, "rest", b"late")) == Fenced(2)
    assert await bodies(fresh, "t") == [b"hello", b"late"]
    assert isinstance(await fresh.append(rest(new, 2, "rest of the other")), Appended)


async def test_whoever_folded_a_log_that_is_gone_writes_nothing(workers: Workers) -> None:
    store = await workers()
    lease = await woken(store)
    (row,) = await store.read("t")
    here, longer, other = End(1, row.at), End(2, row.at), End(1, row.at - 1)
    for end in (longer, other):
        for commit in (fact(lease, "f", b"said"), claim(lease, 1), rest(lease, 1, "r", b"said")):
            assert await store.append(replace(commit, end=end)) == Parted(1)
    assert await bodies(store, "t") == [b"hello"]
    assert isinstance(await store.append(replace(claim(lease, 1), end=here)), Appended)
    assert await store.append(replace(claim(lease, 1), end=here)) == Known(2)
    assert await store.append(replace(claim(lease, 1), end=other)) == Parted(2)


# Claims, facts and the fence


async def test_a_claim_needs_the_head_that_was_folded(workers: Workers) -> None:
    store = await workers()
    lease = await woken(store)
    await store.append(arrival("t", "2"))
    assert await store.append(claim(lease, 1)) == Moved(2)
    assert await bodies(store, "t") == [b"hello", b"hello"]
    assert isinstance(await store.append(claim(lease, 2)), Appended)


async def test_a_claim_sent_again_after_a_lost_reply_is_ones_own(workers: Workers) -> None:
    store = await workers()
    lease = await woken(store)
    await store.append(claim(lease, 1))
    await store.append(arrival("t", "2"))
    assert await store.append(claim(lease, 1)) == Known(3)


async def test_facts_that_go_as_a_whole_need_head_and_lease_and_else_are_not_written(
    workers: Workers,
) -> None:
    stale, fresh = await workers(LAPSES_AT_ONCE), await workers(LAPSES_AT_ONCE)
    lease = await woken(stale)
    await stale.append(arrival("t", "2"))
    both = replace(fact(lease, "step", b"step", b"read"), kind="whole", head=1)
    assert await stale.append(both) == Moved(2)
    assert isinstance(await stale.append(replace(both, head=2)), Appended)
    assert await stale.append(replace(both, head=2)) == Known(4)
    await reclaim_one(fresh)
    assert await stale.append(replace(both, id="later", head=4)) == Fenced(4)
    assert await bodies(fresh, "t") == [b"hello", b"hello", b"step", b"read"]


async def test_another_lease_never_mistakes_a_claim_for_its_own(workers: Workers) -> None:
    stale, fresh = await workers(LAPSES_AT_ONCE), await workers(LAPSES_AT_ONCE)
    old = await woken(stale)
    new = await reclaim_one(fresh)
    await fresh.append(claim(new, 1, "run call 1"))
    assert await stale.append(claim(old, 1, "run call 1")) == Fenced(2)


async def test_a_worker_without_the_lease_cannot_claim(workers: Workers) -> None:
    stale, fresh = await workers(LAPSES_AT_ONCE), await workers(LAPSES_AT_ONCE)
    old = await woken(stale)
    await reclaim_one(fresh)
    assert await stale.append(claim(old, 1)) == Fenced(1)
    assert await bodies(fresh, "t") == [b"hello"]


async def test_a_lease_proves_nothing_in_another_workers_hands(workers: Workers) -> None:
    holder, thief = await workers(), await workers()
    lease = await woken(holder)
    assert await thief.append(claim(lease, 1)) == Fenced(1)
    assert await thief.renew([lease]) == []
    await thief.release(lease)
    assert isinstance(await holder.append(claim(lease, 1)), Appended)


async def test_a_worker_that_reclaims_from_itself_holds_only_the_newer_lease(
    workers: Workers,
) -> None:
    store = await workers(LAPSES_AT_ONCE)
    old = await woken(store)
    new = await reclaim_one(store)
    assert (new.entry, new.count) == (old.entry, old.count + 1)
    assert await store.append(claim(old, 1)) == Fenced(1)
    assert isinstance(await store.append(claim(new, 1)), Appended)


async def test_a_fact_of_a_worker_that_lost_its_lease_is_kept_and_wakes_the_thread(
    workers: Workers,
) -> None:
    stale, fresh = await workers(LAPSES_AT_ONCE), await workers(LAPSES_AT_ONCE)
    old = await woken(stale)
    await fresh.append(rest(await reclaim_one(fresh), 1))
    assert await nothing_to_take(fresh)
    assert isinstance(await stale.append(fact(old, "ended", b"returned")), Appended)
    assert (await take_one(fresh)).thread == "t"
    assert await bodies(fresh, "t") == [b"hello", b"returned"]


async def test_a_fact_needs_no_lease_at_all(workers: Workers) -> None:
    store = await workers()
    orphan = Append(thread="t", kind="fact", id="1", events=(b"x",))
    assert isinstance(await store.append(orphan), Appended)
    assert (await take_one(store)).thread == "t"


async def test_a_stale_worker_writes_no_timers(workers: Workers) -> None:
    stale, fresh = await workers(LAPSES_AT_ONCE), await workers(LAPSES_AT_ONCE)
    old = await woken(stale)
    new = await reclaim_one(fresh)
    await fresh.append(_with_timers(new, "fresh", {"kept": 1}))
    await stale.append(_with_timers(old, "stale", {"kept": None, "spurious": 1}))
    assert [timer.name for timer in await fresh.due(10)] == ["kept"]


@pytest.mark.parametrize("missing", ["lease", "head"])
def test_a_claim_or_rest_without_lease_and_head_cannot_be_written_down(missing: str) -> None:
    lease = None if missing == "lease" else Lease("t", "1-0", 1)
    head = None if missing == "head" else 1
    with pytest.raises(ValueError, match="lease and the head"):
        Append(thread="t", kind="claim", id="1", lease=lease, head=head)
    with pytest.raises(ValueError, match="lease and the head"):
        Append(thread="t", kind="fact", id="1", lease=lease, head=head, rest=True)
    with pytest.raises(ValueError, match="can't write to"):
        Append(thread="other", kind="fact", id="1", lease=Lease("t", "1-0", 1))


# Leases


async def test_a_lease_is_not_reclaimed_before_it_lapses(workers: Workers) -> None:
    one, other = await workers(), await workers()
    await woken(one)
    assert await other.reclaim(10) == []


async def test_a_lapsed_lease_goes_to_one_of_two_reclaimers(workers: Workers) -> None:
    patient = await workers()
    leases = [await woken(patient, f"t-{n}") for n in range(20)]
    racers = [await workers(LAPSES_AT_ONCE) for _ in range(2)]
    won: list[str] = []

    async def all_reclaimed() -> bool:
        both = await asyncio.gather(*(racer.reclaim(3) for racer in racers))
        assert all(len(some) <= 3 for some in both)
        won.extend(lease.thread for some in both for lease in some if lease.count == 2)
        return len(won) >= len(leases)

    await until(all_reclaimed)
    assert sorted(won) == sorted(lease.thread for lease in leases)
    assert await patient.renew(leases) == []


async def test_a_lapsed_lease_behind_many_fresh_ones_is_found(workers: Workers) -> None:
    holder, seeker = await workers(), await workers(0.3)
    held = [await woken(holder, f"t-{n}") for n in range(400)]
    lapsing = held[-1]

    async def found() -> bool:
        await holder.renew(held[:-1])
        return lapsing.thread in [lease.thread for lease in await seeker.reclaim(1)]

    await until(found)


async def test_renewing_holds_a_lease_beyond_its_time(workers: Workers) -> None:
    holder, other = await workers(0.5), await workers(0.5)
    lease = await woken(holder)
    until_at = await holder.now() + 800

    async def long_past() -> bool:
        assert await holder.renew([lease]) == [lease]
        assert await other.reclaim(1) == []
        return await holder.now() > until_at

    await until(long_past)


async def test_a_zombies_heartbeat_cannot_steal_a_lease_back(workers: Workers) -> None:
    zombie, heir = await workers(LAPSES_AT_ONCE), await workers(LAPSES_AT_ONCE)
    old = await woken(zombie)
    new = await reclaim_one(heir)
    assert await zombie.renew([old]) == []
    assert isinstance(await heir.append(claim(new, 1)), Appended)


async def test_a_heartbeat_tells_held_from_lost(workers: Workers) -> None:
    store = await workers()
    held = [await woken(store, f"t-{n}") for n in range(20)]
    await store.append(rest(held[7], 1))
    renewed = await store.renew(held)
    assert sorted(lease.thread for lease in renewed) == sorted(
        lease.thread for lease in held if lease is not held[7]
    )


async def test_of_two_leases_on_one_entry_only_the_newer_is_renewed(workers: Workers) -> None:
    store = await workers(LAPSES_AT_ONCE)
    old = await woken(store)
    new = await reclaim_one(store)
    assert await store.renew([old, new]) == [new]


async def test_a_released_thread_goes_to_a_waiting_worker_at_once(workers: Workers) -> None:
    leaving, waiting = await workers(), await workers()
    lease = await woken(leaving)
    take = asyncio.create_task(waiting.take(1, 10))
    await asyncio.sleep(0)
    await leaving.release(lease)
    (heir,) = await asyncio.wait_for(take, 5)
    assert heir.thread == "t"
    assert await leaving.append(claim(lease, 1)) == Fenced(1)
    assert isinstance(await waiting.append(claim(heir, 1)), Appended)


async def test_a_worker_that_closes_hands_back_all_it_holds(workers: Workers) -> None:
    leaving, staying = await workers(), await workers()
    held = {(await woken(leaving, f"t-{n}")).thread for n in range(20)}
    kept = await woken(staying, "kept")
    await leaving.close()
    found: dict[str, int] = {}
    while some := await staying.take(5, 0):
        found |= {lease.thread: lease.tries for lease in some}
    assert found == dict.fromkeys(held, 1)
    assert await staying.renew([kept]) == [kept]


async def test_releasing_a_lost_lease_changes_nothing(workers: Workers) -> None:
    stale, fresh = await workers(LAPSES_AT_ONCE), await workers(LAPSES_AT_ONCE)
    old = await woken(stale)
    new = await reclaim_one(fresh)
    await stale.release(old)
    assert await nothing_to_take(stale)
    assert isinstance(await fresh.append(claim(new, 1)), Appended)


async def test_tries_grow_with_each_take_over_but_not_by_handing_back(workers: Workers) -> None:
    store = await workers(LAPSES_AT_ONCE)
    first = await woken(store)
    second = await reclaim_one(store)
    third = await reclaim_one(store)
    assert [lease.tries for lease in (first, second, third)] == [1, 2, 3]
    await store.release(third)
    again = await take_one(store)
    assert (again.count, again.tries) == (1, 3)
    after = await reclaim_one(store)
    assert (after.count, after.tries) == (2, 4)


async def test_coming_to_rest_forgets_the_tries(workers: Workers) -> None:
    store = await workers(LAPSES_AT_ONCE)
    await woken(store)
    await store.append(rest(await reclaim_one(store), 1))
    await store.append(arrival("t", "2"))
    assert (await take_one(store)).tries == 1


# Timers


def _with_timers(lease: Lease, identity: str, timers: dict[str, int | None]) -> Append:
    return Append(
        thread=lease.thread, kind="fact", id=identity, lease=lease, events=(b"x",), timers=timers
    )


async def test_a_due_timer_becomes_an_event_and_wakes_the_thread(workers: Workers) -> None:
    store = await workers()
    lease = await woken(store)
    at = await store.now()
    asking = _with_timers(lease, "1", {"deadline": at})
    await store.append(asking)
    await store.append(rest(lease, 2))
    (timer,) = await store.due(10)
    assert timer == Timer("t", "deadline", at)
    assert isinstance(await store.fire(timer, b"fired"), Appended)
    assert await store.due(10) == []
    assert (await bodies(store, "t"))[-1] == b"fired"
    assert (await take_one(store)).thread == "t"


async def test_a_timer_fires_once_however_many_fire_it(workers: Workers) -> None:
    stores = [await workers() for _ in range(4)]
    due = {f"timer-{n}": 1_000 + n for n in range(25)}
    await stores[0].append(Append(thread="t", kind="arrival", id="1", timers=due))

    async def fire_all(store: Store) -> int:
        outcomes = [await store.fire(timer, timer.id.encode()) for timer in await store.due(100)]
        return sum(isinstance(outcome, Appended) for outcome in outcomes)

    fired = await asyncio.gather(*map(fire_all, stores))
    assert sum(fired) == len(due)
    expected = sorted(f"timer:{name}@{at}".encode() for name, at in due.items())
    assert sorted(await bodies(stores[0], "t")) == expected


async def test_a_timer_not_yet_due_neither_shows_nor_fires(workers: Workers) -> None:
    store = await workers()
    at = await store.now() + 60_000
    await store.append(Append(thread="t", kind="arrival", id="1", timers={"deadline": at}))
    assert await store.due(10) == []
    assert await store.fire(Timer("t", "deadline", at), b"early") == Known(0)


async def test_a_replaced_timer_fires_at_its_new_time_alone(workers: Workers) -> None:
    store = await workers()
    await store.append(Append(thread="t", kind="arrival", id="1", timers={"deadline": 1_000}))
    (listed,) = await store.due(10)
    await store.append(Append(thread="t", kind="arrival", id="2", timers={"deadline": 2_000}))
    assert await store.fire(listed, b"old") == Known(0)
    (replaced,) = await store.due(10)
    assert isinstance(await store.fire(replaced, b"new"), Appended)
    assert await bodies(store, "t") == [b"new"]


async def test_a_removed_timer_never_fires(workers: Workers) -> None:
    store = await workers()
    await store.append(Append(thread="t", kind="arrival", id="1", timers={"a": 1, "b:\0c": 2}))
    listed = {timer.name: timer for timer in await store.due(10)}
    await store.append(Append(thread="t", kind="arrival", id="2", timers={"a": None}))
    assert await store.fire(listed["a"], b"removed") == Known(0)
    assert await store.due(10) == [listed["b:\0c"]]


async def test_a_timer_set_again_to_a_time_it_fired_at_does_not_stay_due(workers: Workers) -> None:
    store = await workers()
    for identity in ("1", "2"):
        await store.append(
            Append(thread="t", kind="arrival", id=identity, timers={"deadline": 1_000})
        )
        (timer,) = await store.due(10)
        await store.fire(timer, b"fired")
    assert await store.due(10) == []
    assert await bodies(store, "t") == [b"fired"]


async def test_timers_brought_forward_in_steps_come_due_so_many_at_once_and_the_rest_later(
    workers: Workers,
) -> None:
    store = await workers()
    later = {"shown": 4_102_444_800_000, "other": 4_102_444_800_000}
    for n in range(5):
        await store.append(Append(thread=f"t-{n}", kind="arrival", id="1", timers=later))
    await store.hasten("shown", 2, 60_000)
    assert len(await store.due(10)) == 2
    await store.hasten("shown")
    assert {timer.name for timer in await store.due(10)} == {"shown"}
    assert len(await store.due(10)) == 5


async def test_no_more_timers_are_listed_than_asked_for(workers: Workers) -> None:
    store = await workers()
    for n in range(20):
        timers = {"a": 1, "b": 2}
        await store.append(Append(thread=f"t-{n}", kind="arrival", id="1", timers=timers))
    assert len(await store.due(7)) == 7
    assert len(await store.due(100)) == 40


# The index, aliases, rebuilding


async def test_the_index_names_every_thread_latest_first(workers: Workers) -> None:
    store = await workers()
    updated: dict[str, int] = {}
    for n, thread in enumerate(["a", "b", "c", "a"]):
        done = await store.append(arrival(thread, str(n)))
        assert isinstance(done, Appended)
        updated[thread] = done.at
    listed = await store.threads()
    assert dict(listed) == updated
    assert [at for _, at in listed] == sorted(updated.values(), reverse=True)
    assert sorted(await store.logged()) == ["a", "b", "c"]


async def test_a_commit_without_events_wakes_the_thread_and_leaves_its_log(
    workers: Workers,
) -> None:
    store = await workers()
    lease = await woken(store)
    await store.append(rest(lease, 1))
    listed = await store.threads()
    done = await store.append(Append(thread="t", kind="arrival", id="rebuild", timers={"d": 1}))
    assert isinstance(done, Appended)
    assert done.head == 1
    assert await store.threads() == listed
    assert (await take_one(store)).thread == "t"


async def test_an_address_belongs_to_the_thread_first_named_for_it(workers: Workers) -> None:
    one, other = await workers(), await workers()
    address = "email:<a:log:b@example.com>"
    assert await one.resolve(address) is None
    assert await one.alias(address, "first") == "first"
    assert await other.alias(address, "second") == "first"
    assert await other.resolve(address) == "first"


async def test_a_cursor_is_where_it_was_moved_last(workers: Workers) -> None:
    one, other = await workers(), await workers()
    assert await one.cursors("slack") == {}
    await one.move_cursors("slack", {})
    await one.move_cursors("slack", {"T/C1": "1.2", "T/C2": "3.4"})
    await other.move_cursors("slack", {"T/C1": "5.6"})
    assert await one.cursors("slack") == {"T/C1": "5.6", "T/C2": "3.4"}
    assert await one.cursors("another") == {}


async def test_pruning_workers_loses_no_lease(workers: Workers) -> None:
    store, other = await workers(), await workers()
    lease = await woken(store)
    await other.prune(0)
    assert await store.renew([lease]) == [lease]
    await store.append(arrival("u", "1"))
    assert (await take_one(store)).thread == "u"
