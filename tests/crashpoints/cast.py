"""Cast: the worker processes of a story, one at a time, and what their tools and their model do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from pydantic import JsonValue

from bot.core.events import Event
from bot.core.log import blocks
from bot.engine.commit import Outcome, Timer
from bot.engine.memory_store import MemoryStore
from bot.engine.perform import Performer
from bot.engine.run import Runner
from bot.engine.store import WrongKey
from bot.engine.toolbox import Toolbox
from bot.engine.worker import Worker
from bot.kit import Call, Refused, Unsure
from bot.kit.agent import Agent
from bot.kit.load import Agents, load_agents
from bot.kit.people import People, Person
from bot.kit.picture import Pictured
from bot.model.decide import Decider
from bot.model.pictures import NONE, Blobs
from bot.model.port import Answer, ModelFailed
from tests.crashpoints.script import How, Story
from tests.pictures import png
from tests.simulation.ports import ScreenPort, StorePort
from tests.simulation.process import Process, current
from tests.simulation.world import LEASE_SECONDS, READS, Start, World

SECONDS: dict[How, float] = {"slow": 2.0, "at once": 0.0}
PEOPLE = People({name: Person(name=name) for name in ("alice", "bob", "carol", "mallory")})
HOME = Path(__file__).parent / "agents"
SPOILT = "tspoiltspoil"
Release = Literal["first", "other approvers"]


# ---- what the tools do -------------------------------------------------------------------------------------------
async def act(tool: str, item: str, how: How, call: Call) -> JsonValue | Pictured:
    """A tool begins, which the outside counts, takes its time and ends as its arguments say."""
    process = current()
    ledger, id = process.world.ledger, call.key.rpartition("-")[0]
    await process.point("tool", tool, "before")
    n, run = (1, 0) if tool in READS else process.claims.get(id, (1, 0))
    given: dict[str, JsonValue] = {"item": item, "how": how}
    holds, now = process.holds(call.thread), process.world.now()
    start = Start(id, n, run, call.thread, tool, given, holds, now)
    ledger.starts.append(start)
    process.world.tell(f"{process.name} starts {tool} {id} n={n} run={run}")
    times = sum(each.call == id for each in ledger.starts)
    await asyncio.sleep(SECONDS.get(how, 0.2))
    await process.point("tool", tool, "after")
    return _outcome(f"{tool}-{item}-done", how, times)


def _outcome(words: str, how: How, times: int) -> JsonValue | Pictured:
    match how:
        case "broken":
            raise ValueError("broken")
        case "refused":
            raise Refused("not today")
        case "unsure once" if times == 1:
            raise Unsure("the line went dead")
        case "large":
            return words + "." * 30_000
        case "picture":
            return Pictured(words, "image/png", 640, 480, png())
        case _:
            return words


async def pin() -> int:
    """What the outside holds now."""
    process = current()

    async def read() -> int:
        return process.world.stock

    return await process.call("preview", "pin", read)


# ---- what the model does -----------------------------------------------------------------------------------------
class Actor:
    """A model that goes by its lines."""

    def __init__(self, process: Process, story: Story, is_troubled: Callable[[], bool]) -> None:
        self._process, self._story, self._is_troubled = process, story, is_troubled

    async def ask(self, body: bytes) -> Answer:
        asked = json.loads(body)
        text = "\n".join(block["text"] for block in asked["messages"][0]["content"])
        await self._process.point("model", "ask", "before")
        await asyncio.sleep(1.5)
        failure = self._failure(asked["model"])
        await self._process.point("model", "ask", "after")
        if failure:
            raise failure
        return next(
            answer
            for needles, answer in reversed(self._story.model)
            if any(needle in text for needle in needles.split("|"))
        )

    def _failure(self, model: str) -> ModelFailed | None:
        trouble = self._story.trouble
        if not trouble or trouble.of not in ("", model):
            return None
        return trouble.failure() if self._is_troubled() else None


class BriefDecider(Decider):
    """Asks with the thread alone: this model knows its tools, and laying them out is a third of a run."""

    def request(
        self,
        agent: Agent,
        thread_id: str,
        events: Sequence[Event],
        model: str = "",
        blobs: Blobs = NONE,
    ) -> bytes:
        content = [{"text": text} for text in blocks(events, thread_id)]
        messages = [{"role": "user", "content": content}]
        return json.dumps({"model": model, "messages": messages}).encode()


# ---- where it is written down ------------------------------------------------------------------------------------
class Shelves(MemoryStore):
    """Under the name of one log lies something else, as when somebody wrote to the server by hand."""

    async def fire(self, timer: Timer, event: bytes | None) -> Outcome:
        if timer.thread == SPOILT:
            raise WrongKey(timer.thread)
        return await super().fire(timer, event)


def shelves(process: Process) -> MemoryStore:
    return Shelves(process.world.server, lease_seconds=LEASE_SECONDS, consumer=process.name)


# ---- who runs them -----------------------------------------------------------------------------------------------
@cache
def agents(release: Release) -> Agents:
    """The agents as this release has them, loaded as any agents are."""
    with TemporaryDirectory() as folder:
        for name in ("porter", "usher"):
            home = Path(folder) / name
            home.mkdir()
            for file in ("agent.md", "tools.py"):
                text = (HOME / name / file).read_text()
                if release == "other approvers":
                    text = text.replace("[bob, carol]", "[carol, bob]")
                (home / file).write_text(text)
        return load_agents([Path(folder)], PEOPLE)


async def end_of(process: Process, running: asyncio.Task[None]) -> None:
    """Until it has done what it was started for, or died. Raises what it raised."""
    died = asyncio.create_task(process.died.wait())
    await asyncio.wait({running, died}, return_when=asyncio.FIRST_COMPLETED)
    died.cancel()
    if running.done():
        running.result()


class Crew:
    """One worker at a time; whoever dies or leaves has a successor, at once or when the lease has lapsed."""

    def __init__(self, world: World, story: Story, is_troubled: Callable[[], bool]) -> None:
        self._world, self._story, self._is_troubled = world, story, is_troubled
        self.release: Release = "first"
        self.store: Callable[[Process], MemoryStore] = shelves
        self.pause_seconds = 0.1
        self._stop = asyncio.Event()
        self._running: Release | None = None

    @property
    def is_renewed(self) -> bool:
        """Whether the worker of now has the agents of now."""
        return self._running == self.release

    def begin(self) -> None:
        self.keeping = asyncio.create_task(self._keep())

    def relieve(self, release: Release | None = None) -> None:
        """The worker is told to leave, as by SIGTERM; the next one may have another release of the agents."""
        self.release = release or self.release
        self._stop.set()

    async def _keep(self) -> None:
        generation = 0
        while True:
            generation += 1
            process, self._stop = Process(self._world, f"w{generation}"), asyncio.Event()
            self._running = self.release
            running = process.start(self._work(process, self._stop))
            await end_of(process, running)
            self._world.tell(f"{process.name} {'died' if process.is_dead else 'left'}")
            await asyncio.sleep(self.pause_seconds)

    async def _work(self, process: Process, stop: asyncio.Event) -> None:
        store = StorePort(process, self.store(process))
        worker = Worker(
            store,
            self._performer(process, store),
            lease_seconds=LEASE_SECONDS,
            patience=self._story.patience,
        )
        await worker.run(stop)
        await store.close()

    def _performer(self, process: Process, store: StorePort) -> Performer:
        loaded = agents(self.release)
        decider = BriefDecider(
            loaded,
            Actor(process, self._story, self._is_troubled),
            model_of=lambda _: "a-model",
            max_tokens=1_000,
            deadline_seconds=self._story.question_seconds,
            owner="alice",
            context_tokens=self._story.context_tokens,
            fallback_of=lambda _: self._story.second,
            blob=store.blob,
        )
        return Performer(decider, Runner(Toolbox(loaded, {})), {"screen": ScreenPort(process)})
