"""Session: one thread in the hands of one worker, whose fold and log say the same or part."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from bot.core.codec import encode
from bot.core.effects import Preview, Run
from bot.core.events import (
    Delivered,
    Event,
    Halted,
    Previewed,
    StepDecided,
    ToolEnded,
    ToolStarted,
    Verdict,
)
from bot.core.grant import granting
from bot.core.house import HOUSE
from bot.core.values import Card, Grantable, Proposal
from bot.engine import session as sessions
from bot.engine.commit import Append, Appended, Row
from bot.engine.memory_store import MemoryServer, MemoryStore
from bot.engine.session import Session
from bot.engine.stuck import LeaseLost
from tests.engine.commits import arrival
from tests.engine.office import message


async def parted(server: MemoryServer, *others: Event) -> Session:
    """A session whose last event a power loss has taken, with these in its place."""
    store = MemoryStore(server, lease_seconds=30, consumer="one")
    await store.append(arrival("t", "hello", encode(message("hello"))))
    await store.append(arrival("t", "lost", encode(message("that was lost"))))
    (lease,) = await store.take(1, 1)
    session = Session(store, lease, 30)
    await session.load()
    server.logs["t"].pop()
    for other in others:
        await store.append(arrival("t", other.id, encode(other)))
    return session


def later() -> Callable[[], int]:
    """A clock that never says the same twice."""
    return itertools.count(1_790_000_000_000).__next__


@pytest.mark.parametrize("others", [0, 1, 2])
async def test_a_session_whose_log_lost_its_end_writes_nothing_whatever_took_its_place(
    others: int,
) -> None:
    server = MemoryServer(later())
    session = await parted(server, *(message(f"other {number}") for number in range(others)))
    before = list(server.logs["t"])
    step = StepDecided(id="s", actor="model", seen=2, calls=())
    with pytest.raises(LeaseLost):
        await session.record(step)
    with pytest.raises(LeaseLost):
        await session.load()
    with pytest.raises(LeaseLost):
        await session.rest()
    assert server.logs["t"] == before
    assert list(server.ready) != []


async def test_whoever_waited_for_the_look_before_acting_sees_that_the_log_lost_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a storm: a claim that was lost had its tool started, for the look after it had waited for Redis."""
    server = MemoryServer(later())
    session = await parted(server)
    await session.look()
    monkeypatch.setattr(sessions, "STILL_SECONDS", -1.0)
    with pytest.raises(LeaseLost):
        await session.look()


