"""Commits: what one append to a thread's log holds, and what the store answers.

The store deals in opaque bytes; what an event means is the reader's affair. There are four kinds of
append. An *arrival* comes from outside and is always accepted. A *fact* says what an effect did and is
accepted even from a worker that lost its lease. A *claim* is permission to act: it needs the lease and
a head equal to what was folded. So does *whole*: facts of which the later ones name the place that the
first is to take. A commit may also ask to *rest*, which needs the same and hands the lease back.

What is written when something does not hold:

- a claim, or facts that go as a whole: nothing at all; the answer is `Fenced` or `Moved`.
- events that ask to rest: the events are written, only the rest is refused with `Fenced` or `Moved`.
  The caller reads on from the head it folded and decides again; it appends nothing twice.
- a commit whose writer folded a log that is not there any more, since a power loss took its end: nothing
  at all; the answer is `Parted`. What it would say is about events that never were.
- timers of a commit whose lease is lost: not written, they were computed from an old fold. The thread
  is then awake, and whoever takes it computes them anew.

An error from the store means unknown, never not done. The same commit may be sent again under the same
id: `Known` says that it is written already.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["arrival", "fact", "claim", "whole"]
ARRIVAL_SEEN_SECONDS = 7 * 24 * 3600
"""How long a source may redeliver before the store forgets; the reader ignores what comes later."""
COMMIT_SEEN_SECONDS = 600
"""A client's resend comes within seconds; a worker that tries later reads the log first."""


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


@dataclass(frozen=True, slots=True)
class End:
    """Where a log ended when it was folded: how many events it had, and the stamp of the last one."""

    head: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """One commit: all of it or nothing, but for what the module's law says about rest and timers.

    `timers` is the difference: a name set to a time in ms, or to None where it must go. `blobs` are
    large results, written once: a reference that is there already keeps its first content. `copied`
    are another log's rows, which keep their times and stand before the events; they can only begin a
    log: where there is one, nothing is written and the answer is `Known`. `end` is what the writer has
    folded; one who folded nothing leaves it out. `beside` is another thread: whoever is told that this is
    written is told as well how that one's log ends, read after it.
    """

    thread: str
    kind: Kind
    id: str
    events: tuple[bytes, ...] = ()
    lease: Lease | None = None
    head: int | None = None
    end: End | None = None
    timers: Mapping[str, int | None] = field(default_factory=dict[str, int | None])
    blobs: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    rest: bool = False
    copied: tuple[Row, ...] = ()
    beside: str = ""

    def __post_init__(self) -> None:
        if (self.is_strict or self.rest) and (self.lease is None or self.head is None):
            message = "a claim, a whole, and coming to rest need a lease and the head folded"
            raise ValueError(message)
        if self.lease is not None and self.lease.thread != self.thread:
            raise ValueError(f"a lease on {self.lease.thread} can't write to {self.thread}")

    @classmethod
    def firing(cls, timer: Timer, event: bytes | None) -> "Append":
        """What a timer that comes due appends: its id makes a second firing inert."""
        events = () if event is None else (event,)
        return cls(thread=timer.thread, kind="arrival", id=timer.id, events=events)

    @property
    def is_strict(self) -> bool:
        """Whether nothing of it is written where lease or head do not hold."""
        return self.kind in ("claim", "whole")

    @property
    def seen_seconds(self) -> int:
        return ARRIVAL_SEEN_SECONDS if self.kind == "arrival" else COMMIT_SEEN_SECONDS


@dataclass(frozen=True, slots=True)
class Appended:
    """Written, and at rest if that was asked."""

    head: int
    at: int
    beside: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Written before: a redelivery, or one's own commit whose reply was lost."""

    head: int
    beside: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Fenced:
    """The lease is lost: neither claimed nor at rest."""

    head: int


@dataclass(frozen=True, slots=True)
class Moved:
    """The log has more than was folded: neither claimed nor at rest."""

    head: int


@dataclass(frozen=True, slots=True)
class Parted:
    """The log that was folded is not this one: nothing is written, and all is to be read anew."""

    head: int


Outcome = Appended | Known | Fenced | Moved | Parted
