"""Calls: the table of phases for one call. What is not in it leaves the call as it is."""

from __future__ import annotations

from typing import assert_never

from bot.core import deputies
from bot.core.events import (
    CallVoided,
    OutcomeUnknown,
    Previewed,
    PreviewRefused,
    StepDecided,
    ToolEnded,
    ToolStarted,
)
from bot.core.frozen import replace
from bot.core.thread import (
    PREVIEWING,
    READY,
    SAYING,
    Asked,
    Call,
    Closed,
    Outcome,
    Phase,
    Previewing,
    Ready,
    Sleeping,
    Started,
    Thread,
)
from bot.core.values import Proposal

# Copying a blank call costs a third of constructing one.
_BLANK = Call("", 0, 0, Proposal(kind="nothing", tool=""), Closed("said"))
LONGEST_WAIT_SECONDS = 10 * 366 * 86_400
Move = Previewed | PreviewRefused | ToolStarted | ToolEnded | OutcomeUnknown | CallVoided


def new(thread: Thread, event: StepDecided, index: int, proposal: Proposal) -> Call:
    """A call of this step, named by what the step had seen and its place in it."""
    name = f"{thread.id}-{event.seen}-{index}"
    phase = begin(proposal, event.at)
    return replace(_BLANK, id=name, step=event.seen, index=index, proposal=proposal, phase=phase)


def begin(proposal: Proposal, at: int) -> Phase:
    """The first phase of a call that the model has just chosen."""
    if proposal.beyond:
        return Closed("voided", f"Not done: {proposal.beyond}.")
    match proposal.kind:
        case "read" | "write":
            return READY
        case "gated":
            return PREVIEWING
        case "question" | "limit":
            return Asked("question", until=_deadline(proposal.deadline_seconds, at))
        case "await":
            return Sleeping(wake_at(proposal, at))
        case "say":
            return SAYING
        case "stand_by":
            return SAYING if proposal.arguments.get("message") else Closed("said")
        case "nothing":
            return Closed("said")
        case "withdraw":
            return Closed("returned")
        case _:
            assert_never(proposal.kind)


def wake_at(proposal: Proposal, at: int) -> int:
    """When an `await` ends, in ms since the epoch: `until` (already in ms) or `seconds` from `at`."""
    until, seconds = proposal.arguments.get("until"), proposal.arguments.get("seconds")
    if isinstance(until, int):
        return until
    if (
        isinstance(seconds, int | float) and seconds > 0
    ):  # Not so for NaN, which no model should send.
        return at + int(min(seconds, LONGEST_WAIT_SECONDS) * 1000)
    return at


def move(call: Call, event: Move) -> Call:
    """The call after a fact about it. Matched by the event's tag, as in the reducer, and for the same reason."""
    match event.type:
        case "ToolEnded" if _ends(call, event.n) and not _is_overtaken(call, event):
            return close(call, event.outcome, event.error)
        case "ToolStarted" if event.n == call.n and call.proposal.kind != "read":
            return _started(call, event)
        case "OutcomeUnknown" if isinstance(call.phase, Started) and event.n == call.n:
            return replace(call, phase=Asked("unknown"), version=call.version + 1, anew="")
        case "Previewed" | "PreviewRefused" if isinstance(call.phase, Previewing):
            return _previewed(call, event) if event.version == call.version else call
        case "CallVoided" if event.version == call.version and _can_be_voided(call):
            return _voided(call, event)
        case _:
            return call


def _started(call: Call, event: ToolStarted) -> Call:
    """The first run makes a ready call start; a further one repeats an idempotent call that was found started."""
    match call.phase:
        case Ready() if event.run == 1:
            return replace(call, phase=Started(), begun=event.n, runs=1, started_at=event.at)
        case Started(run) if event.run == run + 1 and call.proposal.idempotent:
            return replace(call, phase=Started(event.run), runs=event.run, started_at=event.at)
        case _:
            return call


def _previewed(call: Call, event: Previewed | PreviewRefused) -> Call:
    if event.type == "PreviewRefused":
        return end(call, "failed", event.reason)
    until = _deadline(event.card.deadline_seconds, event.at)
    told = deputies.with_it(event.card, event.at) if event.card.deputies else ()
    return replace(call, card=event.card, phase=Asked("approval", until=until, told=told))


def _can_be_voided(call: Call) -> bool:
    match call.phase:
        case Ready():
            return True
        case Asked(about):
            return about == "approval"
        case _:
            return False


def _ends(call: Call, n: int) -> bool:
    """A read ends its only try; a claimed try ends wherever the call has got to since, for a late truth is a truth."""
    match call.phase:
        case Closed():
            return False
        case Ready() if call.proposal.kind == "read":
            return n == call.n
        case _:
            return n == call.begun > 0


def _is_overtaken(call: Call, event: ToolEnded) -> bool:
    """A failed run says nothing about a later one of the same idempotent call, however that came out."""
    return event.outcome == "failed" and event.run < call.runs


def _voided(call: Call, event: CallVoided) -> Call:
    if event.then == "close":
        return end(call, "voided", event.reason)
    gated = call.proposal.model_copy(update={"kind": "gated"})
    return replace(anew(call, event.reason), proposal=gated)


def anew(call: Call, reason: str) -> Call:
    """The call, asked about anew under a card of its own, though nobody changed anything in it."""
    again = call.version + 1
    return replace(call, phase=PREVIEWING, version=again, approved=(), granted=None, anew=reason)


def fire(call: Call, at: int) -> Call:
    """The call after its own timer: a question or approval that nobody decided, or a wait that is over."""
    match call.phase:
        case Asked(until=int(until)) if at >= until:
            return end(call, "expired")
        case Sleeping(until) if at >= until:
            return close(call, "elapsed")
        case _:
            return call


def forked(call: Call) -> Call:
    """The call in a child: nothing of the parent's is run, asked or retried there."""
    match call.phase:
        case Closed():
            return call
        case _ if call.begun:
            return close(call, "unknown_in_parent")
        case _:
            return close(call, "voided")


def close(call: Call, outcome: Outcome, text: str = "", by: str = "") -> Call:
    """The call, over."""
    return replace(call, phase=Closed(outcome, text, by), open=False)


def end(call: Call, outcome: Outcome, text: str = "", by: str = "") -> Call:
    """The call, over; but a second try that comes to nothing leaves open what became of the first."""
    if not call.begun:
        return close(call, outcome, text, by)
    quote = f"{by}: {text}" if by and text else call.quote
    return replace(unsettled(call), quote=quote, anew=_not_again(outcome, text, by))


def unsettled(call: Call) -> Call:
    """The call, of whose last try nobody knows how it ended: a human is asked again."""
    phase, again = Asked("unknown"), call.version + 1
    return replace(call, phase=phase, n=call.begun, version=again, anew="")


def _not_again(outcome: Outcome, text: str, by: str) -> str:
    """Why a second try came to nothing."""
    match outcome:
        case "denied" | "withdrawn":
            return f"{by} did not let it be tried again"
        case "expired":
            return "nobody let it be tried again in time"
        case _:
            return f"it could not be tried again: {text}"


def _deadline(seconds: int | None, at: int) -> int | None:
    return None if seconds is None else at + seconds * 1000
