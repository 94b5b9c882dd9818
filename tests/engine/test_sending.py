"""Sending: what a worker finds owed, or holds no lease to, goes out once all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from redis.exceptions import ConnectionError as NoConnection

from bot.core import outbox
from bot.core.codec import encode
from bot.core.events import Event, Paused, Resumed, StepDecided, Verdict
from bot.core.thread import Thread
from bot.core.values import Proposal
from bot.engine.commit import Append, Outcome, Row
from bot.engine.desk import thread_id
from bot.engine.memory_store import MemoryServer, MemoryStore
from bot.engine.perform import Performer
from bot.engine.question import Question
from bot.engine.run import Runner
from bot.engine.session import Session
from bot.engine.stuck import LeaseLost, LogParted
from bot.engine.toolbox import Toolbox
from tests.engine.commits import arrival
from tests.engine.office import HOME, Screen, message

LEASE_SECONDS = 30.0


def _store() -> MemoryStore:
    return MemoryStore(MemoryServer(), lease_seconds=LEASE_SECONDS, consumer="one")


async def _no_step(thread: Thread, events: Sequence[Event]) -> Event:
    raise AssertionError("nobody asks for a step")


async def _owing(store: MemoryStore, *more: Event) -> Session:
    """A session of a thread that owes its last words."""
    last = Proposal(kind="say", tool="done_for_now", arguments={"message": "Done."})
    step = StepDecided(id="step", actor="model", seen=1, calls=(last,))
    commit = Append(
        thread=thread_id(HOME),
        kind="arrival",
        id="m",
        events=tuple(map(encode, (message("hello"), step, *more))),
    )
    await store.append(commit)
    (lease,) = await store.take(1, 0)
    session = Session(store, lease, LEASE_SECONDS)
    await session.load()
    return session


async def test_a_worker_that_overslept_its_lease_sends_nothing() -> None:
    screen, session = Screen(), await _owing(_store())
    performer = Performer(_no_step, Runner(Toolbox({}, {})), {"screen": screen})
    session.renewed(asyncio.get_running_loop().time() - LEASE_SECONDS)
    with pytest.raises(LeaseLost):
        await performer(session)
    assert screen.sent == []
    session.renewed(asyncio.get_running_loop().time())
    await performer(session)
    assert [each.key for each in screen.sent] == [f"{thread_id(HOME)}-1-0"]


async def test_whose_verdict_is_refused_is_told_once_by_whoever_holds_the_lease() -> None:
    """Whoever overslept it may find the same refusal due, and their fact would be taken: telling would be done twice."""
    store, screen = _store(), Screen()
    late = Verdict(id="v", actor="bob", request="T-1-0-v1", word="approve", at=1)
    overslept = await _owing(store, late)
    holding = Session(store, overslept.lease, LEASE_SECONDS)
    await holding.load()
    performer = Performer(_no_step, Runner(Toolbox({}, {})), {"screen": screen})
    overslept.renewed(asyncio.get_running_loop().time() - LEASE_SECONDS)
    with pytest.raises(LeaseLost):
        await performer(overslept)
    assert screen.told == []
    await performer(holding)
    assert [person for person, _ in screen.told] == ["bob"]


async def test_where_the_log_lost_its_end_nobody_waits_for_an_answer_that_has_no_place() -> None:
    server = MemoryServer()
    session = await _owing(MemoryStore(server, lease_seconds=LEASE_SECONDS, consumer="one"))
    session.question = Question(session.thread, asyncio.get_running_loop().create_future())
    server.logs[session.thread.id].pop()
    performer = Performer(_no_step, Runner(Toolbox({}, {})), {"screen": Screen()})
    async with asyncio.timeout(LEASE_SECONDS):
        with pytest.raises(LogParted):
            await performer(session)


class Torn(MemoryStore):
    """The first commit of a round meets a server that is going down, the next one a log that lost its end."""

    is_torn = False

    async def append(self, commit: Append) -> Outcome:
        if self.is_torn:
            self.is_torn = False
            self._server.logs[commit.thread].pop()
            raise NoConnection("going down")
        return await super().append(commit)


async def test_a_log_that_lost_its_end_is_seen_whichever_effect_of_the_round_met_it() -> None:
    store = Torn(MemoryServer(), lease_seconds=LEASE_SECONDS, consumer="one")
    reads = tuple(Proposal(kind="read", tool=name) for name in ("one", "two"))
    step = StepDecided(id="step", actor="model", seen=1, calls=reads)
    hello = Append(
        thread=thread_id(HOME),
        kind="arrival",
        id="m",
        events=tuple(map(encode, (message("hello"), step))),
    )
    await store.append(hello)
    (lease,) = await store.take(1, 0)
    session = Session(store, lease, LEASE_SECONDS)
    await session.load()
    session.question = Question(session.thread, asyncio.get_running_loop().create_future())
    store.is_torn = True
    performer = Performer(_no_step, Runner(Toolbox({}, {})), {"screen": Screen()})
    async with asyncio.timeout(LEASE_SECONDS):
        with pytest.raises(LogParted):
            await performer(session)


class DropsReads(MemoryStore):
    """Its connection is gone whenever a worker listens while the model thinks, three times."""

    drops = 0

    async def read(self, thread: str, start: int = 0) -> list[Row]:
        if 0 < self.drops < 4:
            self.drops += 1
            raise NoConnection("gone for a moment")
        return await super().read(thread, start)


async def test_an_answer_on_its_way_outlives_a_store_that_is_gone_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.engine.perform.LISTEN_SECONDS", 0.01)
    store, asked = DropsReads(MemoryServer(), lease_seconds=LEASE_SECONDS, consumer="one"), 0
    await store.append(arrival(thread_id(HOME), "m", encode(message("hello"))))
    (lease,) = await store.take(1, 0)
    session = Session(store, lease, LEASE_SECONDS)
    await session.load()

    async def choose(thread: Thread, events: Sequence[Event]) -> Event:
        nonlocal asked
        asked, store.drops = asked + 1, 1
        while store.drops < 4:
            await asyncio.sleep(0.01)
        last = Proposal(kind="nothing", tool="nothing_to_do", arguments={"reason": "-"})
        return StepDecided(id="s", actor="model", seen=thread.head, calls=(last,))

    await Performer(choose, Runner(Toolbox({}, {})), {"screen": Screen()})(session)
    assert (asked, session.events[-1].type) == (1, "StepDecided")


class CountsReads(MemoryStore):
    """Says when it was read so many times."""

    reads = 0

    async def read(self, thread: str, start: int = 0) -> list[Row]:
        self.reads += 1
        return await super().read(thread, start)


async def test_a_stop_after_the_store_was_away_is_told_while_the_model_still_thinks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The heartbeat has not been heard again by then; given up for that, the round waited for the answer first, however long."""
    monkeypatch.setattr("bot.engine.perform.LISTEN_SECONDS", 0.001)
    store, screen = (
        CountsReads(MemoryServer(), lease_seconds=LEASE_SECONDS, consumer="one"),
        Screen(),
    )
    await store.append(arrival(thread_id(HOME), "m", encode(message("hello"))))
    (lease,) = await store.take(1, 0)
    session = Session(store, lease, LEASE_SECONDS)
    await session.load()
    thinking = asyncio.Event()

    async def choose(thread: Thread, events: Sequence[Event]) -> Event:
        await thinking.wait()
        raise AssertionError("nobody waits for that")

    performer = Performer(choose, Runner(Toolbox({}, {})), {"screen": screen})
    session.renewed(asyncio.get_running_loop().time() - LEASE_SECONDS)
    await store.append(arrival(thread_id(HOME), "stop", encode(message("stop"))))
    listening = asyncio.create_task(performer(session))
    async with asyncio.timeout(LEASE_SECONDS):
        seen = store.reads
        while store.reads < seen + 10:
            await asyncio.sleep(0)
        assert session.thread.cancelled
        assert not listening.done()
        session.renewed(asyncio.get_running_loop().time())
        await listening
        await performer(session)
    assert [type(each).__name__ for each in screen.sent] == ["Notice"]
    session.let_go()


async def test_what_a_pause_held_back_is_looked_up_before_it_is_sent() -> None:
    screen, store = Screen(), _store()
    session = await _owing(store, Paused(id="p"))
    performer = Performer(_no_step, Runner(Toolbox({}, {})), {"screen": screen})
    await performer(session)
    await screen.send(HOME, outbox.Say(f"{thread_id(HOME)}-1-0", "Done."))
    resumed = Append(
        thread=session.thread.id, kind="arrival", id="r", events=(encode(Resumed(id="r")),)
    )
    await store.append(resumed)
    await session.rest()
    await performer(session)
    assert len(screen.sent) == 1
