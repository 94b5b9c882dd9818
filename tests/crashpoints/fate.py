"""Fate: numbers every time a process touches the outside, and lets it die at the chosen ones.

Three phases: before the effect; after it, and nobody heard; and once what follows from it is recorded, which is when the
process has heard the answer to its next append and turns to the outside again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from tests.crashpoints.sites import passed
from tests.simulation.world import READS, Fault, Point, World

Phase = Literal["before", "after", "recorded"]
PHASES: tuple[Phase, ...] = get_args(Phase)
CRASH = Fault("crash")
State = tuple[object, ...]


@dataclass(frozen=True, order=True)
class Death:
    """Whoever makes this pass dies in it."""

    number: int
    phase: Phase


@dataclass
class Pass:
    """One time that a process touched the outside: from where in the engine, and what was so before and after."""

    number: int
    worker: str
    port: str
    name: str
    sites: tuple[int, ...]
    states: dict[Phase, State] = field(default_factory=dict[Phase, State])
    task: asyncio.Task[object] | None = None

    @property
    def is_record(self) -> bool:
        """A listener's only record is the arrival; once it has heard what it reads after that, nothing is left to write."""
        is_worker = self.worker.startswith("w")
        return self.port == "store" and (not is_worker or self.name.startswith(("append", "fire")))

    @property
    def is_followed_in_its_task(self) -> bool:
        """What a write said, or became of a message, is written by the task that asked; anything else by whichever comes next."""
        is_write = self.port == "tool" and self.name not in READS
        return is_write or self.port == "preview" or self.name in ("find", "send")


class Fate:
    """The fate of one run: `deaths`, and whatever else befalls everybody in this story."""

    def __init__(
        self, world: World, deaths: Sequence[Death], otherwise: Callable[[Point], Fault | None]
    ) -> None:
        self._world, self._otherwise = world, otherwise
        self._left = list(deaths)
        self._open: dict[asyncio.Task[object] | None, Pass] = {}
        self._unrecorded = list[tuple[Death, Pass]]()
        self._doomed: dict[str, Death] = {}
        self.passes = list[Pass]()
        self.landed = list[tuple[Death, Pass]]()
        self._dying: dict[str, Pass] = {}
        self.fell_at = list[int]()

    @property
    def is_sealed(self) -> bool:
        """Whether a worker is yet to die: it looks for work, and so turns to the outside again within a second."""
        return any(worker.startswith("w") for worker in self._doomed)

    def __call__(self, point: Point) -> Fault | None:
        if point.port == "source":
            return self._befall(point) or None
        return self._asks(point) if point.phase == "before" else self._hears(point)

    def _befall(self, point: Point) -> Fault | None:
        """The end of whoever is doomed, now that it turns to the outside."""
        death = self._doomed.pop(point.worker, None)
        return self._land(death, self._dying.pop(point.worker)) if death else None

    def _asks(self, point: Point) -> Fault | None:
        if fault := self._befall(point):
            return fault
        task = asyncio.current_task()
        new = Pass(len(self.passes), point.worker, point.port, point.name, passed(), task=task)
        new.states["before"] = self._state()
        self.passes.append(new)
        self._open[task] = new
        return self._taken(Death(new.number, "before"), new) or self._otherwise(point)

    def _hears(self, point: Point) -> Fault | None:
        this = self._open.pop(asyncio.current_task())
        this.states["after"] = this.states["recorded"] = self._state()
        if fault := self._taken(Death(this.number, "after"), this):
            return fault
        fault = self._otherwise(point)
        recorded = Death(this.number, "recorded")
        if recorded in self._left:
            self._left.remove(recorded)
            self._unrecorded.append((recorded, this))
        if this.is_record and fault is None:
            self._doom(this)
        return fault

    def _doom(self, record: Pass) -> None:
        for death, of in list(self._unrecorded):
            same = of is record or not of.is_followed_in_its_task or of.task is record.task
            if of.worker == record.worker and same:
                self._unrecorded.remove((death, of))
                self._doomed[record.worker] = death
                self._dying[record.worker] = of

    def _taken(self, death: Death, of: Pass) -> Fault | None:
        if death not in self._left:
            return None
        self._left.remove(death)
        return self._land(death, of)

    def _land(self, death: Death, of: Pass) -> Fault:
        self._world.tell(f"{of.worker} dies {death.phase} {of.port}.{of.name} [{death.number}]")
        self._doomed.pop(of.worker, None)
        self.landed.append((death, of))
        self.fell_at.append(len(self.passes))
        return CRASH

    def _state(self) -> State:
        """What is so outside: two deaths of one process at one place in the same state are one."""
        server, ledger = self._world.server, self._world.ledger
        leases = tuple((name, each.owner, each.count) for name, each in server.ready.items())
        lengths = tuple(len(log) for log in server.logs.values())
        heard = sum(letter.acknowledged is not None for letter in ledger.letters)
        counts = len(ledger.starts), len(ledger.shown), len(ledger.letters), heard
        return (lengths, leases, counts, len(server.timers))


def deaths(passes: Iterable[Pass]) -> Iterator[tuple[Death, Pass]]:
    """Every way to die in these passes, without those that differ in nothing but the hour."""
    seen = set[tuple[object, ...]]()
    for each in passes:
        for phase, state in each.states.items():
            key = (each.worker, each.sites, each.name, phase, state)
            if key not in seen:
                seen.add(key)
                yield Death(each.number, phase), each
