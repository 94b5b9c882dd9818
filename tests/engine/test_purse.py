"""A day's means on a real Redis: reserved and settled, at most one call beyond, one question for everybody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast
from uuid import uuid4

import pytest
import redis
from redis.exceptions import ConnectionError as NoConnection

from bot.core import outbox
from bot.core.events import DayReached, Event, Halted, MessageReceived, StepDecided, Verdict
from bot.core.house import HOUSE
from bot.core.measures import day_of, together
from bot.core.spend import used
from bot.core.thread import Thread
from bot.core.values import Address, Proposal, Usage
from bot.engine import keys, perform
from bot.engine.desk import Desk
from bot.engine.house_log import HouseLog
from bot.engine.means import Means, Most
from bot.engine.purse import Busy, DaySpent, Purse
from bot.engine.redis_ledger import Entry, RedisLedger, Row, recount
from bot.engine.redis_store import RedisStore
from bot.engine.standing import HouseFacts, Standing
from tests.engine.office import HOME, Office, say, thread_id, until
from tests.engine.test_halt import halt, is_at_rest, lift
from tests.engine.test_worker import DONE, open_office

__all__ = ["open_office"]
MakeOffice = Callable[..., Office]
COST = 40


def means(bot: Most, person: Most | None = None, **agents: Most) -> Means:
    bound = {"micro_usd": 50, "tokens": 500, "steps": 1, "wall_ms": 1_000}
    return Means(bot, person or {}, agents, "alice", lambda _: bound)


def thread(name: str, person: str = "alice") -> Thread:
    return Thread(name, agent="clerk", requester=person)


class Model:
    """Costs the same each time and wants the same calls, and counts how often it is asked."""

    def __init__(self, *calls: Proposal, seconds: float = 0.01) -> None:
        self.asked, self._calls, self._seconds = 0, calls, seconds

    async def __call__(self, thread: Thread, events: Sequence[Event]) -> Event:
        self.asked += 1
        await asyncio.sleep(self._seconds)
        usage = Usage(micro_usd=COST, input=100)
        return StepDecided(
            id=uuid4().hex, actor="model", seen=0, calls=self._calls, model="m", usage=usage
        )


async def logged(store: RedisStore, at: Thread, *events: Event) -> None:
    """What a worker would have written."""
    first = MessageReceived(
        id=f"m-{at.id}", actor=at.requester, agent=at.agent, text="x",
        address=Address(channel="screen", locator=at.id),
    )  # fmt: skip
    await Desk(store).post(at.id, first)
    for event in events:
        await Desk(store).post(at.id, event)


async def ask(store: RedisStore, purse: Purse, at: Thread) -> None:
    """As a worker does: again and again while others are at it."""
    while True:
        try:
            step = await purse(at, await _log(store, at))
        except Busy:
            continue
        except DaySpent:
            return
        await logged(store, at, step)
        return


async def _log(store: RedisStore, at: Thread) -> list[Event]:
    await logged(store, at)
    return await Desk(store).events(at.id)


async def questions(store: RedisStore) -> list[DayReached]:
    rows = [] if not await store.read(HOUSE) else await Desk(store).events(HOUSE)
    return [event for event in rows if isinstance(event, DayReached)]


@pytest.mark.parametrize("most", [{"micro_usd": 100}, {"tokens": 250}])
async def test_many_at_once_go_at_most_one_call_beyond_and_ask_once(
    redis_server: str, most: Most
) -> None:
    model = Model()
    async with (
        RedisStore(redis_server, lease_seconds=30) as one,
        RedisStore(redis_server, lease_seconds=30) as two,
    ):
        purses = [Purse(model, store, store.ledger(), means(most)) for store in (one, two)]
        threads = [thread(f"t{n}") for n in range(12)]
        await asyncio.gather(*(ask(one, purses[n % 2], each) for n, each in enumerate(threads)))
        assert model.asked == 3
        [question] = await questions(one)
        assert (question.scope, question.asked) == ("all", ("alice",))


READ, GATED = Proposal(kind="read", tool="look"), Proposal(kind="gated", tool="deploy")


@pytest.mark.parametrize(
    ("most", "calls", "made"),
    [
        ({"steps": 3}, (), 0),
        ({"calls": 5}, (READ, READ), 5),
        ({"cards": 2}, (GATED, READ, GATED), None),
        ({"cards": 2, "calls": 9}, (READ, GATED), None),
    ],
)
async def test_of_many_at_once_none_goes_beyond_what_can_be_counted_before(
    redis_server: str, most: Most, calls: tuple[Proposal, ...], made: int | None
) -> None:
    model = Model(*calls)
    async with (
        RedisStore(redis_server, lease_seconds=30) as one,
        RedisStore(redis_server, lease_seconds=30) as two,
    ):
        purses = [Purse(model, store, store.ledger(), means(most)) for store in (one, two)]
        threads = [thread(f"t{n}") for n in range(8)]
        await asyncio.gather(*(ask(one, purses[n % 2], each) for n, each in enumerate(threads)))
        await ask(one, purses[0], thread("t0"))
        logs = [await Desk(one).events(each.id) for each in threads]
        total: dict[str, int] = {}
        for log in logs:
            total = together(total, used(log, await one.now()))
        assert {name: total[name] for name in most if name != "calls"} == {
            name: many for name, many in most.items() if name != "calls"
        }
        assert made is None or total["calls"] == made
        assert len(await questions(one)) == 1


async def test_work_is_reserved_too_and_tools_that_run_at_once_with_it(redis_server: str) -> None:
    long = READ.model_copy(update={"time_limit_seconds": 900})
    async with RedisStore(redis_server, lease_seconds=30) as store:
        purse = Purse(Model(long), store, store.ledger(), means({"wall_ms": 60_000}))
        await ask(store, purse, thread("t1"))
        [step] = [each for each in await Desk(store).events("t1") if isinstance(each, StepDecided)]
        assert step.took >= 10
        now = await store.now()
        other = Entry(day_of(now), "t2", {}, {"all": {"wall_ms": 60_000}})
        said = await store.ledger().reserve(other, ["wall_ms"], now, Row(now + 1, {}))
        assert said == ["busy"]
        await ask(store, purse, thread("t1"))


async def test_extending_is_enough_to_go_on_however_much_is_used(redis_server: str) -> None:
    model = Model()
    async with RedisStore(redis_server, lease_seconds=30) as store:
        purse = Purse(model, store, store.ledger(), means({"micro_usd": 10}))
        await ask(store, purse, thread("t1"))
        await ask(store, purse, thread("t2"))
        [question] = await questions(store)
        assert question.used == {"micro_usd": 40}
        house = await Desk(store).thread(HOUSE)
        answer = Verdict(
            id="v", actor="alice", request=house.calls[0].request, word="answer", text="1"
        )
        await Desk(store).judge(answer)
        await ask(store, purse, thread("t2"))
        assert (model.asked, len(await questions(store))) == (2, 1)


async def test_what_could_not_be_counted_is_not_done(redis_server: str) -> None:
    async with RedisStore(redis_server, lease_seconds=30) as store:
        purse = Purse(Model(READ), store, Away(store.ledger()), means({"calls": 5}))
        step = await purse(thread("t1"), [])
        assert isinstance(step, StepDecided)
        assert step.calls[0].beyond == "what the day allows cannot be looked up now"
        assert step.v == 2  # Earlier code would make the call: it is not to read this.


async def test_what_was_counted_and_not_recorded_holds_nobody_up(redis_server: str) -> None:
    model = Model(READ)
    async with RedisStore(redis_server, lease_seconds=30) as store:
        purse = Purse(model, store, store.ledger(), means({"steps": 1}))
        for _ in range(2):  # The first worker died before the answer was on the log.
            await purse(thread("t1"), await _log(store, thread("t1")))
        assert model.asked == 2


async def test_what_a_worker_that_died_had_reserved_holds_up_its_thread_no_more(
    redis_server: str,
) -> None:
    model = Model()
    async with RedisStore(redis_server, lease_seconds=30) as store:
        now = await store.now()
        entry = Entry(day_of(now), "t1", {}, {"all": {"micro_usd": 100}})
        said = await store.ledger().reserve(entry, ["micro_usd"], now, Row(now + 3_600_000, {"micro_usd": 90}))  # fmt: skip
        assert said[0] == "ok"
        purse = Purse(model, store, store.ledger(), means({"micro_usd": 100}))
        async with asyncio.timeout(10):
            await ask(store, purse, thread("t1"))
        assert model.asked == 1


@pytest.mark.parametrize("late", ["a worker that overslept", "a rebuild"])
async def test_what_whoever_has_a_thread_now_has_reserved_stays_reserved(
    redis_server: str, late: str
) -> None:
    async with RedisStore(redis_server, lease_seconds=30) as store:
        limits = means({"micro_usd": 100})
        began, took_over = asyncio.Event(), asyncio.Event()

        async def oversleeps(at: Thread, events: Sequence[Event]) -> Event:
            began.set()
            await took_over.wait()
            return await Model()(at, events)

        first = Purse(oversleeps, store, store.ledger(), limits)
        events = await _log(store, thread("t1"))
        asked = asyncio.create_task(first(thread("t1"), events))
        now = await store.now()
        entry = Entry(day_of(now), "t1", {}, {"all": {"micro_usd": 100}})
        row = Row(now + 3_600_000, {"micro_usd": 100})
        await began.wait()
        assert await store.ledger().reserve(entry, ["micro_usd"], now, row) == ["ok"]
        if late == "a rebuild":
            await recount(store, store.ledger())
        took_over.set()
        await asked
        other = Entry(day_of(now), "t2", {}, {"all": {"micro_usd": 100}})
        said = await store.ledger().reserve(other, ["micro_usd"], now, row)
        assert said == ["busy"]


class Away:
    """A ledger that cannot be reached when it comes to settling."""

    def __init__(self, ledger: RedisLedger) -> None:
        self.reserve = ledger.reserve

    async def settle(
        self,
        entry: Entry,
        wanted: Sequence[Sequence[str]] = (),
        row: Row | None = None,
        held: Row | None = None,
    ) -> Sequence[str]:
        raise NoConnection("away")


async def test_an_answer_that_cannot_be_settled_is_not_thrown_away(redis_server: str) -> None:
    model = Model()
    async with RedisStore(redis_server, lease_seconds=30) as store:
        purse = Purse(model, store, Away(store.ledger()), means({"micro_usd": 1_000}))
        assert isinstance(await purse(thread("t1"), []), StepDecided)


async def test_a_person_s_and_an_agent_s_day_are_their_own(redis_server: str) -> None:
    model = Model()
    async with RedisStore(redis_server, lease_seconds=30) as store:
        limits = means({}, {"micro_usd": 30}, clerk={"micro_usd": 70})
        purse = Purse(model, store, store.ledger(), limits)
        for name, person in (("t1", "eve"), ("t2", "eve"), ("t3", "bob"), ("t4", "carol")):
            await ask(store, purse, thread(name, person))
        assert model.asked == 2
        assert [each.scope for each in await questions(store)] == ["person:eve", "agent:clerk"]


async def test_the_day_is_recounted_from_the_logs(redis_server: str) -> None:
    model = Model()
    async with RedisStore(redis_server, lease_seconds=30) as store:
        purse = Purse(model, store, store.ledger(), means({"micro_usd": 70}))
        for name in ("t1", "t2"):
            await ask(store, purse, thread(name))
        with redis.Redis.from_url(redis_server) as client:  # pyright: ignore[reportUnknownMemberType]
            names = cast("list[bytes]", client.execute_command("KEYS", "bot:{spend}:*"))  # pyright: ignore[reportUnknownMemberType]
            client.execute_command("DEL", *names)  # pyright: ignore[reportUnknownMemberType]
        for _ in range(2):
            await recount(store, store.ledger())
        await ask(store, purse, thread("t3"))
        assert model.asked == 2


async def test_a_limit_that_is_set_in_the_middle_of_a_day_counts_what_was_used_before_it(
    redis_server: str,
) -> None:
    """And whoever worked without one in between is counted as well."""
    model = Model()
    async with RedisStore(redis_server, lease_seconds=30) as store:
        purse = Purse(model, store, store.ledger(), means({"micro_usd": 110}))
        for is_limited in (False, True, False):
            await store.ledger().begin(store, is_limited=is_limited)
            at = thread(f"t{model.asked}")
            await logged(store, at, await model(at, ()))
        await store.ledger().begin(store, is_limited=True)
        await ask(store, purse, thread("t"))
        assert model.asked == 3
        assert [each.scope for each in await questions(store)] == ["all"]


async def test_a_thread_waits_for_the_day_and_goes_on_when_it_is_extended(
    open_office: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = open_office([DONE])
    model = Model()
    async with office.store() as store:
        place = Address(channel="screen", locator="house")
        limits = replace(means({"micro_usd": 30}), places=(place,))
        await ask(store, Purse(model, store, store.ledger(), limits), thread("t1"))
        _limited(monkeypatch, store, limits)
        async with office.work() as desk:
            await say(desk, "please")
            waiting = await _asked(desk)
            assert office.model.asked == []
            told = await until(desk, _is_told)
            assert not told.notices
            await _answer(desk, waiting, "Extend")
            await until(desk, lambda _, log: [event.type for event in log].count("Delivered") == 2)
            events = await desk.events(thread_id(HOME))
    [reached] = [event for event in events if isinstance(event, DayReached)]
    assert reached.text.endswith("0.0000 of 0.0000 USD; asked: alice")
    assert any("please" in asked for asked in office.model.asked)


async def test_a_thread_is_told_again_of_a_limit_that_it_comes_back_to(
    open_office: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, model = open_office([DONE]), Model()
    async with office.store() as store:
        place = Address(channel="screen", locator="house")
        limits = replace(means({}, {"steps": 1}, clerk={"steps": 2}), places=(place,))
        purse = Purse(model, store, store.ledger(), limits)
        await ask(store, purse, thread("t1"))
        _limited(monkeypatch, store, limits)
        async with office.work() as desk:
            await say(desk, "please")
            of_person = await _asked(desk)
            await ask(store, purse, thread("t2", "bob"))
            await _answer(desk, of_person, "Stop")
            await until(desk, lambda _, log: len(_scopes(log)) == 2)
            await _answer(desk, await _asked(desk), "Extend")
            told = await until(desk, lambda _, log: len(_scopes(log)) == 3)
            events = await desk.events(thread_id(HOME))
            stands = Standing(told.id, 0, told).under(HouseFacts(await desk.events(HOUSE)))
    assert _scopes(events) == ["person:alice", "agent:clerk", "person:alice"]
    assert stands.waiting_for.startswith("held, person alice")
    assert not any("please" in asked for asked in office.model.asked)


async def test_a_question_that_waits_for_others_is_not_asked_after_a_halt(
    open_office: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, waits = open_office([DONE]), asyncio.Event()
    reserve = RedisLedger.reserve

    async def watched(ledger: RedisLedger, *rest: object) -> Sequence[str]:
        said = await reserve(ledger, *rest)  # type: ignore[arg-type]  # whatever it takes
        waits.set() if said[0] == "busy" else None
        return said

    async with office.store() as store:
        now = await store.now()
        other = Entry(day_of(now), "t2", {}, {"all": {"micro_usd": 100}})
        row = Row(now + 3_600_000, {"micro_usd": 100})
        assert await store.ledger().reserve(other, ["micro_usd"], now, row) == ["ok"]
        monkeypatch.setattr(RedisLedger, "reserve", watched)
        _limited(monkeypatch, store, means({"micro_usd": 100}))
        async with office.work() as desk:
            await say(desk, "please")
            await waits.wait()
            await halt(desk)
            await say(desk, "hello?")
            await until(desk, lambda _, log: "Halted" in [event.type for event in log])
            await store.ledger().settle(other, held=row)
            await is_at_rest(office)
            assert office.model.asked == []
            await lift(desk)
            await until(desk, lambda _, log: "StepDecided" in [event.type for event in log])


async def test_the_house_is_read_on_and_anew_where_a_power_loss_took_its_end(
    redis_server: str,
) -> None:
    async with RedisStore(redis_server, lease_seconds=30) as store:
        desk, house = Desk(store), HouseLog(store)
        fact = Halted(id="h1", actor="alice", agent="clerk")
        for name in ("h1", "h2", "h3"):
            await desk.post(HOUSE, fact.model_copy(update={"id": name}))
        assert [len((await house.read_on())[1]) for _ in range(2)] == [3, 0]
        await desk.post(HOUSE, fact.model_copy(update={"id": "h4"}))
        is_anew, events = await house.read_on()
        assert (is_anew, [event.id for event in events]) == (False, ["h4"])
        with redis.Redis.from_url(redis_server) as server:  # pyright: ignore[reportUnknownMemberType] - redis types it with Any
            server.rpop(keys.of_thread(HOUSE).log, 2)
        await desk.post(HOUSE, fact.model_copy(update={"id": "h5"}))
        is_anew, events = await house.read_on()
        assert (is_anew, [event.id for event in events]) == (True, ["h1", "h2", "h5"])


def _scopes(log: list[Event]) -> list[str]:
    return [event.scope for event in log if isinstance(event, DayReached)]


async def _answer(desk: Desk, waiting: outbox.Hold, text: str) -> None:
    answer = Verdict(
        id=f"v-{text}", actor="alice", request=waiting.request, word="answer", text=text
    )
    assert (await desk.judge(answer)).refusal is None


def _limited(monkeypatch: pytest.MonkeyPatch, store: RedisStore, limits: Means) -> None:
    """The office's workers ask by a purse of these limits."""
    real = perform.Performer.__init__

    def saving(self: perform.Performer, choose: perform.Choose, *rest: object) -> None:
        real(self, Purse(choose, store, store.ledger(), limits), *rest)  # type: ignore[arg-type]  # the rest is whatever a worker takes

    monkeypatch.setattr(perform.Performer, "__init__", saving)


def _is_told(_: Thread, log: list[Event]) -> bool:
    reached = [at for at, event in enumerate(log) if event.type == "DayReached"]
    return len(reached) == 1 and "Delivered" in [event.type for event in log[reached[0] :]]


async def _asked(desk: Desk) -> outbox.Hold:
    deadline = time.monotonic() + 10
    while True:
        for each in await desk.threads():
            for waiting in outbox.pending(each):
                if isinstance(waiting, outbox.Hold) and waiting.why == "day":
                    return waiting
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
