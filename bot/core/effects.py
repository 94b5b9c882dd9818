"""Effects: what the world must do next, in the imperative; a function of what is so and of nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core import steps
from bot.core.thread import (
    Asked,
    Call,
    Previewing,
    Ready,
    Refusal,
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


Effect = Decide | Preview | Run | Doubt | Send | Refuse


def next_effects(thread: Thread) -> tuple[Effect, ...]:
    """Everything that is to be done now; empty: the thread waits or rests."""
    if thread.is_closed_to_us:
        return ()
    doubts = tuple(Doubt(call.id, call.n) for call in thread.calls if _in_doubt(call))
    if thread.paused:
        return doubts
    return (
        *doubts,
        *(Refuse(refusal) for refusal in thread.refusals),
        *(Send(notice.key) for notice in thread.notices),
        *(Send(delivery_key(call)) for call in thread.calls if _is_owed(thread, call)),
        *(
            Preview(call.id, call.version)
            for call in thread.calls
            if isinstance(call.phase, Previewing)
        ),
        *_reads(thread.calls),
        *_writes(thread.calls)[:1],
        *_decides(thread),
    )


def _in_doubt(call: Call) -> bool:
    return isinstance(call.phase, Started) and not call.proposal.idempotent


def _is_owed(thread: Thread, call: Call) -> bool:
    """A card that every address refused is owed no more: `bot pending` has it."""
    match call.phase:
        case Saying():
            return True
        case Asked(shown=None, copy=copy):
            return copy < len(thread.addresses)
        case _:
            return False


def _reads(of: tuple[Call, ...]) -> tuple[Run, ...]:
    return tuple(
        Run(call.id, call.n, 1, claim=False)
        for call in of
        if isinstance(call.phase, Ready) and call.proposal.kind == "read"
    )


def _writes(of: tuple[Call, ...]) -> tuple[Run, ...]:
    """What changes the world goes one by one, in the order proposed."""
    return tuple(run for call in of if (run := _write(call, of)) is not None)


def _write(call: Call, of: tuple[Call, ...]) -> Run | None:
    match call.phase:
        case Started(run) if call.proposal.idempotent:
            return Run(call.id, call.n, run + 1, claim=True)
        case Ready() if call.proposal.kind != "read" and steps.in_turn(call, of):
            return Run(call.id, call.n, 1, claim=True)
        case _:
            return None


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
            case Asked(until=int(until)):
                wanted[call.request] = until
            case Sleeping(until):
                wanted[call.id] = until
            case _:
                pass
    if isinstance(thread.turn, Thinking) and thread.turn.retry_at is not None:
        wanted["retry"] = thread.turn.retry_at
    return wanted
