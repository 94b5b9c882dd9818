"""An office for tests: one agent of the test's own, a scripted model, a screen that keeps a ledger, a real Redis."""

from __future__ import annotations

import asyncio
import json
import sys
import textwrap
import time
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from pydantic import JsonValue

from bot.core import outbox
from bot.core.events import Delivered, Event, MessageReceived, Verdict
from bot.core.outbox import Outgoing
from bot.core.thread import Thread
from bot.core.values import Address
from bot.engine.desk import Desk, Judged, thread_id
from bot.engine.lamp import Lamp
from bot.engine.perform import Performer
from bot.engine.redis_store import RedisStore
from bot.engine.run import Runner
from bot.engine.toolbox import Toolbox
from bot.engine.trouble import Patience
from bot.engine.worker import Worker
from bot.kit.load import Agents, load_agents
from bot.kit.people import People
from bot.model.decide import Decider
from bot.model.port import Answer, ModelFailed, ToolUse

PATIENCE_SECONDS = 40.0
HOME = Address(channel="screen", locator="one")

Use = tuple[str, dict[str, JsonValue]]
Reply = Sequence[Use] | str | ModelFailed


class ScriptedModel:
    """Says the next reply each time it is asked, and keeps the requests."""

    def __init__(self, replies: Sequence[Reply]) -> None:
        self.replies: Sequence[Reply] = replies
        self.asked: list[str] = []
        self.bodies: list[bytes] = []
        self.before_answer: Callable[[], None] | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def ask(self, body: bytes) -> Answer:
        self.bodies.append(body)
        content = json.loads(body)["messages"][0]["content"]
        self.asked.append("\n".join(block["text"] for block in content))
        reply, self.replies = (self.replies or ["Nothing more to say."])[0], self.replies[1:]
        await self.gate.wait()
        if isinstance(reply, ModelFailed):
            raise reply
        if isinstance(reply, str):
            return Answer(text=reply)
        return Answer(uses=tuple(ToolUse(name=name, arguments=given) for name, given in reply))


@dataclass
class Screen:
    """A channel that can be looked up, and fails as told."""

    sent: list[Outgoing] = field(default_factory=list[Outgoing])
    told: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    failures: list[Exception] = field(default_factory=list[Exception])
    sending: Callable[[Outgoing], None] | None = None

    async def find(self, address: Address, key: str) -> str | None:
        return next((f"seen {message.key}" for message in self.sent if message.key == key), None)

    async def send(self, address: Address, message: Outgoing) -> str:
        if self.failures:
            raise self.failures.pop(0)
        if self.sending:
            self.sending(message)
        self.sent.append(message)
        return f"line {len(self.sent)}"

    async def tell(self, address: Address, person: str, text: str) -> None:
        self.told.append((person, text))


