"""Life: one seed. A storm of people and faults over a few threads; then calm and honest people; then the judgement."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Collection, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field

from bot.core.effects import next_effects, timers
from bot.core.house import HOUSE
from tests.simulation import judge, loop
from tests.simulation.chance import tamed
from tests.simulation.crew import RELEASES, Crew
from tests.simulation.people import WORDS, People
from tests.simulation.plan import Deed, Traps, plan
from tests.simulation.ports import StorePort
from tests.simulation.process import Process
from tests.simulation.source import Listener, Source
from tests.simulation.world import World

REST_SECONDS = 60.0
MOST_ROUNDS = 60
SILENT_ROUNDS, SILENT = 30, 7
"""So long, in one of so many lives, nobody answers anything when all is calm: what waits is told to others and expires."""
MOST_CPU_SECONDS = 60.0
"""A life takes less than one."""


@dataclass
class Lived:
    """What came of a life."""

    seed: int
    found: list[str] = field(default_factory=list[str])
    seen: Counter[str] = field(default_factory=Counter[str])
    landed: list[int] = field(default_factory=list[int])
    story: list[str] = field(default_factory=list[str])


class Life:
    """The parts of one life. A planted bug puts another part in the place of one of them."""

    def __init__(self, seed: int) -> None:
        self.world = World(seed)
        shape = self.world.random("shape")
        self.crew = Crew(self.world, shape.randint(3, 5))
        self.source = Source(self.world, self.listener)
        self.people = People(self.world, self.source, shape.randint(3, 6))
        self.traps = Traps(self.world, lambda: asyncio.get_running_loop().time())
        self.hears: Callable[[Process, StorePort], Listener] = Listener

    def listener(self, process: Process) -> Listener:
        return self.hears(process, StorePort(process, self.crew.store(process)))

    # ---- storm ---------------------------------------------------------------------------------------------
    async def storm(self, deeds: list[Deed]) -> None:
        self.world.fate = self.traps
        self.crew.begin()
        for thread in list(self.people.threads):
            self.people.say(thread, WORDS)
        for deed in deeds:
            await asyncio.sleep(deed.at - asyncio.get_running_loop().time())
            self._do(deed)

    def _do(self, deed: Deed) -> None:
        match deed.act:
            case None:
                self.traps.lay(deed)
                return
            case "deploy":
                self.crew.deploy(deed.chance.choice(RELEASES))
                self.world.seen["agents changed"] += 1
            case "stock":
                self.world.restock()
            case "massacre":
                for process, _ in self.crew.alive.values():
                    process.kill()
            case _:
                self.people.act(deed)
        self.traps.landed.add(deed.number)
        self.world.tell(f"[{deed.number}] {deed.act}")

    # ---- calm ----------------------------------------------------------------------------------------------
    async def calm(self) -> None:
        """No more faults: everything that was begun comes to an end."""
        self.traps.clear()
        self.world.is_calm = True
        self.world.tell("calm")
        await self._lifted()
        silent = SILENT_ROUNDS if self.world.seed % SILENT == SILENT - 2 else 0
        for number in range(MOST_ROUNDS):
            await self._rested()
            judge.surfaced(self.world, self.world.threads())
            heard = self.world.threads() if number >= silent else []
            busy = [self.people.settle(thread) for thread in heard]
            due = [at for thread in self.world.threads() for at in timers(thread).values()]
            if any(busy):
                await asyncio.sleep(0.5)
            elif due:
                await asyncio.sleep(max(0.0, (min(due) - self.world.now()) / 1000) + 0.5)
            elif heard or not silent:
                return
            silent = silent if due else 0
        raise judge.Violation("there is always something more to decide")

    async def _lifted(self) -> None:
        """Until nothing is halted, not even by words that are still on their way."""
        for _ in range(MOST_ROUNDS):
            await asyncio.sleep(5.0)  # What was said just before is heard first.
            is_late = any(
                letter.thread == HOUSE and letter.acknowledged is None
                for letter in self.world.ledger.letters
            )
            if not self.people.lift() and not is_late:
                return
        raise judge.Violation("something is always halted")

    async def _rested(self) -> None:
        """Until nobody has anything to do, which must come soon."""
        deadline = asyncio.get_running_loop().time() + REST_SECONDS
        while restless := self._restless():
            if asyncio.get_running_loop().time() > deadline:
                raise judge.Violation(f"still not at rest: {restless[0]}")
            await asyncio.sleep(0.5)

    def _restless(self) -> list[str]:
        late = [
            f"{letter.event.id} is not acknowledged"
            for letter in self.world.ledger.letters
            if letter.acknowledged is None
        ]
        awake = [f"{thread} is with a worker, or should be" for thread in self.world.server.wake]
        return (
            late
            or awake
            or [
                f"{thread.id} owes {effects[0]}"
                for thread in self.world.threads()
                if (effects := next_effects(thread))
            ]
        )


Plant = Callable[[Life], AbstractContextManager[object]]


def live(seed: int, plant: Plant = lambda _: nullcontext(), without: Collection[int] = ()) -> Lived:
    """One life from beginning to end, and what the judge finds in it."""
    life = Life(seed)
    lived = Lived(seed, story=life.world.story, seen=life.world.seen)

    async def whole() -> None:
        await life.storm(plan(life.world, without))
        await life.calm()
        lived.found = judge.violations(life.world)

    try:
        with tamed(life.world), plant(life), _ending(endless := list[str]()):
            loop.run(whole())
        lived.found += endless[:1]
    except judge.Violation as found:
        lived.found = [*judge.violations(life.world), str(found)]
    lived.landed = sorted(life.traps.landed)
    lived.seen += judge.landed(life.world)
    return lived


@contextmanager
def _ending(endless: list[str]) -> Generator[None]:
    """A life in which something is done again and again without a wait would never end: no clock of its own moves there.

    It is broken off and told of. What breaks off a worker may be taken for its failure: then the next one is, until the life is over.
    """

    def too_long(*_: object) -> None:
        endless.append("something is done again and again without end")
        raise judge.Violation(endless[0])

    before = signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_CPU_SECONDS, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
