"""Poison: what events that fail every time cost their neighbours. `python -m tests.bench.poison`.

A real worker on a real Redis answers messages on many threads, so many at a time. Some messages are poison: their row cannot
be parsed, or folding, rendering, sending or running a tool raises whenever it meets them. The same messages are answered with
and without poison, in turns, and the time from a message to its answer is compared.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

import structlog
from pydantic import JsonValue

from bot.core import human, outbox
from bot.core.events import Event, MessageReceived, StepDecided, ToolEnded
from bot.core.outbox import Outgoing, Say
from bot.core.thread import Thread
from bot.core.values import Address, Proposal
from bot.engine import endings
from bot.engine.commit import Append
from bot.engine.desk import Desk, thread_id
from bot.engine.letters import Letter
from bot.engine.perform import Performer
from bot.engine.redis_store import RedisStore
from bot.engine.results import Carried, carry
from bot.engine.run import Runner
from bot.engine.server import ensure_server, stop_server
from bot.engine.toolbox import Toolbox
from bot.engine.trouble import Patience
from bot.engine.worker import Worker
from bot.kit.load import load_agents
from bot.kit.people import People

KINDS = ("parse", "fold", "render", "send", "tool")
SOON = Patience(first_seconds=0.1, longest_seconds=0.2, tries=3, away_tries=3)
AT_ONCE = 32
TOOLS = '''
from bot.kit import Args, tool

class Word(Args):
    word: str

@tool(reads=True)
async def look(it: Word):
    """Look a word up."""
    return it.word
'''


class Poisoned(Exception):
    """What poison does to whoever touches it."""


def _taste(text: str, kind: str) -> None:
    if f"poison:{kind} " in text:
        raise Poisoned(kind)


@contextmanager
def planted() -> Generator[None]:
    """The bugs that make poison of a message: in the fold, the outbox and what carries results."""
    fold, render = human.message, outbox.message

    def folded(thread: Thread, event: MessageReceived) -> Thread:
        _taste(event.text, "fold")
        return fold(thread, event)

    def rendered(thread: Thread, key: str) -> Outgoing | None:
        message = render(thread, key)
        _taste(message.text if isinstance(message, Say) else "", "render")
        return message

    def carried(result: JsonValue, cap_characters: int) -> Carried:
        _taste(str(result), "tool")
        return carry(result, cap_characters)

    with ExitStack() as stack:
        stack.enter_context(patch.object(human, "message", folded))
        stack.enter_context(patch.object(outbox, "message", rendered))
        stack.enter_context(patch.object(endings, "carry", carried))
        yield


async def choose(thread: Thread, events: Sequence[Event]) -> Event:
    """The model, free of charge: every message is looked up, if it asks for that, and answered with itself."""
    text = next(event.text for event in reversed(events) if isinstance(event, MessageReceived))
    looks = "tool" in text and not isinstance(events[-1], ToolEnded)
    call = (
        Proposal(kind="read", tool="look", arguments={"word": text})
        if looks
        else Proposal(kind="say", tool="done_for_now", arguments={"message": text})
    )
    return StepDecided(id=uuid4().hex, actor="model", seen=thread.head, calls=(call,))


@dataclass
class Line:
    """The channel: whoever posted a text is told when it was answered."""

    waits: dict[str, asyncio.Future[float]] = field(
        default_factory=dict[str, "asyncio.Future[float]"]
    )

    async def find(self, address: Address, key: str) -> str | None:
        return None

    async def send(self, address: Address, message: Outgoing) -> str:
        assert isinstance(message, Say), message
        _taste(message.text, "send")
        if (wait := self.waits.pop(message.text, None)) is not None:
            wait.set_result(time.perf_counter())
        return "sent"

    async def tell(self, address: Address, person: str, text: str) -> None:
        return


@dataclass
class Place:
    """One worker at work, and what it takes to post to it."""

    store: RedisStore
    line: Line
    poisoned: dict[str, str] = field(default_factory=dict[str, str])

    async def answered(self, thread: int, number: int) -> float:
        """Post to a thread; how long it took until the answer went out."""
        text = f"look at tool {thread} {number}" if number % 2 else f"hello {thread} {number}"
        wait = self.line.waits[text] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        await self._post(Address(channel="line", locator=f"{thread}"), text)
        return await wait - began

    async def poison(self, number: int) -> None:
        """A thread of its own whose message nobody survives."""
        kind = KINDS[len(self.poisoned) % len(KINDS)]
        address = Address(channel="line", locator=f"bad {number}")
        thread = thread_id(address)
        self.poisoned[thread] = kind
        if kind == "parse":
            row = b'{"type":"Cancelled","v":1,"actor":"eve"}'
            garbage = Append(thread=thread, kind="arrival", id="garbage", events=(row,))
            await self.store.append(garbage)
            return
        await self._post(address, f"poison:{kind} {number}")

    async def _post(self, address: Address, text: str) -> None:
        await Desk(self.store).launch("clerk", text, "alice", address)

    async def parked(self) -> dict[str, Letter]:
        """The dead letters, once every poisoned thread has one."""
        while True:
            letters = {letter.id: letter for letter in await self.store.letters() if letter.is_dead}
            if letters.keys() >= self.poisoned.keys():
                return letters
            await asyncio.sleep(0.05)


@asynccontextmanager
async def place(url: str, folder: Path) -> AsyncGenerator[Place]:
    """A worker in this process, and a store of the poster's own."""
    home = folder / "agents" / "clerk"
    home.mkdir(parents=True, exist_ok=True)
    (home / "agent.md").write_text("---\ndescription: a clerk\n---\nYou are a clerk.\n")
    (home / "tools.py").write_text(TOOLS)
    agents = load_agents([folder / "agents"], People())
    line, stop = Line(), asyncio.Event()
    hired, own = (RedisStore(url, lease_seconds=30) for _ in range(2))
    await hired.open()
    await own.open()
    perform = Performer(choose, Runner(Toolbox(agents, {})), {"line": line})
    worker = Worker(hired, perform, lease_seconds=30, concurrency=64, patience=SOON)
    running = asyncio.create_task(worker.run(stop))
    try:
        yield Place(own, line)
    finally:
        stop.set()
        await running
        await hired.close()
        await own.close()


