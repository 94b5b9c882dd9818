"""Status: where a thread stands, in one word and one phrase, for whoever looks from outside."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from bot.core import deciders
from bot.core.outbox import Approval, Hold, UnknownOutcome, Waiting, pending
from bot.core.thread import Previewing, Ready, Saying, Sleeping, Started, Thinking, Thread

# `dead` is the engine's word: it could not go on with the thread. The log can tell in one case only: it cannot be read.
StatusPhase = Literal[
    "thinking",
    "running",
    "waiting_for_human",
    "waiting_for_time",
    "resting",
    "paused",
    "cancelled",
    "dead",
]


def phase(thread: Thread) -> StatusPhase:
    """What the thread as a whole is doing. What moves by itself comes before what waits for somebody."""
    if thread.unreadable:
        return "dead"
    if thread.paused or thread.newer:
        return "paused"
    if isinstance(thread.turn, Thinking):
        return "thinking"
    if any(isinstance(call.phase, Previewing | Ready | Started | Saying) for call in thread.calls):
        return "running"
    if pending(thread):
        return "waiting_for_human"
    if _wakes_at(thread) is not None:
        return "waiting_for_time"
    return "cancelled" if thread.cancelled else "resting"


def waiting_for(thread: Thread) -> str:
    """What the thread waits for, in one short phrase; empty: for nothing."""
    where = phase(thread)
    if where == "dead":
        return f"somebody who can read event {thread.unreadable}"
    if thread.newer:
        return "workers of a newer version of the bot"
    if where == "paused":
        return "somebody who resumes it"
    if where == "waiting_for_human":
        return "; ".join(_asks(waiting) for waiting in pending(thread))
    if isinstance(thread.turn, Thinking) and thread.turn.retry_at is not None:
        return f"the model, asked again at {_moment(thread.turn.retry_at)}"
    wakes_at = _wakes_at(thread)
    return "" if wakes_at is None else _moment(wakes_at)


def _asks(waiting: Waiting) -> str:
    match waiting:
        case Approval(tool=tool):
            return f"approval of {tool} by {deciders.by_whom(waiting)}"
        case UnknownOutcome(tool=tool, asked=asked):
            return f"word from {_people(asked)} whether {tool} happened"
        case Hold(why=why, asked=asked):
            return f"word from {_people(asked)} on how to go on ({why})"
        case _:
            return f"an answer from {_people(waiting.asked)}"


def _people(names: tuple[str, ...]) -> str:
    return " or ".join(names) or "nobody"


def _wakes_at(thread: Thread) -> int | None:
    return min(
        (call.phase.until for call in thread.calls if isinstance(call.phase, Sleeping)),
        default=None,
    )


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%d %H:%M:%SZ}"
