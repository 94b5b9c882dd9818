"""The store: threads' logs, who may work on them, and when to look again. `commit` says what an append promises."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.engine.commit import Append, Lease, Outcome, Row, Timer
from bot.engine.letters import Letter


class TooFewReplicas(Exception):
    """A claim is written, but too few replicas hold it: what it permits must not start."""

    def __init__(self, wanted: int, reached: int) -> None:
        super().__init__(f"a claim reached {reached} replicas in time, {wanted} are required")


class WrongKey(Exception):
    """Under a name of the engine's lies another type of value than the engine put there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the indexes should say of a thread whose log has `head` events; `has_work`: somebody is to look at it."""

    thread: str
    head: int
    timers: Mapping[str, int]
    has_work: bool


class Store(Protocol):
    """The port. One instance is one worker's identity; every instance sees the same threads."""

    async def open(self) -> None: ...

    async def close(self) -> None:
        """Leaves: every lease still held, even one whose `take` was given up, goes to others at once."""
        ...

    async def now(self) -> int:
        """The store's time in ms since the epoch, which stamps events and decides what is due."""
        ...

    async def append(self, commit: Append) -> Outcome: ...

    async def read(self, thread: str, start: int = 0) -> list[Row]: ...

    async def blob(self, thread: str, ref: str) -> bytes | None: ...

    async def take(self, count: int, wait_seconds: float) -> list[Lease]:
        """At most `count` threads that have work and no worker; waits for the first."""
        ...

    async def reclaim(self, count: int) -> list[Lease]:
        """At most `count` threads whose worker let its lease lapse."""
        ...

    async def renew(self, leases: Iterable[Lease]) -> list[Lease]:
        """The heartbeat: those of the leases that are still held, their time begun anew."""
        ...

    async def release(self, lease: Lease) -> None:
        """Hands a thread to the next worker at once; nothing happens if the lease is lost."""
        ...

    async def due(self, limit: int) -> list[Timer]:
        """Timers whose time has come; listing does not fire them."""
        ...

    async def fire(self, timer: Timer, event: bytes | None) -> Outcome:
        """Turns a due timer into an event, or only wakes, once; `Known` if it is gone, replaced or fired."""
        ...

    async def hasten(self, name: str, at_once: int = 0, each_ms: int = 0) -> None:
        """Every timer of this name, on whatever thread, comes due now; with `each_ms` so many at once, and one more in each such time."""
        ...

    async def park(self, lease: Lease, letter: Letter) -> bool:
        """Lets go of a thread that could not be gone on with, and keeps the letter; nothing if the lease is lost.

        The thread is woken at `letter.again`, else by the next arrival, at once if one came since `letter.head`.
        Coming to rest takes the letter away.
        """
        ...

    async def bury(self, letter: Letter, timer: Timer | None = None) -> None:
        """Keeps a letter about what has no lease, and takes away the timer that it is about."""
        ...

    async def letters(self) -> list[Letter]:
        """Every letter, the latest first."""
        ...

    async def letter(self, id: str) -> Letter | None: ...

    async def revive(self, letter: Letter) -> None:
        """Forgets the letter and wakes its thread, for as many tries as at first."""
        ...

    async def threads(self) -> list[tuple[str, int]]:
        """Every thread of the index with the time of its last event in ms, latest first."""
        ...

    async def logged(self) -> list[str]:
        """Every thread that has a log, looked up without the index: slow, for a rebuild."""
        ...

    async def restore(self, entry: Entry) -> bool:
        """Writes a thread's indexes anew from what its log says; False: the log has moved, nothing is written."""
        ...

    async def sound(self) -> list[str]:
        """Deletes every index that is of another type than the engine makes it, and names it."""
        ...

    async def alias(self, address: str, thread: str) -> str:
        """The thread this address belongs to: the first that was ever named for it."""
        ...

    async def resolve(self, address: str) -> str | None: ...

    async def cursors(self, name: str) -> dict[str, str]:
        """How far each place of a medium was read. Where they are lost, more is read than need be."""
        ...

    async def move_cursors(self, name: str, cursors: Mapping[str, str]) -> None: ...

    async def prune(self, idle_seconds: float) -> None:
        """Forgets workers that hold nothing and were not heard of for so long."""
        ...
