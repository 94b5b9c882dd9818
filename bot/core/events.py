"""Events: facts on a thread's log, past tense, frozen; the only thing that is ever stored.

`id` is the identity at the source, `at` (ms since the epoch) is the store's, `actor` is a person's alias or a part's name.
"""

from __future__ import annotations

from typing import Literal, final

from pydantic import JsonValue

from bot.core.house import DayReached, Halted, Lifted
from bot.core.said import CronTicked, MessageNoted, MessageReceived, Verdict, VerdictRefused
from bot.core.slots import ScheduleFared, ScheduleSet, SlotsSettled
from bot.core.values import (
    Address,
    Base,
    Card,
    Deputy,
    Limits,
    Picture,
    Proposal,
    Usage,
)  # fmt: skip

UNREADABLE = "Unreadable"  # The type of a stored row that is no event at all.


class StepDecided(Base):
    """The next step, by the model or prefetch, from the head `seen`; `request` digests what `model` was sent.

    It `took` so many milliseconds; 0 where nobody measured, for no limit asks for it.
    `apart` are those of the `asked` whom the thread's own place does not reach. A step whose calls name askers has a form of its own: code
    that knows none would take their approvals.
    """

    type: Literal["StepDecided"] = "StepDecided"
    v: Literal[1, 2] = 1  # type: ignore[assignment]  # as with a verdict that grants
    seen: int
    calls: tuple[Proposal, ...]
    text: str = ""
    agent: str = ""
    model: str = ""
    request: str = ""
    limits: Limits = Limits()
    asked: tuple[str, ...] = ()
    apart: tuple[Deputy, ...] = ()
    usage: Usage = Usage()
    took: int = 0


class DecideFailed(Base):
    """The model gave no step. Transient: asked again after `retry_in` milliseconds, or `instead` of it another model."""

    type: Literal["DecideFailed"] = "DecideFailed"
    seen: int
    kind: Literal["transient", "malformed", "refusal", "permanent"]
    reason: str
    retry_in: int = 0
    instead: str = ""
    model: str = ""
    request: str = ""
    usage: Usage = Usage()
    took: int = 0


class Previewed(Base):
    """What a gated call would do, read and laid out for its approvers."""

    type: Literal["Previewed"] = "Previewed"
    call: str
    version: int
    card: Card


class PreviewRefused(Base):
    """The preview says that the call cannot be done: this goes back to the model and disturbs nobody."""

    type: Literal["PreviewRefused"] = "PreviewRefused"
    call: str
    version: int
    reason: str


class ToolStarted(Base):
    """The claim: permission to act, once. `n` counts humans' orders, `run` repetitions of an idempotent call."""

    type: Literal["ToolStarted"] = "ToolStarted"
    call: str
    n: int
    run: int = 1


class ToolEnded(Base):
    """What came out. A result too large to carry is cut; the whole is the blob `ref` of `size` characters."""

    type: Literal["ToolEnded"] = "ToolEnded"
    call: str
    n: int
    run: int = 1
    outcome: Literal["returned", "failed"]
    result: JsonValue = None
    error: str = ""
    ref: str = ""
    size: int = 0
    picture: Picture | None = None


class OutcomeUnknown(Base):
    """The call was claimed and nobody knows how it ended."""

    type: Literal["OutcomeUnknown"] = "OutcomeUnknown"
    call: str
    n: int


class CallVoided(Base):
    """What was approved is no longer what would run: ask anew, or close it where nothing is left to ask about."""

    type: Literal["CallVoided"] = "CallVoided"
    call: str
    version: int
    reason: str
    then: Literal["preview", "close"] = "preview"


class TimerFired(Base):
    """A timer that this thread wanted came due."""

    type: Literal["TimerFired"] = "TimerFired"
    name: str
    due: int


class Delivered(Base):
    """The channel took the message. The receipt is the channel's own, and so is the time it was `written`, where it has one."""

    type: Literal["Delivered"] = "Delivered"
    key: str
    receipt: str = ""
    written: int | None = None


class DeliveryFailed(Base):
    """The channel refused the message for good."""

    type: Literal["DeliveryFailed"] = "DeliveryFailed"
    key: str
    reason: str


class Bounced(Base):
    """What went out under this key was taken and came back: `person` does not have it (empty: nobody can say who of several). It decides nothing.

    In its first form a card that stood somewhere counted as shown nowhere until its next address took it.
    """

    type: Literal["Bounced"] = "Bounced"
    v: Literal[1, 2] = 1  # type: ignore[assignment]  # this has a second form, as a step has
    key: str
    person: str = ""
    reason: str = ""


class Paused(Base):
    """All effects are stopped, by a human or by an engine that failed too often; folding goes on."""

    type: Literal["Paused"] = "Paused"
    reason: str = ""


class Resumed(Base):
    """A human let the effects go on."""

    type: Literal["Resumed"] = "Resumed"


class Cancelled(Base):
    """A human ended the work; a later message wakes the thread."""

    type: Literal["Cancelled"] = "Cancelled"
    reason: str = ""


class Compacted(Base):
    """The first `upto` events are rendered as this summary from now on."""

    type: Literal["Compacted"] = "Compacted"
    upto: int
    summary: str


class Forked(Base):
    """The log so far is a copy of its parent's first `head` events; from here on it is a thread of its own, at `address`."""

    type: Literal["Forked"] = "Forked"
    parent: str
    head: int
    address: Address | None = None


@final
class Unknown(Base):
    """An event this version of the code cannot read: kept as it came, and told by its type what it may have been."""

    type: str
    v: int = 0  # type: ignore[assignment]  # the one class whose version is somebody else's
    raw: str


Known = (
    MessageReceived | MessageNoted | CronTicked | StepDecided | DecideFailed | Previewed | PreviewRefused
    | Verdict | VerdictRefused | ToolStarted | ToolEnded | OutcomeUnknown | CallVoided | TimerFired
    | Delivered | DeliveryFailed | Bounced | Paused | Resumed | Cancelled | Halted | Lifted | DayReached | SlotsSettled
    | ScheduleSet | ScheduleFared | Compacted | Forked
)  # fmt: skip
Event = Known | Unknown
OURS = frozenset(
    {
        "StepDecided", "DecideFailed", "Previewed", "PreviewRefused", "ToolStarted", "ToolEnded", "OutcomeUnknown", "CallVoided",
        "Compacted", "Delivered", "DeliveryFailed", "VerdictRefused", "Halted", "DayReached",
    }
)  # fmt: skip
"""What whoever works on a thread records; anything else comes in from outside."""