async def answers(here: Place, first: int, events: int, threads: int, poison: int) -> list[float]:
    """How long each answer took, with so many poisoned messages spread among the others.

    Each poster has threads of its own: a second message to a thread would be answered together with the first.
    """
    took, due = list[float](), iter(range(poison))
    each, own = events // AT_ONCE, max(1, threads // AT_ONCE)
    every = max(1, events // poison) if poison else events + 1

    async def post(poster: int) -> None:
        for turn in range(each):
            if (poster * each + turn) % every == 0 and (number := next(due, None)) is not None:
                await here.poison(first + number)
            took.append(await here.answered(poster * own + turn % own, first + turn))

    await asyncio.gather(*(post(poster) for poster in range(AT_ONCE)))
    return took


def p99(took: Sequence[float]) -> float:
    return statistics.quantiles(took, n=100)[98]


async def measured(url: str, folder: Path, *, events: int, poison: int, threads: int) -> None:
    without, with_poison = list[float](), list[float]()
    parts = 8
    with planted():
        async with place(url, folder) as here:
            for part in range(parts):
                share = poison * 2 // parts if part % 2 else 0
                first = part * events // parts
                took = await answers(here, first, events // parts, threads, share)
                (with_poison if share else without).extend(took)
                await here.parked()
            letters = await here.parked()
    right = sum(letters[thread].stage == kind for thread, kind in here.poisoned.items())
    print(f"{events} events, {threads} threads, {len(here.poisoned)} poisoned")  # noqa: T201 - the table is its output
    print(f"parked with the right stage: {right}; answered: {len(without) + len(with_poison)}")  # noqa: T201 - the table is its output
    for name, took in (("without", without), ("with", with_poison)):
        p50 = statistics.median(took)
        print(f"{name:>8} poison: p50 {1000 * p50:.1f} ms, p99 {1000 * p99(took):.1f} ms")  # noqa: T201 - the table is its output
    print(f"   ratio of the p99s: {p99(with_poison) / p99(without):.2f}")  # noqa: T201 - the table is its output


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        url = ensure_server(home, appendfsync="everysec")
        try:
            at_size = measured(
                url, Path(folder), events=events, poison=events // 100, threads=events // 5
            )
            asyncio.run(at_size)
        finally:
            stop_server(home)


if __name__ == "__main__":
    main()
