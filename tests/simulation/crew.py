"""Crew: the worker processes of a life, each begun anew after it died or was told to leave, and the agents they load."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

from bot.engine.memory_store import MemoryStore
from bot.engine.perform import Performer
from bot.engine.run import Runner
from bot.engine.toolbox import Toolbox
from bot.engine.worker import Worker
from bot.kit.load import Agents, load_agents
from bot.kit.people import People, Person
from bot.model.decide import Decider
from tests.simulation.ports import ModelPort, ScreenPort, StorePort, memory_store
from tests.simulation.process import Process
from tests.simulation.world import LEASE_SECONDS, World

Release = Literal["first", "other tools", "other approvers", "no launches"]
RELEASES: tuple[Release, ...] = get_args(Release)
CLERK = Path(__file__).parent / "agents" / "clerk"
PEOPLE = People({name: Person(name=name) for name in ("alice", "bob", "carol", "mallory")})


@cache
def agents(release: Release) -> Agents:
    """The agents as this release of them has it, loaded as any agents are."""
    front, tools = (CLERK / "agent.md").read_text(), (CLERK / "tools.py").read_text()
    match release:
        case "other tools":
            tools += "\n# Nothing but another digest.\n"
        case "other approvers":
            front = front.replace("[bob, carol]", "[bob, alice]")
        case "no launches":
            front = front.replace("limits:", "tools: [look, note, store, ship, pay]\nlimits:")
        case "first":
            pass
    with TemporaryDirectory() as folder:
        home = Path(folder) / "clerk"
        home.mkdir()
        (home / "agent.md").write_text(front)
        (home / "tools.py").write_text(tools)
        return load_agents([Path(folder)], PEOPLE)


Inner = Callable[[Process], MemoryStore]


class Crew:
    """So many workers at a time. `release` is what the next one to start has of the agents."""

    def __init__(self, world: World, size: int) -> None:
        self.world, self.size = world, size
        self.release: Release = "first"
        self.store: Inner = memory_store
        self.screen: Callable[[Process], ScreenPort] = ScreenPort
        self.alive: dict[int, tuple[Process, asyncio.Event]] = {}
        self._asked: dict[bytes, int] = {}

    def begin(self) -> None:
        self.slots = [asyncio.create_task(self._keep(slot)) for slot in range(self.size)]

    async def _keep(self, slot: int) -> None:
        """As a supervisor does: whoever ends is begun anew, after a while."""
        generation = 0
        while True:
            generation += 1
            process = Process(self.world, f"w{slot}.{generation}")
            stop = asyncio.Event()
            self.alive[slot] = process, stop
            running = process.start(self.worker(process).run(stop))
            died = asyncio.create_task(process.died.wait())
            await asyncio.wait({running, died}, return_when=asyncio.FIRST_COMPLETED)
            died.cancel()
            if running.done():
                running.result()
            self.world.tell(f"{process.name} {'died' if process.is_dead else 'left'}")
            await asyncio.sleep(process.random("pause").choice((0.2, 1.0, 5.0)))

    def worker(self, process: Process) -> Worker:
        """A worker as the app builds it, but that its ports are ours."""
        loaded = agents(self.release)
        decider = Decider(
            loaded,
            ModelPort(process, self._asked),
            model_of=lambda _: "a-model",
            max_tokens=1_000,
            deadline_seconds=3_600,
            owner="alice",
        )
        channels = {"screen": self.screen(process)}
        performer = Performer(decider, Runner(Toolbox(loaded, {})), channels)
        store = StorePort(process, self.store(process))
        return Worker(store, performer, lease_seconds=LEASE_SECONDS)

    def deploy(self, release: Release) -> None:
        """A new release: every worker is asked to finish and leave, and its successor has the new agents."""
        self.release = release
        for _, stop in self.alive.values():
            stop.set()
