"""Any number of clocks, on a real Redis: every slot is settled once, and what ran has begun once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import pytest
import structlog.testing

from bot.core.events import Cancelled, DecideFailed, Paused, Resumed
from bot.core.house import HOUSE, Halted, Lifted
from bot.core.slots import ScheduleSet, SlotsSettled
from bot.core.values import Address
from bot.engine.desk import Desk
from bot.engine.redis_store import RedisStore
from bot.kit.schedule import Missed
from bot.setup.outcomes import fates
from bot.setup.slot_logs import MADE
from channels.cron.clock import Busy, Clock, Unheard
from channels.cron.entry import minute
from tests.channels.cron.shop import (
    MINUTE,
    NOON,
    Timed,
    clock,
    entry,
    opened,
    outcomes,
    reach,
    settled,
    ticks,
    where,
)

HOME = Address(channel="screen", locator="fixed")


def _at_home(_written: str, _schedule: str, _slot: int) -> Address:
    """Where a schedule whose address names a thread speaks."""
    return HOME


@pytest.fixture
async def store(redis_server: str) -> AsyncGenerator[RedisStore]:
    async with opened(redis_server) as found:
        yield found


@pytest.fixture
def book(store: RedisStore) -> Timed:
    return Timed(store)


async def at(book: Timed, minutes: float, *clocks: Clock) -> None:
    """The clocks look, so many minutes after noon."""
    book.at = NOON + int(minutes * MINUTE)
    for each in clocks:
        await each.look()


async def test_a_slot_begins_a_thread_of_its_own_where_the_schedule_speaks(
    book: Timed, store: RedisStore
) -> None:
    works = clock(book, entry())
    await at(book, 0, works)
    assert await ticks(store) == []  # What came before somebody looked is nobody's slot.
    await at(book, 0.5, works)
    await at(book, 1.01, works)
    [tick] = await ticks(store)
    assert (tick.prompt, tick.agent, tick.schedule) == ("Look.", "clerk", "every")
    assert (tick.actor, tick.creator) == ("alice", "alice")
    assert tick.address == Address(channel="screen", locator="clerk/every/2026-09-24T12:01Z")
    assert await outcomes(book) == [(1, "ran", "")]
    await at(book, 1.5, works)
    assert len(await ticks(store)) == 1


async def test_ten_clocks_settle_every_slot_once_though_each_thinks_another_time(
    redis_server: str, store: RedisStore
) -> None:
    chance = random.Random(7)
    async with AsyncExitStack() as open_stores:
        crew = list[tuple[Timed, Clock]]()
        for _ in range(10):
            book = Timed(await open_stores.enter_async_context(opened(redis_server)))
            crew.append(
                (
                    book,
                    clock(
                        book,
                        entry(
                            missed=entry().schedule.missed.model_copy(update={"most": 100}),
                            concurrency_policy="allow",
                        ),
                    ),
                )
            )
        for step in range(30):
            for book, _ in crew:
                book.at = NOON + step * MINUTE + chance.randint(-10, 10) * MINUTE
            await asyncio.gather(*(works.look() for _, works in crew))
        end = max(book.at for book, _ in crew)
        for book, works in crew:
            book.at = end
            await works.look()
        found = await settled(crew[0][0], "clerk/every")
    chain = sorted(found, key=lambda each: each.after)
    assert [each.after for each in chain] == [0, *(each.until for each in chain)][:-1]
    slots = [slot for each in chain for slot in each.slots]
    begin, last = chain[0].until, chain[-1].until
    assert [slot.at for slot in slots] == list(
        range(begin // MINUTE * MINUTE + MINUTE, last + 1, MINUTE)
    )
    assert {slot.outcome for slot in slots} == {"ran"}
    assert sorted(tick.id for tick in await ticks(store)) == sorted(
        f"cron:clerk/every@{slot.at}" for slot in slots
    )


async def test_what_was_settled_and_not_begun_is_begun_by_the_next_clock(
    book: Timed, store: RedisStore
) -> None:
    dies = clock(book, entry())
    await at(book, 0, dies)
    book.fails_to_begin = 1
    await at(book, 1, dies)
    assert (await outcomes(book), await ticks(store)) == ([(1, "ran", "")], [])
    await at(book, 1.2, clock(book, entry()))
    assert len(await ticks(store)) == 1
    await at(book, 1.3, dies)
    assert len(await ticks(store)) == 1


async def test_what_was_settled_and_not_begun_is_begun_by_a_clock_that_ran_all_the_time(
    book: Timed, store: RedisStore
) -> None:
    """It finds the slot settled, and whoever settled it has died: of a thousand slots and a hundred deaths one was lost so."""
    dies, lives = (
        clock(book, entry(concurrency_policy="allow")),
        clock(book, entry(concurrency_policy="allow")),
    )
    await at(book, 0, dies, lives)
    book.fails_to_begin = 1
    await at(book, 1, dies)
    assert await ticks(store) == []
    await at(book, 2, lives)
    assert len(await ticks(store)) == 2


async def test_a_clock_whose_store_was_away_begins_what_it_had_settled(
    book: Timed, store: RedisStore
) -> None:
    works = clock(book, entry())
    await at(book, 0, works)
    book.fails_to_begin = 2
    await at(book, 1, works)
    await at(book, 1.1, works)
    assert await ticks(store) == []
    await at(book, 1.2, works)
    assert len(await ticks(store)) == 1


async def test_a_schedule_that_changes_begins_anew(book: Timed) -> None:
    await at(book, 0, clock(book, entry()))
    await at(book, 30.5, clock(book, entry(schedule="*/20 * * * *")))
    assert await outcomes(book) == []
    await at(book, 40, clock(book, entry(schedule="*/20 * * * *")))
    assert await outcomes(book) == [(40, "ran", "")]


async def test_a_thread_that_still_waits_keeps_the_next_slot_from_running(
    book: Timed, store: RedisStore
) -> None:
    works = clock(book, entry())
    await at(book, 0, works)
    await at(book, 1, works)
    await at(book, 2, works)
    await at(book, 3, works)
    (_, first, _), *later = await outcomes(book)
    assert (first, [outcome for _, outcome, _ in later]) == ("ran", ["skipped"] * 2)
    assert all("is still at it: thinking" in why for _, _, why in later)
    [tick] = await ticks(store)
    await Desk(store).post(book.thread(tick.address), Cancelled(id="c", actor="alice"))
    await at(book, 4, works)
    assert (await outcomes(book))[-1] == (4, "ran", "")


@pytest.mark.parametrize("policy", ["allow", "forbid", "replace"])
async def test_a_slot_whose_thread_is_others_and_at_work_is_skipped_and_not_lost_in_it(
    book: Timed, store: RedisStore, policy: str
) -> None:
    await Desk(store).launch("clerk", "Please look.", "bob", HOME)
    works = Clock([entry(concurrency_policy=policy)], book, _at_home, reach, "alice")
    await at(book, 0, works)
    await at(book, 1, works)
    [(_, outcome, why)] = await outcomes(book)
    assert (outcome, await ticks(store)) == ("skipped", [])
    assert why == f"{book.thread(HOME)} is still at it: thinking"
    with pytest.raises(Busy, match="is still at it"):
        await works.run_now(entry(concurrency_policy="allow"), "bob")
    await Desk(store).post(book.thread(HOME), Cancelled(id="c", actor="bob"))
    await at(book, 2, works)
    assert [tick.address for tick in await ticks(store)] == [HOME]


async def test_of_slots_that_come_together_into_one_thread_the_first_one_runs(
    book: Timed, store: RedisStore
) -> None:
    catching_up = entry(concurrency_policy="allow", missed=Missed(most=10))
    works = Clock([catching_up], book, _at_home, reach, "alice")
    await at(book, 0, works)
    await at(book, 3, works)
    assert [(slot, outcome) for slot, outcome, _ in await outcomes(book)] == [
        (1, "ran"),
        (2, "skipped"),
        (3, "skipped"),
    ]
    assert len(await ticks(store)) == 1


async def test_a_slot_takes_the_place_of_one_that_still_waits(
    book: Timed, store: RedisStore
) -> None:
    works = clock(book, entry(concurrency_policy="replace"))
    for minutes in (0, 1, 2):
        await at(book, minutes, works)
    first, _ = sorted(await ticks(store), key=lambda tick: tick.id)
    thread = await Desk(store).thread(book.thread(first.address))
    assert thread.cancelled


async def refused(store: RedisStore, thread: str) -> None:
    """An error holds it from now on."""
    seen = len(await Desk(store).events(thread))
    error = DecideFailed(id="e", actor="engine", seen=seen, kind="permanent", reason="no key")
    await Desk(store).post(thread, error)


async def test_a_run_beside_the_slots_takes_the_place_of_what_an_error_alone_keeps(
    book: Timed, store: RedisStore
) -> None:
    works = clock(book, entry())
    await at(book, 0, works)
    await at(book, 1, works)
    [slot] = await book.latest("clerk/every", 9)
    await refused(store, slot.thread)
    book.at += 30_500
    await works.run_now(entry(), "bob")
    assert (await Desk(store).thread(slot.thread)).cancelled


@pytest.mark.parametrize(("policy", "errs"), [("forbid", True), ("replace", False)])
async def test_a_thread_that_others_began_is_theirs_to_end(
    book: Timed, store: RedisStore, policy: str, *, errs: bool
) -> None:
    """Also where a slot has run in it before, and where nothing but an error keeps it."""
    thread = await Desk(store).launch("clerk", "Please look.", "bob", HOME)
    await Desk(store).post(thread, Cancelled(id="c", actor="bob"))
    works = Clock([entry(concurrency_policy=policy)], book, _at_home, reach, "alice")
    await at(book, 0, works)
    await at(book, 1, works)
    if errs:
        await refused(store, thread)
    await at(book, 2, works)
    (_, ran, _), (_, skipped, why) = await outcomes(book)
    assert (ran, skipped, "is still at it" in why) == ("ran", "skipped", True)
    with pytest.raises(Busy, match="is still at it"):
        await works.run_now(entry(concurrency_policy=policy), "carol")
    assert not (await Desk(store).thread(thread)).cancelled


async def test_the_fallback_speaks_where_the_address_is_gone(
    book: Timed, store: RedisStore
) -> None:
    works = clock(book, entry(address="gone", fallback="screen"))
    await at(book, 0, works)
    await at(book, 1, works)
    assert [tick.address.channel for tick in await ticks(store)] == ["screen"]
    assert await outcomes(book) == [(1, "ran", "gone: the channel is archived")]


async def test_what_cannot_be_said_at_the_address_later_goes_to_the_fallback(
    book: Timed, store: RedisStore
) -> None:
    works = clock(book, entry(fallback="other"))
    await at(book, 0, works)
    await at(book, 1, works)
    [tick] = await ticks(store)
    assert tick.fallback is not None
    assert (tick.address.channel, tick.fallback.channel) == ("screen", "other")
    thread = await Desk(store).thread(book.thread(tick.address))
    assert thread.addresses == (tick.address, tick.fallback)


async def test_a_slot_that_nobody_could_hear_has_failed(book: Timed, store: RedisStore) -> None:
    works = clock(book, entry(address="gone"))
    await at(book, 0, works)
    await at(book, 1, works)
    assert await ticks(store) == []
    assert await outcomes(book) == [(1, "failed", "gone: the channel is archived")]
    with pytest.raises(Unheard, match="archived"):
        await works.run_now(entry(address="gone"), "bob")


class Slow(Timed):
    """A slotbook that is asked late: after the first time it is a quarter of a minute later."""

    async def now(self) -> int:
        found, self.at = self.at, self.at + 15_000
        return found


async def test_a_deadline_that_passes_while_a_look_is_busy_is_one_that_was_missed(
    store: RedisStore,
) -> None:
    """The look began in time; what counts is when the slot could have started."""
    strict = entry(schedule="1 * * * *", starting_deadline_seconds=10)
    await at(Timed(store), 0, clock(Timed(store), strict))
    book = Slow(store, NOON + MINUTE)
    await clock(book, strict).look()
    assert await outcomes(book) == [(1, "skipped", "too late: more than 10 s after its time")]
    assert await ticks(store) == []


async def test_who_pauses_a_schedule_is_on_record(book: Timed) -> None:
    works = clock(book, entry())
    await at(book, 0, works)
    await book.say("clerk/every", Paused(id="p", actor="bob"))
    await at(book, 1, works)
    await book.say("clerk/every", Resumed(id="r", actor="bob"))
    await at(book, 2, works)
    assert await outcomes(book) == [(1, "skipped", "paused by bob"), (2, "ran", "")]


async def test_while_an_agent_is_halted_its_slots_are_skipped(
    book: Timed, store: RedisStore
) -> None:
    works = clock(book, entry())
    await at(book, 0, works)
    await Desk(store).post(HOUSE, Halted(id="h", actor="bob", agent="clerk", reason="lunch"))
    await at(book, 1, works)
    assert await outcomes(book) == [(1, "skipped", "halted by bob: lunch")]


async def test_one_that_is_run_by_hand_under_a_halt_waits_until_that_is_lifted(
    book: Timed, store: RedisStore
) -> None:
    desk, works = Desk(store), clock(book, entry())
    await desk.post(HOUSE, Halted(id="h", actor="bob", agent="clerk", reason="lunch"))
    book.at = NOON + 30_500
    await works.run_now(entry(), "bob")
    assert [each[1:] for each in await outcomes(book)] == [("ran", "")]
    [(_, under)] = await fates(desk, await settled(book, "clerk/every"), 9)
    assert (under.outcome, under.why) == ("waiting", "halted by bob: lunch")
    await desk.post(HOUSE, Lifted(id="l", actor="bob", agent="clerk"))
    [(_, after)] = await fates(desk, await settled(book, "clerk/every"), 9)
    assert (after.outcome, after.why) == ("ran", "")


async def test_a_run_beside_the_slots_counts_as_one_and_is_its_authors(
    book: Timed, store: RedisStore
) -> None:
    works = clock(book, entry())
    book.at = NOON + 30_500
    thread = await works.run_now(entry(), "bob")
    [tick] = await ticks(store)
    assert (tick.actor, book.thread(tick.address)) == ("bob", thread)
    with pytest.raises(Busy, match="is still at it"):
        await works.run_now(entry(), "bob")
    await at(book, 0.9, works)
    await at(book, 1, works)
    assert [each for _, each, _ in await outcomes(book)] == ["ran", "skipped"]


async def test_a_schedule_goes_on_over_the_ends_of_months(book: Timed) -> None:
    monthly = entry(schedule="0 0 1 * *")
    works = clock(book, monthly)
    days = (0, 5, 6.5, 7, 37, 38, 130)
    for day in days:
        await at(book, day * 1440, works)
    slots = [slot for each in await settled(book, "clerk/every") for slot in each.slots]
    assert [slot.count for slot in slots] == [1, 1, 2, 1]
    restarted = clock(book, monthly)
    await at(book, 131 * 1440, restarted)
    assert len(await settled(book, "clerk/every")) == 4


async def test_no_schedule_keeps_another_from_its_slot(book: Timed, store: RedisStore) -> None:
    first, second = entry(), entry(name="other")
    works = clock(book, first, second)
    await at(book, 0, works)
    book.fails_to_begin = 1
    await at(book, 1, works)
    assert [tick.schedule for tick in await ticks(store)] == ["other"]
    await at(book, 1.1, works)
    assert sorted(tick.schedule for tick in await ticks(store)) == ["every", "other"]


async def test_a_place_that_is_slow_to_answer_keeps_no_other_schedule_waiting(
    book: Timed, store: RedisStore
) -> None:
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slow(address: Address) -> str | None:
        if address.channel == "slow":
            asked.set()
            await answered.wait()
        return None

    works = Clock([entry(address="slow"), entry(name="other")], book, where, slow, "alice")
    await at(book, 0, works)
    looking = asyncio.create_task(at(book, 1, works))
    async with asyncio.timeout(10):
        await asked.wait()
        while not (begun := await ticks(store)):
            await asyncio.sleep(0)
        answered.set()
        await looking
    assert [tick.schedule for tick in begun] == ["other"]
    assert len(await ticks(store)) == 2


async def test_of_two_schedules_that_come_together_into_one_thread_the_second_is_skipped_and_not_lost(
    book: Timed, store: RedisStore
) -> None:
    works = Clock([entry(), entry(name="other")], book, _at_home, reach, "alice")
    await at(book, 0, works)
    await at(book, 1, works)
    assert len(await ticks(store)) == 1
    fates = [await outcomes(book, f"clerk/{name}") for name in ("every", "other")]
    assert sorted(outcome for [(_, outcome, _)] in fates) == ["ran", "skipped"]


class Meeting(Timed):
    """A slotbook that settles slots only when all those who are expected want to settle some."""

    def __init__(self, store: RedisStore, all_here: asyncio.Barrier) -> None:
        super().__init__(store)
        self.all_here = all_here

    async def settle(self, event: SlotsSettled) -> bool:
        if event.slots:
            await self.all_here.wait()
        return await super().settle(event)


async def test_of_two_clocks_that_look_at_once_into_one_thread_what_began_ran_and_the_other_was_skipped(
    store: RedisStore,
) -> None:
    """Neither sees the other's slot, nor what somebody says there after they looked: the thread's own log says who was first."""
    meet = asyncio.Barrier(2)
    books = [Meeting(store, meet), Meeting(store, meet)]
    crew = [
        Clock([entry(name=name)], book, _at_home, reach, "alice")
        for name, book in zip(("one", "two"), books, strict=True)
    ]
    for minutes in (0, 1):
        for book in books:
            book.at = NOON + minutes * MINUTE
        async with asyncio.timeout(10):
            await asyncio.gather(*(works.look() for works in crew))
    histories = [await books[0].history(f"clerk/{tick.schedule}") for tick in await ticks(store)]
    [[(_, ran)], [(_, skipped)]] = [await fates(Desk(store), each, 9) for each in histories]
    why = f"{books[0].thread(HOME)} is still at it: thinking"
    assert (ran.outcome, skipped.outcome, skipped.why) == ("ran", "skipped", why)


async def test_a_run_by_hand_that_came_second_into_a_thread_says_so(store: RedisStore) -> None:
    meet = asyncio.Barrier(2)

    class Late(Timed):
        async def note(self, event: SlotsSettled) -> None:
            await meet.wait()
            await super().note(event)

    def by_hand(name: str) -> asyncio.Task[str]:
        one = entry(name=name)
        works = Clock([one], Late(store), _at_home, reach, "alice")
        return asyncio.create_task(works.run_now(one, "bob"))

    async with asyncio.timeout(10):
        told = await asyncio.gather(by_hand("one"), by_hand("two"), return_exceptions=True)
    assert {type(each) for each in told} == {Busy, str}


async def test_a_clock_set_back_to_before_a_schedule_began_finds_what_was_settled(
    book: Timed,
) -> None:
    await at(book, 0, clock(book, entry()))
    await at(book, 1, clock(book, entry()))
    await at(book, -60 * 24 * 40, clock(book, entry()))
    kept = await book.kept("clerk/every")
    assert kept is not None
    assert kept.until == NOON + MINUTE


async def test_a_store_set_back_by_half_a_year_runs_nothing_twice_and_the_clock_says_until_when_it_sleeps(
    book: Timed, store: RedisStore
) -> None:
    monthly = entry(schedule="0 0 1 * *")
    works = clock(book, monthly)
    for months in range(7):
        await at(book, months * 31 * 1440, works)
    begun, ahead = len(await ticks(store)), await book.kept("clerk/every")
    assert ahead is not None
    with structlog.testing.capture_logs() as logs:
        for days in (
            0,
            20,
            70,
            100,
        ):  # The one that ran all the time, and one that is started then.
            await at(book, days * 1440, works, clock(book, monthly))
    kept = await book.kept("clerk/every")
    assert (kept, len(await ticks(store))) == (ahead, begun)
    slept = [each["until"] for each in logs if each["event"] == "schedule sleeps"]
    assert slept == [minute(ahead.until)] * 5
    assert "the store's clock was set back" in [each["event"] for each in logs]


async def test_its_log_is_no_thread_to_whoever_looks(book: Timed, store: RedisStore) -> None:
    works = clock(book, entry())
    await at(book, 0, works)
    await at(book, 1, works)
    desk = Desk(store)
    assert [each.thread.agent for each in await desk.standings() if each.thread] == ["clerk"]
    events = await book.history("clerk/every")
    assert all(isinstance(each, SlotsSettled) for each in events)


async def test_a_clock_runs_until_it_is_told_to_stop(book: Timed) -> None:
    stop, ready = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(clock(book, entry()).run(stop, ready.set))
    async with asyncio.timeout(10):
        await ready.wait()
        stop.set()
        await running
    assert len(await settled(book, "clerk/every")) == 1


# ---- those made in conversation --------------------------------------------------------------------------------------
async def said(store: RedisStore, key: str, name: str = "made", **terms: object) -> None:
    terms = {"name": name, "time_zone": "UTC", "prompt": "Look.", "address": "screen"} | terms
    event = ScheduleSet.model_validate(
        {"id": key, "schedule": f"clerk/{name}", "terms": terms, "creator": "bob"}
    )
    await Desk(store).post(MADE, event)


async def test_one_that_is_made_in_conversation_is_served_by_clocks_that_run_and_is_its_makers(
    book: Timed, store: RedisStore
) -> None:
    works = clock(book, entry(schedule="@yearly"))
    await at(book, 0, works)
    await said(store, "s1", schedule="* * * * *")
    await at(book, 0.5, works)
    await at(book, 1, works)
    [tick] = await ticks(store)
    assert (tick.schedule, tick.creator) == ("made", "bob")


async def test_one_that_is_changed_begins_anew_and_one_that_is_ended_comes_no_more(
    book: Timed, store: RedisStore
) -> None:
    works = clock(book)
    await said(store, "s1", schedule="* * * * *")
    await at(book, 0, works)
    await at(book, 1, works)
    await said(store, "s2", schedule="*/5 * * * *", concurrency_policy="allow")
    await at(book, 2, works)
    await at(book, 5, works)
    assert [slot for slot, _, _ in await outcomes(book, "clerk/made")] == [1, 5]
    await Desk(store).post(MADE, ScheduleSet(id="s3", schedule="clerk/made"))
    await at(book, 10, works)
    await said(store, "s4", schedule="*/5 * * * *", concurrency_policy="allow")
    await at(book, 12, works, clock(book))
    await at(book, 15, works, clock(book))
    assert [slot for slot, _, _ in await outcomes(book, "clerk/made")] == [1, 5, 15]


async def test_what_stands_in_an_agents_file_is_its_own_and_what_cannot_be_read_keeps_no_other(
    book: Timed, store: RedisStore
) -> None:
    works = clock(book, entry(schedule="@yearly"))
    await said(store, "s1", "every", schedule="* * * * *")
    await said(store, "s2", "odd", schedule="* * * * *", address="")
    await said(store, "s3", schedule="* * * * *")
    await at(book, 0, works)
    await at(book, 1, works)
    assert [tick.schedule for tick in await ticks(store)] == ["made"]


async def test_what_cannot_be_read_is_told_in_the_log_once_and_not_with_every_look(
    book: Timed, store: RedisStore
) -> None:
    works = clock(book)
    await said(store, "s1", "odd", schedule="* * * * *", address="")
    with structlog.testing.capture_logs() as logs:
        for _ in range(5):
            await works.look()
    assert [each["event"] for each in logs].count("schedule not read") == 1
