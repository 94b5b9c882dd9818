"""The store: threads' logs, who may work on them, and when to look again.

The store deals in opaque bytes; what an event means is the reader's affair. There are three kinds of
append. An *arrival* comes from outside and is always accepted. A *fact* says what an effect did and is
accepted even from a worker that lost its lease. A *claim* is permission to act: it needs the lease and
a head equal to what was folded. A commit may also ask to *rest*, which needs the same and hands the
lease back.

What is written when something does not hold:

- a claim: nothing at all; the answer is `Fenced` or `Moved`.
- events that ask to rest: the events are written, only the rest is refused with `Fenced` or `Moved`.
  The caller reads on from the head it folded and decides again; it appends nothing twice.
- timers of a commit whose lease is lost: not written, they were computed from an old fold. The thread
  is then awake, and whoever takes it computes them anew.

An error from the store means unknown, never not done. The same commit may be sent again under the same
id: `Known` says that it is written already.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.engine.letters import Letter

Kind = Literal["arrival", "fact", "claim"]
ARRIVAL_SEEN_SECONDS = 7 * 24 * 3600
"""How long a source may redeliver before the store forgets; the reader ignores what comes later."""
COMMIT_SEEN_SECONDS = 600
"""A client's resend comes within seconds; a worker that tries later reads the log first."""


class TooFewReplicas(Exception):
    """A claim is written, but too few replicas hold it: what it permits must not start."""

    def __init__(self, wanted: int, reached: int) -> None:
        super().__init__(f"a claim reached {reached} replicas in time, {wanted} are required")


class WrongKey(Exception):
    """Under a name of the engine's lies another type of value than the engine put there."""


@dataclass(frozen=True, slots=True)
class Row:
    """One event as stored; `at` is the store's own time of the commit, in ms since the epoch."""

    at: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to be a thread's one worker; `entry` and `count` are the fence that proves it.

    `tries` counts how often the thread was given out since it last came to rest, this time included;
    handing a lease back unharmed does not count.
    """

    thread: str
    entry: str
    count: int
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Timer:
    """A name that comes due on a thread; firing it is an event. Without a name: the thread is only woken."""

    thread: str
    name: str
    at: int

    @property
    def id(self) -> str:
        return f"timer:{self.name}@{self.at}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """One commit: all of it or nothing, but for what the module's law says about rest and timers.

    `timers` is the difference: a name set to a time in ms, or to None where it must go. `blobs` are
    large results, written once: a reference that is there already keeps its first content. `copied`
    are another log's rows, which keep their times and stand before the events; they can only begin a
    log: where there is one, nothing is written and the answer is `Known`.
    """

    thread: str
    kind: Kind
    id: str
    events: tuple[bytes, ...] = ()
    lease: Lease | None = None
    head: int | None = None
    timers: Mapping[str, int | None] = field(default_factory=dict[str, int | None])
    blobs: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    rest: bool = False
    copied: tuple[Row, ...] = ()

    def __post_init__(self) -> None:
        if (self.kind == "claim" or self.rest) and (self.lease is None or self.head is None):
            raise ValueError("a claim, and coming to rest, need a lease and the head folded")
        if self.lease is not None and self.lease.thread != self.thread:
            raise ValueError(f"a lease on {self.lease.thread} can't write to {self.thread}")

    @classmethod
    def firing(cls, timer: Timer, event: bytes | None) -> "Append":
        """What a timer that comes due appends: its id makes a second firing inert."""
        events = () if event is None else (event,)
        return cls(thread=timer.thread, kind="arrival", id=timer.id, events=events)

    @property
    def seen_seconds(self) -> int:
        return ARRIVAL_SEEN_SECONDS if self.kind == "arrival" else COMMIT_SEEN_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the indexes should say of a thread whose log has `head` events; `has_work`: somebody is to look at it."""

    thread: str
    head: int
    timers: Mapping[str, int]
    has_work: bool


@dataclass(frozen=True, slots=True)
class Appended:
    """Written, and at rest if that was asked."""

    head: int
    at: int


@dataclass(frozen=True, slots=True)
class Known:
    """Written before: a redelivery, or one's own commit whose reply was lost."""

    head: int


@dataclass(frozen=True, slots=True)
class Fenced:
    """The lease is lost: neither claimed nor at rest."""

    head: int


@dataclass(frozen=True, slots=True)
class Moved:
    """The log has more than was folded: neither claimed nor at rest."""

    head: int


Outcome = Appended | Known | Fenced | Moved


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

    async def prune(self, idle_seconds: float) -> None:
        """Forgets workers that hold nothing and were not heard of for so long."""
        ...
