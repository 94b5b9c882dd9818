"""Delivery: how an app is told: within 3 seconds acknowledged, or an event is told again (docs: apis/events-api#retries)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from tests.slack_server.clock import Clock
from tests.slack_server.shapes import Json, as_text

Kind = Literal["events_api", "interactive", "slash_commands"]

ACK_SECONDS = 3.0
# "The first retry nearly immediately, the second after 1 minute, the third after 5 minutes".
PAUSES = (0.0, 60.0, 300.0)


class NotTaken(Exception):
    """The app did not acknowledge; `final` when it asked not to be told again."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt: when, which retry (0: the first), for what reason; why it failed (empty: acknowledged), after how long."""

    at: float
    retry: int
    reason: str
    failure: str = ""
    took: float = 0.0

    @property
    def deadline(self) -> float:
        return self.at + ACK_SECONDS


@dataclass(slots=True)
class Delivery:
    """One thing the app is told, with every attempt at it."""

    kind: Kind
    payload: Json
    tries: list[Try] = field(default_factory=list[Try])
    answer: Json = field(default_factory=dict[str, object])
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def event_id(self) -> str:
        return as_text(self.payload.get("event_id"))

    @property
    def acknowledged(self) -> bool:
        return any(not each.failure for each in self.tries)

    async def reply(self) -> Json:
        """What the app answered, once it did. Raises `NotTaken` when it never will."""
        await self.over.wait()
        if not self.acknowledged:
            raise NotTaken(self.tries[-1].failure)
        return self.answer


class Road(Protocol):
    """Socket Mode or HTTP."""

    async def carry(self, delivery: Delivery, attempt: Try) -> Json:
        """The app's answer. Raises `NotTaken`."""
        ...


class PostOffice:
    """Tells the app; `copies` tells each event that often though it was acknowledged."""

    def __init__(self, clock: Clock, happen: Callable[[], None]) -> None:
        self.road: Road | None = None
        self.sent: list[Delivery] = []
        self.copies = 1
        self.pauses: Sequence[float] = PAUSES
        self._clock = clock
        self._happen = happen
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, kind: Kind, payload: Json) -> Delivery:
        """Starts telling and returns at once."""
        delivery = Delivery(kind, payload)
        self.sent.append(delivery)
        # The time is taken here, so that a clock moved before the task runs counts.
        self._start(self._deliver(delivery, Try(self._clock.now(), 0, "")))
        return delivery

    async def again(self, delivery: Delivery, reason: str = "timeout") -> bool:
        """One more attempt, whatever became of the others; whether it was acknowledged."""
        attempt = Try(self._clock.now(), len(delivery.tries), reason)
        return await self._attempt(delivery, attempt) == ""

    async def settled(self, seconds: float = 30) -> None:
        """Returns once nothing is being told. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while self._tasks:
                await asyncio.wait(self._tasks)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Delivery, first: Try) -> None:
        event = delivery.kind == "events_api"
        failure = await self._attempt(delivery, first)
        # Interactions and commands are told once: the person sees an error instead.
        for retry, pause in enumerate(self.pauses if event else (), start=1):
            if not failure or failure == "no_retry":
                break
            # Counted from the try before, so that a clock moved in between is not waited for twice.
            await self._clock.reach(delivery.tries[-1].at + pause)
            failure = await self._attempt(delivery, Try(self._clock.now(), retry, failure))
        delivery.over.set()
        for _ in range(self.copies - 1 if event else 0):
            await self.again(delivery)

    async def _attempt(self, delivery: Delivery, attempt: Try) -> str:
        failure, started = "", time.monotonic()
        try:
            if self.road is None:
                raise NotTaken("connection_failed")
            delivery.answer = await self.road.carry(delivery, attempt)
        except NotTaken as error:
            failure = "no_retry" if error.final else error.reason
        took = time.monotonic() - started
        delivery.tries.append(replace(attempt, failure=failure, took=took))
        self._happen()
        return failure


async def by(clock: Clock, deadline: float, answer: asyncio.Future[Json], reason: str) -> Json:
    """The answer, if it comes in time by this clock. Raises `NotTaken`."""
    late = asyncio.ensure_future(clock.reach(deadline))
    try:
        await asyncio.wait({late, answer}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise NotTaken(reason)
        return answer.result()
    finally:
        late.cancel()
