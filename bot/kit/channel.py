"""Channel: the port by which a message leaves. Channels deliver and translate; they decide nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bot.core.events import Event
from bot.core.outbox import Outgoing
from bot.core.thread import Thread
from bot.core.values import Address


class Undeliverable(Exception):
    """The channel refuses this message for good; anything else it raises is tried again."""


class Channel(Protocol):
    """One medium."""

    async def find(self, address: Address, key: str) -> str | None:
        """The receipt of a message that may have been sent before; None: not there, or it cannot be looked up."""
        ...

    async def send(self, address: Address, message: Outgoing) -> str:
        """Deliver, and return the channel's receipt. Raises `Undeliverable`."""
        ...

    async def tell(self, address: Address, person: str, text: str) -> None:
        """Tell one person something, best effort: why their verdict did not count."""
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as its channel has it, or `why` it cannot be had, in one sentence."""

    name: str
    type: str
    size: int
    content: bytes = b""
    why: str = ""


@runtime_checkable
class Readable(Protocol):
    """A medium whose messages come with files."""

    async def fetch(self, file: str) -> Fetched:
        """The file of this name, or why it cannot be had. Raises OSError where it may be had later."""
        ...


@runtime_checkable
class Dated(Protocol):
    """A medium whose own clock dates all that is written in it."""

    def written(self, receipt: str) -> int:
        """When the message of this receipt was written, in milliseconds since the epoch."""
        ...


@dataclass(frozen=True, slots=True)
class Changed:
    """Who changed a message that had asked, or took it back."""

    by: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Fate:
    """What has become of a card: its thread `now`, since when that is so, and the thread `then`, as the card showed it.

    `decided` is when the approval that counts was given; 0 where there is none. `changed` is what became of the messages that asked
    since the call was chosen, while it waits for approval. `halted` says by whom and why nothing begins there now; empty: nothing is halted.
    """

    now: Thread
    since: int
    then: Thread
    decided: int = 0
    changed: tuple[Changed, ...] = ()
    halted: str = ""


@runtime_checkable
class Changing(Protocol):
    """A medium whose messages can be changed after they were sent."""

    async def change(self, receipt: str, key: str, fate: Fate) -> None:
        """Make the card that was sent under this key say what has become of its request; what it asked stays as it was."""
        ...


@runtime_checkable
class Explaining(Protocol):
    """A medium that itself tells people why what they decided did not count, in some of the places where they can."""

    def explains(self, given: Address, thread: Address) -> bool:
        """Whether it does so for a verdict that was given there on something of this thread; then nobody else has to."""
        ...


@runtime_checkable
class Showing(Protocol):
    """A medium that shows, beside its messages, whether a thread is worked on; best effort, and never waited for."""

    def show(self, thread: Thread, events: Sequence[Event]) -> None:
        """Begin to show what the thread is doing as these events leave it."""
        ...

    def leave(self, thread: Thread) -> None:
        """Begin to show that nobody works on the thread for now, whatever it was doing."""
        ...

    async def settled(self) -> None:
        """End what is under way, within a few seconds; for when the process stops."""
        ...
