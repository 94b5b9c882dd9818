"""People: they give jobs, remark, press and answer as the wall shows it, and settle what is unclear by the ledger."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from uuid import uuid4

from bot.core.events import Event, MessageReceived, Verdict
from bot.core.values import Address, Word
from bot.engine.desk import Desk, thread_id, thread_of
from tests.storm.ledger import Line, Tail

AGAIN_SECONDS = 0.2
AFTER_LIMIT_SECONDS = 0.3
REMARKS, DENIALS, DOUBLES = 0.1, 0.1, 0.2


@dataclass(frozen=True)
class Said:
    """What was said to a thread, and when the store said that it has it."""

    thread: str
    event: Event
    at: float


@dataclass
class People:
    """Everybody outside. `working` names the job that each busy thread has."""

    desk: Desk
    tail: Tail
    random: Random
    said: list[Said] = field(default_factory=list[Said])
    running: dict[tuple[str, int], Line] = field(default_factory=dict[tuple[str, int], Line])
    ended: set[str] = field(default_factory=set[str])
    working: dict[str, int] = field(default_factory=dict[str, int])
    jobs: dict[str, int] = field(default_factory=dict[str, int])
    over: bool = False
    _idle: deque[str] = field(default_factory=deque[str])
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict[str, asyncio.Lock])
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def begin(self, threads: int, at_once: int) -> None:
        """So many threads, of which so many have a job at a time."""
        for number in range(threads):
            name = thread_id(_address(number))
            self._locks[name] = asyncio.Lock()
            self.jobs[name] = 0
            self._idle.append(name)
        self._addresses = {thread_id(_address(n)): _address(n) for n in range(threads)}
        for _ in range(min(at_once, threads)):
            self._employ()

    def _employ(self) -> None:
        thread = self._idle.popleft()
        self.jobs[thread] += 1
        self.working[thread] = self.jobs[thread]
        self._soon(self._give(thread, self.jobs[thread]))

    async def _give(self, thread: str, job: int) -> None:
        await self._say(thread, f"job {job}")
        if self.random.random() < REMARKS:
            await asyncio.sleep(self.random.uniform(0, 1))
            await self._say(thread, "how is it going?")

    async def _say(self, thread: str, text: str) -> None:
        message = MessageReceived(
            id=uuid4().hex,
            actor="alice",
            address=self._addresses[thread],
            text=text,
            agent="clerk",
        )
        await self.post(thread, message)

    async def post(self, thread: str, event: Event) -> None:
        """Until the store says that it has it; now and then once more, as sources redeliver."""
        async with self._locks[thread]:
            while True:
                try:
                    await self.desk.post(thread, event)
                except Exception:  # noqa: BLE001 - whatever it was: unknown means again
                    await asyncio.sleep(AGAIN_SECONDS)
                    continue
                break
        self.said.append(Said(thread, event, time.time()))
        if self.random.random() < DOUBLES:
            with suppress(Exception):
                await self.desk.post(thread, event)

    # ---- what they see -----------------------------------------------------------------------------
    async def watch(self) -> None:
        """See what is new in the ledger, for as long as the storm lasts."""
        while True:
            for line in self.tail.new():
                self._see(line)
            await asyncio.sleep(0.05)

    def _see(self, line: Line) -> None:
        match line.what:
            case "start":
                self.running[line.key, line.pid] = line
            case "end":
                self.running.pop((line.key, line.pid), None)
                self.ended.add(line.key)
            case _:
                self._soon(self.react(line))

    async def react(self, shown: Line) -> None:
        """What somebody does about a message on the wall."""
        await asyncio.sleep(self.random.uniform(0.02, 0.3))
        match shown.kind:
            case "Say":
                self._is_done(shown)
            case "Approval" if self.random.random() < DENIALS:
                await self._judge(shown, "deny", "not now")
            case "Approval":
                await self._judge(shown, "approve", "")
            case "Question":
                await self._judge(shown, "answer", "Yes")
            case "Hold":
                await self._judge(shown, "answer", shown.text)
            case "UnknownOutcome":
                await self._settle(shown)
            case _:
                return

    def _is_done(self, shown: Line) -> None:
        if shown.text != f"job {self.working.get(shown.thread)} done":
            return
        del self.working[shown.thread]
        self._idle.append(shown.thread)
        if not self.over:
            self._employ()

    async def _settle(self, shown: Line) -> None:
        """The ledger knows whether it happened; if it did not by the time it must have, it is ordered again."""
        while time.time() < shown.retry_at + AFTER_LIMIT_SECONDS and not self._happened(shown):
            await asyncio.sleep(0.1)
        await self._judge(shown, "answer", "happened" if self._happened(shown) else "retry")

    def _happened(self, shown: Line) -> bool:
        return any(key.rpartition("-")[0] == shown.call for key in self.ended)

    async def _judge(self, shown: Line, word: Word, text: str) -> None:
        verdict = Verdict(
            id=uuid4().hex,
            actor="bob",
            request=shown.request,
            word=word,
            digest=shown.digest,
            text=text,
            channel="wall",
        )
        await self.post(thread_of(shown.request), verdict)

    def _soon(self, what: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def go_home(self) -> None:
        """Nobody says anything more."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _address(number: int) -> Address:
    return Address(channel="wall", locator=f"thread {number}")
