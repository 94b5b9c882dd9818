"""Plan: what befalls a life, as numbered deeds. Each follows from the seed and its number alone, so any can be left out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from tests.simulation.world import Fault, Kind, Phase, Point, Port, World

STORM_SECONDS = 60.0
DEEDS = 80
TRAP_SECONDS = 20.0
Act = Literal[
    "speak", "type", "press", "answer", "frame", "note", "tick", "race",
    "fork", "again", "late", "deploy", "stock", "massacre", "halt", "lift",
]  # fmt: skip
ACTS: dict[Act, int] = {
    "speak": 6, "type": 4, "press": 14, "answer": 9, "frame": 4, "note": 1, "tick": 2, "race": 5,
    "fork": 2, "again": 4, "late": 3, "deploy": 2, "stock": 2, "massacre": 1,
    "halt": 1, "lift": 2,
}  # fmt: skip
FAULTS_OF_TEN = 5

Places = tuple[tuple[Port, str], ...]
BEFORE: Places = (
    ("store", "append claim"), ("store", "append fact"), ("store", "append arrival"), ("store", ""),
    ("store", "renew"), ("store", "read"), ("store", "fire"), ("channel", "find"), ("model", ""), ("preview", ""),
)  # fmt: skip
AFTER: Places = (*BEFORE, ("tool", ""), ("channel", "send"), ("store", "take"), ("store", "due"))
# Nothing but death and a plain no may come between a worker's last look at its lease and what it does.
AT_ONCE: Places = (("tool", ""), ("channel", "send"), ("source", ""))
# What may befall whom, how often, and where.
SITES: dict[tuple[Kind, Phase], tuple[int, Places]] = {
    ("crash", "before"): (2, (*BEFORE, *AT_ONCE)),
    ("crash", "within"): (1, (("store", "append"),)),
    ("crash", "after"): (5, AFTER),
    ("stall", "before"): (1, BEFORE),
    ("stall", "after"): (3, AFTER),
    ("delay", "before"): (1, BEFORE),
    ("delay", "after"): (1, AFTER),
    ("refuse", "before"): (1, (("store", ""), ("store", "append"), ("channel", ""))),
    ("bounce", "before"): (1, (("channel", "send"),)),
    ("lose", "after"): (3, (("store", "append"), ("store", ""), ("channel", "send"), ("tool", ""))),
    ("resend", "after"): (3, (("store", "append"), ("store", "append claim"), ("store", ""))),
}


@dataclass(frozen=True)
class Deed:
    """One thing that happens at its time: somebody acts, or a trap is laid for whoever comes by next."""

    number: int
    at: float
    act: Act | None
    chance: Random = field(repr=False)


def plan(world: World, without: Collection[int] = ()) -> list[Deed]:
    """The deeds of this life in their order, but for those left out."""
    deeds = [_deed(number, world.random("deed", number)) for number in range(DEEDS)]
    return sorted((each for each in deeds if each.number not in without), key=lambda each: each.at)


def _deed(number: int, chance: Random) -> Deed:
    at = chance.uniform(1.0, STORM_SECONDS)
    if chance.randrange(10) < FAULTS_OF_TEN:
        return Deed(number, at, None, chance)
    return Deed(number, at, chance.choices(list(ACTS), list(ACTS.values()))[0], chance)


@dataclass(frozen=True)
class Trap:
    """A fault that waits for the first worker to come by its place."""

    deed: int
    fault: Fault
    port: Port
    name: str
    phase: Phase
    until: float

    def catches(self, point: Point) -> bool:
        return (point.port, point.phase) == (self.port, self.phase) and point.name.startswith(
            self.name
        )


class Traps:
    """The fate of a life: the traps laid so far. Each snaps once, or is taken away after a while."""

    def __init__(self, world: World, now: Callable[[], float]) -> None:
        self._world, self._now = world, now
        self._laid = list[Trap]()
        self.landed = set[int]()

    def lay(self, deed: Deed) -> None:
        chance = deed.chance
        sites = list(SITES)
        kind, phase = chance.choices(sites, [SITES[site][0] for site in sites])[0]
        port, name = chance.choice(SITES[kind, phase][1])
        seconds = chance.uniform(9.0, 20.0) if kind == "stall" else chance.uniform(0.5, 4.0)
        until = self._now() + TRAP_SECONDS
        self._laid.append(Trap(deed.number, Fault(kind, seconds), port, name, phase, until))

    def clear(self) -> None:
        self._laid.clear()

    def __call__(self, point: Point) -> Fault | None:
        for trap in self._laid:
            if trap.catches(point) and self._now() < trap.until:
                self._laid.remove(trap)
                self.landed.add(trap.deed)
                self._world.seen[f"{trap.fault.kind} {trap.phase}"] += 1
                self._world.tell(f"[{trap.deed}] {trap.fault.kind} {point}")
                return trap.fault
        return None