async def test_whoever_waited_for_the_look_before_acting_sees_that_the_thread_is_another_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a storm: a power loss took the last heartbeats, so the lease lapsed earlier than its holder thought."""
    server = MemoryServer(later())
    one, other = (MemoryStore(server, lease_seconds=-1, consumer=name) for name in ("1", "2"))
    await one.append(arrival("t", "hello", encode(message("hello"))))
    (lease,) = await one.take(1, 1)
    session = Session(one, lease, 30)
    await session.load()
    monkeypatch.setattr(sessions, "STILL_SECONDS", -1.0)
    await session.look()
    assert session.is_held()
    assert await other.reclaim(1)
    await session.look()
    assert not session.is_held()


async def test_a_message_whose_record_is_all_that_is_left_of_a_step_is_not_sent_for_ever() -> None:
    """In a storm: the reply to `Delivered` was lost, and so was the step before it; sent again, it was known already."""
    server = MemoryServer(later())
    session = await parted(server)
    store = MemoryStore(server, lease_seconds=30, consumer="one")
    delivered = Delivered(id="sent:x", actor="engine", key="x", receipt="y")
    commit = Append(
        thread="t", kind="fact", id="sent:x", events=(encode(delivered),), lease=session.lease
    )
    assert isinstance(await store.append(commit), Appended)
    with pytest.raises(LeaseLost):
        await session.record(delivered)


async def test_a_row_with_a_time_of_its_own_does_not_part_the_log_that_it_ends() -> None:
    server = MemoryServer(later())
    store = MemoryStore(server, lease_seconds=30, consumer="one")
    await store.append(arrival("t", "hello", encode(message("hello"))))
    foreign = encode(message("foreign")).replace(b'"type"', b'"at":7,"type"', 1)
    await store.append(arrival("t", "foreign", foreign))
    (lease,) = await store.take(1, 1)
    session = Session(store, lease, 30)
    await session.load()
    await session.record(StepDecided(id="s", actor="model", seen=2, calls=()))
    assert [event.type for event in session.events][-1] == "StepDecided"


async def test_a_claim_that_is_stored_when_its_grant_is_over_is_none() -> None:
    """The look was in time, and the store's own time is what counts."""
    now = [1_790_000_000_000]
    server = MemoryServer(lambda: now[0])
    store = MemoryStore(server, lease_seconds=30, consumer="one")
    for event in granted():
        await store.append(arrival("t", event.id, encode(event)))
    (lease,) = await store.take(1, 1)
    session = Session(store, lease, 30)
    await session.load()
    (run,) = session.due()
    assert isinstance(run, Run)
    call = session.thread.call(run.call)
    assert call is not None
    now[0] += 60_000
    claim = ToolStarted(id="late", actor="engine", call=run.call, n=1)
    assert not await session.claim(run, call, claim)
    assert session.due() == (Preview(run.call, 2),)
    assert server.logs["t"], "the claim is on record, and nobody acts on it"


class Counting(MemoryStore):
    """Knows whose log was read."""

    def __init__(self, server: MemoryServer) -> None:
        super().__init__(server, lease_seconds=30, consumer="one")
        self.read_of = list[str]()

    async def read(self, thread: str, start: int = 0) -> list[Row]:
        self.read_of.append(thread)
        return await super().read(thread, start)


@pytest.mark.parametrize("is_halted", [True, False])
async def test_a_halt_between_the_last_look_and_a_rest_wakes_whoever_has_a_card_open(
    is_halted: bool,
) -> None:
    """And where there was none, nothing is read to know it."""
    store = Counting(MemoryServer(later()))
    for event in (*granted()[:3], Delivered(id="d1", key="t-1-0-v1")):
        await store.append(arrival("t", event.id, encode(event)))
    (lease,) = await store.take(1, 1)
    session = Session(store, lease, 30)
    await session.load()
    await session.look()
    session.shown = (session.curb.ruling(session.thread),)
    if is_halted:
        halted = Halted(id="h", actor="alice", reason="it misbehaves")
        await store.append(arrival(HOUSE, "h", encode(halted)))
        assert [lease.thread for lease in await store.take(9, 0)] == [HOUSE]
    store.read_of.clear()
    await session.rest()
    assert session.resting
    assert store.read_of == [HOUSE] * is_halted
    assert [lease.thread for lease in await store.take(9, 0)] == ["t"] * is_halted


def granted() -> list[Event]:
    """A deploy that was approved for a minute, and one more that is ready and told of."""
    deploy = (Proposal(kind="gated", tool="deploy"),)
    may = Card(text="", digest="d", approvers=("bob",), grant=Grantable(minutes=1))
    approve = Verdict(id="v", actor="bob", request="t-1-0-v1", word="approve", digest="d")
    return [
        message("deploy"),
        StepDecided(id="s1", actor="model", seen=1, calls=deploy),
        Previewed(id="c1", call="t-1-0", version=1, card=may),
        granting(approve, 1),
        ToolStarted(id="b1", call="t-1-0", n=1),
        ToolEnded(id="e1", call="t-1-0", n=1, outcome="returned"),
        StepDecided(id="s2", actor="model", seen=6, calls=deploy),
        Previewed(id="c2", call="t-6-0", version=1, card=may),
        Delivered(id="d2", key="t-6-0~granted"),
    ]
