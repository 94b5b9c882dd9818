"""World: what is outside the core. A store with a clock, and the ledger of what was really started and sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from bot.core.effects import timers
from bot.core.events import Event, TimerFired, ToolStarted
from bot.core.reducer import evolve
from bot.core.thread import Thread

Bug = Literal[
    "",
    "no_head_check",
    "digest_ignored",
    "anyone_approves",
    "unknown_repeated",
    "words_keep",
    "unseen_step",
]
Fold = Callable[[Thread, Event], Thread]
ROOT = "T"


@dataclass
class Store:
    """The log. `known` are the ids whose deduplication keys have not expired."""

    fold: Fold = evolve
    checks_head: bool = True
    now: int = 1_000_000_000
    log: list[Event] = field(default_factory=list[Event])
    known: set[str] = field(default_factory=set[str])
    thread: Thread = field(default_factory=lambda: Thread(ROOT))

    def append(self, event: Event) -> None:
        """An arrival or a fact: always accepted, once while its id is known."""
        if event.id not in self.known:
            self.known.add(event.id)
            self.log.append(event)
            self.thread = self.fold(self.thread, event)

    def claim(self, event: ToolStarted, head: int) -> bool:
        """Permission to act: only if nothing was appended since the head that was folded."""
        if self.checks_head and (head != len(self.log) or event.id in self.known):
            return False
        self.append(event)
        return True


@dataclass(frozen=True)
class Start:
    """A tool that really began, as the tool itself saw it."""

    call: str
    n: int
    run: int


@dataclass
class World:
    """One seeded life of one thread."""

    random: Random
    store: Store = field(default_factory=Store)
    bug: Bug = ""
    starts: list[Start] = field(default_factory=list[Start])
    seen: Counter[str] = field(default_factory=Counter[str])
    counted: int = 0

    @property
    def now(self) -> int:
        return self.store.now

    @property
    def thread(self) -> Thread:
        return self.store.thread

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def fresh(self, name: str) -> str:
        """An id that nothing else has."""
        self.counted += 1
        return f"{name}{self.counted}"

    def pass_time(self, seconds: float) -> None:
        self.store.now += int(seconds * 1000)
        for name, due in timers(self.thread).items():
            if due <= self.now:
                id = f"{name}@{due}"
                self.store.append(TimerFired(id=id, at=self.now, actor="clock", name=name, due=due))
