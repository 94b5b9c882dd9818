"""Ours: the parts that run in production, with a channel that takes everything. Listener and worker have own connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Self
from uuid import uuid4

from bot.core.events import MessageReceived
from bot.core.outbox import Outgoing
from bot.core.values import Address
from bot.engine.desk import Desk, thread_id
from bot.engine.perform import Performer
from bot.engine.redis_store import RedisStore
from bot.engine.run import Runner
from bot.engine.session import Session
from bot.engine.toolbox import Toolbox
from bot.engine.worker import Worker
from bot.kit.agent import Agent
from bot.model.decide import Decider
from bot.model.port import Model
from tests.bench import work

PATIENCE_SECONDS = 60.0
LEASE_SECONDS = 30.0
CONCURRENCY = 64


class Taker:
    """A channel that takes everything at once."""

    async def find(self, address: Address, key: str) -> str | None:
        return None

    async def send(self, address: Address, message: Outgoing) -> str:
        return "taken"

    async def tell(self, address: Address, person: str, text: str) -> None:
        return


class Ours:
    """The engine, for as long as the block lasts."""

    def __init__(self, url: str, agents: Mapping[str, Agent], model: Model) -> None:
        self._url, self._agents, self._model = url, agents, model
        self._parked: dict[str, asyncio.Future[float]] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.listener, self.store = await self._store(), await self._store()
        self.desk = Desk(self.listener)
        stop = asyncio.Event()
        running = asyncio.create_task(self._worker(self.store).run(stop))
        self._stack.push_async_callback(self._end, stop, running)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def speak(self, name: str, agent: str = work.CLERK) -> float:
        """A message; returns once the thread is parked again and nothing of it is in memory: when that was."""
        where = work.address(name)
        thread = thread_id(where)
        parked = self._parked[thread] = asyncio.get_running_loop().create_future()
        message = MessageReceived(
            id=f"bench:{uuid4().hex}", actor="alice", address=where, text=work.ANSWER, agent=agent
        )
        await self.desk.post(thread, message)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await parked

    def speaking_to(self, agent: str) -> Callable[[str], Awaitable[float]]:
        """The same with this agent."""
        return lambda name: self.speak(name, agent)

    async def _store(self) -> RedisStore:
        store = RedisStore(self._url, lease_seconds=LEASE_SECONDS)
        await store.open()
        self._stack.push_async_callback(store.close)
        return store

    def _worker(self, store: RedisStore) -> Worker:
        decider = Decider(
            self._agents,
            self._model,
            model_of=lambda _: work.MODEL,
            max_tokens=1_000,
            deadline_seconds=7 * 86_400,
            owner="alice",
        )
        runner = Runner(Toolbox(self._agents, {}))
        self._perform = Performer(decider, runner, {"bench": Taker()})
        return Worker(store, self._round, lease_seconds=LEASE_SECONDS, concurrency=CONCURRENCY)

    async def _round(self, session: Session) -> None:
        await self._perform(session)
        if session.resting and (parked := self._parked.pop(session.lease.thread, None)):
            parked.set_result(time.perf_counter())

    async def _end(self, stop: asyncio.Event, running: asyncio.Task[None]) -> None:
        stop.set()
        await running
