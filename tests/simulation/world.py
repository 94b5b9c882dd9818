"""World: what is outside the workers. One clock, one store, and a ledger of what was really done, shown and promised.

Everything that may go wrong goes through `World.fate`: it is asked at every point at which a worker touches the
outside, and says what befalls it there. A seeded plan answers it in a life; anything else may do so too.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from random import Random
from typing import Literal

from pydantic import JsonValue

from bot.core.codec import decode
from bot.core.events import Event
from bot.core.outbox import Outgoing
from bot.core.reducer import evolve
from bot.core.thread import Thread
from bot.core.values import Address
from bot.engine.desk import thread_id
from bot.engine.memory_store import MemoryServer

EPOCH_MS = 1_790_000_000_000
LEASE_SECONDS = 8.0

Port = Literal["store", "channel", "model", "tool", "preview", "source"]
Phase = Literal["before", "within", "after"]
Kind = Literal["delay", "crash", "stall", "refuse", "lose", "resend", "bounce"]


@dataclass(frozen=True, slots=True)
class Point:
    """Where a worker touches the outside: before the effect, or after it and before the worker knows.

    `within` is passed only by a planted bug, which does in two steps what is to be done in one.
    """

    worker: str
    port: Port
    name: str
    phase: Phase

    def __str__(self) -> str:
        return f"{self.worker} {self.phase} {self.port}.{self.name}"


@dataclass(frozen=True, slots=True)
class Fault:
    """What befalls a worker at a point; `seconds` is how long a delay or a stall lasts."""

    kind: Kind
    seconds: float = 0.0


LOOK_MS = 40_000
"""So long before its claim a worker looks at the pins at most, be it stopped in between."""
READS = frozenset({"look", "glance"})
"""Tools that change nothing."""


@dataclass(frozen=True, slots=True)
class Start:
    """A tool that really began: under which claim, with what, and whether its worker then held the thread.

    `least_stock` is what the world held at the latest moment at which nobody can have looked before this claim.
    """

    call: str
    n: int
    run: int
    thread: str
    tool: str
    arguments: Mapping[str, JsonValue]
    is_held: bool
    at: int = 0
    key: str = ""
    least_stock: int = 0

    @property
    def claim(self) -> tuple[str, int, int]:
        return self.call, self.n, self.run


@dataclass(frozen=True, slots=True)
class Shown:
    """A message that a human can see."""

    thread: str
    message: Outgoing


@dataclass(slots=True)
class Letter:
    """What somebody outside wants on a log. The source sends it again until it is acknowledged."""

    thread: str
    event: Event
    offered: int
    acknowledged: int | None = None


@dataclass
class Ledger:
    """The outside's own record. No worker can read it, so it cannot agree with a worker by mistake."""

    starts: list[Start] = field(default_factory=list[Start])
    shown: list[Shown] = field(default_factory=list[Shown])
    letters: list[Letter] = field(default_factory=list[Letter])
    answered: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    breaches: list[str] = field(default_factory=list[str])
    forgotten: list[int] = field(default_factory=list[int])
    forks: dict[str, int] = field(default_factory=dict[str, int])
    order: int = 0

    def next(self) -> int:
        """The place of one more happening among all others."""
        self.order += 1
        return self.order


def spared(_: Point) -> Fault | None:
    """The fate of whoever nothing befalls."""
    return None


class World:
    """One life's outside. `seen` counts what really happened, `story` tells it."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.server = MemoryServer(clock=self.now)
        self.ledger = Ledger()
        self.fate: Callable[[Point], Fault | None] = spared
        self.seen: Counter[str] = Counter()
        self.story: list[str] = []
        self.is_calm = False
        self._stocked = list[int]()
        self._read: dict[str, list[Event]] = {}
        self._folded: dict[str, Thread] = {}

    def now(self) -> int:
        """The store's time in ms since the epoch. Every other clock is wrong by up to ten minutes."""
        return EPOCH_MS + int(asyncio.get_running_loop().time() * 1000)

    def random(self, *names: object) -> Random:
        """Chance that depends on the seed and these names alone, so that nothing shifts when something else is left out."""
        text = "/".join(map(str, (self.seed, *names)))
        return Random(int.from_bytes(blake2b(text.encode(), digest_size=8).digest()))

    @property
    def stock(self) -> int:
        """What the world holds now: one more each time that it was stocked."""
        return len(self._stocked)

    def restock(self) -> None:
        self._stocked.append(self.now())

    def stock_at(self, at: int) -> int:
        return sum(each <= at for each in self._stocked)

    def tell(self, line: str) -> None:
        self.story.append(f"{asyncio.get_running_loop().time():8.2f} {line}")

    def log(self, thread: str) -> list[Event]:
        """This log as it is stored now."""
        log, rows = self._read.setdefault(thread, []), self.server.logs.get(thread, [])
        log += [decode(row.at, row.body) for row in rows[len(log) :]]
        return log

    def read_anew(self) -> None:
        """Forget what was read of the logs."""
        self._read.clear()
        self._folded.clear()

    def threads(self) -> list[Thread]:
        """Every thread as it is stored now."""
        for name in self.server.logs:
            thread = self._folded.get(name, Thread(name))
            for event in self.log(name)[thread.head :]:
                thread = evolve(thread, event)
            self._folded[name] = thread
        return list(self._folded.values())


def home(number: int) -> Address:
    """Where the life's thread of this number lives."""
    return Address(channel="screen", locator=f"{number}")


def homes(numbers: Iterable[int]) -> dict[str, Address]:
    """Threads by name, with their addresses."""
    return {thread_id(home(number)): home(number) for number in numbers}
