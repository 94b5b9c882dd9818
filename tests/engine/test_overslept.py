"""Overslept: a worker whose lease has lapsed while it was stopped does nothing that a human would see."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.core.codec import encode
from bot.core.events import Event, MessageReceived, StepDecided
from bot.core.thread import Thread
from bot.core.values import Proposal
from bot.engine.desk import thread_id
from bot.engine.memory_store import MemoryServer, MemoryStore
from bot.engine.perform import Performer
from bot.engine.run import Runner
from bot.engine.session import LeaseLost, Session
from bot.engine.store import Append
from bot.engine.toolbox import Toolbox
from tests.engine.office import HOME, Screen, message

LEASE_SECONDS = 30.0


async def _no_step(thread: Thread, events: Sequence[Event]) -> Event:
    raise AssertionError("nobody asks for a step")


async def _owing(heard: MessageReceived) -> Session:
    """A session of a thread that owes its last words."""
    store = MemoryStore(MemoryServer(), lease_seconds=LEASE_SECONDS, consumer="sleeper")
    last = Proposal(kind="say", tool="done_for_now", arguments={"message": "Done."})
    step = StepDecided(id="step", actor="model", seen=1, calls=(last,))
    commit = Append(
        thread=thread_id(HOME), kind="arrival", id="m", events=(encode(heard), encode(step))
    )
    await store.append(commit)
    (lease,) = await store.take(1, 0)
    session = Session(store, lease, LEASE_SECONDS)
    await session.load()
    return session


async def test_a_worker_that_overslept_its_lease_sends_nothing() -> None:
    screen, session = Screen(), await _owing(message("hello"))
    performer = Performer(_no_step, Runner(Toolbox({}, {})), {"screen": screen})
    session.renewed(asyncio.get_running_loop().time() - LEASE_SECONDS)
    with pytest.raises(LeaseLost):
        await performer(session)
    assert screen.sent == []
    session.renewed(asyncio.get_running_loop().time())
    await performer(session)
    assert [each.key for each in screen.sent] == [f"{thread_id(HOME)}-1-0"]
