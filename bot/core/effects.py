"""Effects: what the world must do next, in the imperative; a function of what is so and of nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core import addresses, deputies, ladder, steps
from bot.core.names import for_person
from bot.core.owed import Refusal
from bot.core.thread import (
    Asked,
    Call,
    Closed,
    Previewing,
    Ready,
    Saying,
    Sleeping,
    Started,
    Thinking,
    Thread,
    delivery_key,
)


@dataclass(frozen=True, slots=True)
class Decide:
    """Ask the model for the next step; its answer counts only if nothing is heard after `seen`."""

    seen: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Make the card of this version."""

    call: str
    version: int


@dataclass(frozen=True, slots=True)
class Run:
    """Run the call: a read at once, anything else after a claim under this `n` and `run`."""

    call: str
    n: int
    run: int
    claim: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """Somebody started this and nobody here is running it: say that its outcome is unknown."""

    call: str
    n: int


@dataclass(frozen=True, slots=True)
class Send:
    """Deliver the message or card that goes by this key."""

    key: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """Record that a verdict did not count, and tell its author."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Announce:
    """Record that this thread is halted, so that whoever speaks in it is told once."""

    halt: str
    agent: str
    by: str
    reason: str


Effect = Decide | Preview | Run | Doubt | Send | Refuse | Announce


def next_effects(thread: Thread) -> tuple[Effect, ...]:
    """Everything that is to be done now; empty: the thread waits or rests."""
    if thread.is_closed_to_us:
        return ()
    doubts, sends, previews, reads, writes = [list[Effect]() for _ in range(5)]
    for call in thread.calls:
        match call.phase:
            case Closed():
                pass
            case Started(run) if call.proposal.idempotent and not thread.cancelled:
                writes.append(Run(call.id, call.n, run + 1, claim=True))
            case Started():
                doubts.append(Doubt(call.id, call.n))
            case Ready() if call.proposal.kind == "read":
                reads.append(Run(call.id, call.n, 1, claim=False))
            case Ready() if steps.in_turn(call, thread.calls):
                writes.append(_begin(call))
            case Previewing():
                previews.append(Preview(call.id, call.version))
            case Saying() | Asked():
                sends += [Send(key) for key in _owed(thread, call)]
            case _:
                pass
    if thread.paused:
        return tuple(doubts)
    said = [
        *[Refuse(refusal) for refusal in thread.refusals],
        *[Send(notice.key) for notice in thread.notices],
        *[Send(key) for call in thread.calls if (key := ladder.owed_key(call))],
    ]
    # What changes the world goes one by one, in the order proposed.
    return (*doubts, *said, *sends, *previews, *reads, *writes[:1], *_decides(thread))


def _owed(thread: Thread, call: Call) -> tuple[str, ...]:
    """Under which keys this message or card is still to be sent. One that every address refused is owed no more: `bot pending` has it."""
    match call.phase:
        case Asked(copy=copy) as phase if addresses.is_owed(phase) and copy < len(
            addresses.of(thread, call)
        ):
            return (delivery_key(call),)
        case Asked():
            late = deputies.late(call, thread.at)
            # Of two in whose place somebody may decide, each names them.
            return tuple(dict.fromkeys(for_person(call.request, each.person) for each in late))
        case _:
            return (delivery_key(call),)


def _begin(call: Call) -> Effect:
    """What changes the world runs after a claim; what runs under a grant is told first."""
    if call.granted and not call.granted.told:
        return Send(delivery_key(call))
    return Run(call.id, call.n, 1, claim=True)


def _decides(thread: Thread) -> tuple[Decide, ...]:
    match thread.turn:
        case Thinking(retry_at=None):
            return (Decide(thread.head),)
        case _:
            return ()


def timers(thread: Thread) -> Mapping[str, int]:
    """All the timers this thread wants, in milliseconds since the epoch; the commit writes the difference."""
    wanted: dict[str, int] = {}
    for call in thread.calls:
        match call.phase:
            case Asked(until=until):
                if until is not None:
                    wanted[call.request] = until
                if step := ladder.next_step(thread, call, call.reminders.upto):
                    wanted[ladder.timer(call)] = step.at
            case Sleeping(until):
                wanted[call.id] = until
            case _:
                pass
        if (begins := deputies.next_at(call, thread.at)) is not None:
            wanted[for_person(call.request, "")] = begins
    if isinstance(thread.turn, Thinking) and thread.turn.retry_at is not None:
        wanted["retry"] = thread.turn.retry_at
    return wanted
