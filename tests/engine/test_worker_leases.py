"""Leases in the hands of a worker: what a power loss of the store may do to them, as storms have shown."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

from bot.core.codec import encode
from bot.engine.commit import Lease
from bot.engine.memory_store import MemoryServer, MemoryStore
from bot.engine.session import Session
from bot.engine.worker import Worker
from tests.engine.commits import arrival
from tests.engine.office import message

LEASE_SECONDS = 2.0


class Forgetful(MemoryStore):
    """A store that lost what it knew of an entry: it delivers it twice, and from then on knows of no lease if so told."""

    knows = True

    async def take(self, count: int, wait_seconds: float) -> list[Lease]:
        return await super().take(count, 0.01) * 2

    async def renew(self, leases: Iterable[Lease]) -> list[Lease]:
        return await super().renew(leases) if self.knows else []


class Rounds:
    """Takes down who works; a round lasts until it is let go."""

    def __init__(self) -> None:
        self.begun = list[Session]()
        self.over = asyncio.Event()

    async def __call__(self, session: Session) -> None:
        self.begun.append(session)
        await self.over.wait()
        session.resting = True


@asynccontextmanager
async def at_work(store: Forgetful, rounds: Rounds) -> AsyncGenerator[Session]:
    """The one session of a worker that has a thread in its hands."""
    await store.append(arrival("t", "hello", encode(message("hello"))))
    stop = asyncio.Event()
    running = asyncio.create_task(Worker(store, rounds, lease_seconds=LEASE_SECONDS).run(stop))
    async with asyncio.timeout(10):
        while not rounds.begun:
            await asyncio.sleep(0.01)
        yield rounds.begun[0]
        stop.set()
        rounds.over.set()
        await running


def forgetful() -> Forgetful:
    clock = itertools.count(1_790_000_000_000).__next__
    return Forgetful(MemoryServer(clock), lease_seconds=30, consumer="one")


async def test_a_thread_that_is_delivered_twice_under_one_lease_is_worked_on_once() -> None:
    rounds = Rounds()
    async with at_work(forgetful(), rounds):
        pass
    assert len(rounds.begun) == 1


async def test_a_heartbeat_that_is_told_of_no_lease_holds_none() -> None:
    store = forgetful()
    async with at_work(store, Rounds()) as session:
        store.knows = False
        async with asyncio.timeout(
            LEASE_SECONDS / 2
        ):  # By its own clock it would hold it for longer.
            while session.is_held():
                await asyncio.sleep(0.01)