class Office:
    """What a test asks and sees. `work()` is one worker process for as long as the block runs."""

    def __init__(
        self, url: str, folder: Path, replies: Sequence[Reply], lease_seconds: float
    ) -> None:
        self.url, self.folder, self.lease_seconds = url, folder, lease_seconds
        self.patience = Patience(first_seconds=0.02, longest_seconds=0.05, tries=3, away_tries=5)
        self.model, self.screen = ScriptedModel(replies), Screen()
        self.environ: dict[str, str] = {"LEDGER": str(folder / "ledger"), "TOKEN": "s3cr3t-value"}
        self.thread = thread_id(HOME)
        self.front, self.tools = "approvers: [alice, bob]", ""

    def write_agent(self, front: str, tools: str) -> None:
        """The agent as the next worker will find it."""
        home = self.folder / "agents" / "clerk"
        home.mkdir(parents=True, exist_ok=True)
        (home / "agent.md").write_text(
            f"---\ndescription: a clerk\n{front}\n---\nYou are a clerk.\n"
        )
        (home / "tools.py").write_text(textwrap.dedent(tools))

    def ledger(self) -> list[str]:
        """What the tools really did, in their own words."""
        file = self.folder / "ledger"
        return file.read_text().splitlines() if file.exists() else []

    @asynccontextmanager
    async def work(self) -> AsyncGenerator[Desk]:
        stop = asyncio.Event()
        async with self.store() as store:
            running = asyncio.create_task(self.worker(store).run(stop))
            try:
                yield Desk(store)
            finally:
                self.model.gate.set()
                stop.set()
                await running

    @asynccontextmanager
    async def process(self) -> AsyncGenerator[Process]:
        """A worker in a process of its own, so that it can be killed."""
        plan = {"url": self.url, "folder": str(self.folder), "replies": self.model.replies}
        plan |= {"lease_seconds": self.lease_seconds}
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.engine.office", json.dumps(plan)
        )
        try:
            yield worker
        finally:
            if worker.returncode is None:
                worker.kill()
            await worker.wait()

    def store(self) -> RedisStore:
        return RedisStore(self.url, lease_seconds=self.lease_seconds)

    def worker(self, store: RedisStore) -> Worker:
        agents = self.agents()
        decider = self.decider(agents)
        runner, channels = (
            Runner(Toolbox(agents, self.environ, owner="alice")),
            {"screen": self.screen},
        )
        performer = Lamp(Performer(decider, runner, channels), channels)
        return Worker(store, performer, lease_seconds=self.lease_seconds, patience=self.patience)

    def agents(self) -> Agents:
        """The agents as a worker that starts now reads them."""
        return load_agents([self.folder / "agents"], People.load(self._people()))

    def decider(self, agents: Agents) -> Decider:
        return Decider(
            agents,
            self.model,
            model_of=lambda _: "a-model",
            max_tokens=1_000,
            deadline_seconds=3_600,
            owner="alice",
        )

    def _people(self) -> Path:
        file = self.folder / "people.yaml"
        file.write_text("people:\n  alice: {name: Alice}\n  bob: {name: Bob}\n  eve: {name: Eve}\n")
        return file


async def say(desk: Desk, text: str, by: str = "alice") -> None:
    """A message in the office's one thread."""
    await desk.launch("clerk", text, by, HOME)


async def decide(
    desk: Desk,
    waiting: Outgoing,
    word: str,
    by: str = "bob",
    text: str = "",
    arguments: dict[str, JsonValue] | None = None,
) -> Judged:
    """A verdict on what is shown."""
    digest = waiting.digest if isinstance(waiting, outbox.Approval) else ""
    assert not isinstance(waiting, outbox.Say | outbox.Notice)
    verdict = Verdict.model_validate(
        {
            "id": uuid4().hex,
            "actor": by,
            "request": waiting.request,
            "word": word,
            "digest": digest,
            "text": text,
            "arguments": arguments or {},
            "channel": "screen",
        }
    )
    return await desk.judge(verdict)


async def until(desk: Desk, condition: Callable[[Thread, list[Event]], bool]) -> Thread:
    """The office's thread as soon as the condition holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    thread = thread_id(HOME)
    while True:
        events = await desk.events(thread)
        now = await desk.thread(thread)
        if condition(now, events):
            return now
        assert time.monotonic() < deadline, [event.type for event in events]
        await asyncio.sleep(0.01)


async def card(desk: Desk, kind: type[Outgoing], version: int | None = None) -> Outgoing:
    """The request of this kind that waits for a human now, once it is shown."""

    def is_shown(thread: Thread, events: list[Event]) -> bool:
        waiting = _waiting(thread, kind, version)
        delivered = {event.key for event in events if isinstance(event, Delivered)}
        return waiting is not None and waiting.key in delivered

    thread = await until(desk, is_shown)
    found = _waiting(thread, kind, version)
    assert found is not None
    return found


def _waiting(thread: Thread, kind: type[Outgoing], version: int | None) -> Outgoing | None:
    for waiting in outbox.pending(thread):
        if isinstance(waiting, kind) and (version is None or waiting.key.endswith(f"-v{version}")):
            return waiting
    return None


def types(events: Sequence[Event]) -> list[str]:
    """The events by name."""
    return [event.type for event in events]


def message(text: str, by: str = "alice") -> MessageReceived:
    """A message of its own identity."""
    return MessageReceived(id=uuid4().hex, actor=by, address=HOME, text=text, agent="clerk")


async def _work_alone(plan: str) -> None:
    given = json.loads(plan)
    office = Office(given["url"], Path(given["folder"]), given["replies"], given["lease_seconds"])
    async with office.work():
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_work_alone(sys.argv[1]))
