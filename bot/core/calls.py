"""Calls: the table of phases for one call. What is not in it leaves the call as it is."""

from __future__ import annotations

from typing import assert_never

from bot.core import approvals
from bot.core.events import (
    CallVoided,
    OutcomeUnknown,
    Previewed,
    PreviewRefused,
    StepDecided,
    ToolEnded,
    ToolStarted,
    Verdict,
)
from bot.core.frozen import replace
from bot.core.thread import (
    Asked,
    Call,
    Closed,
    Outcome,
    Phase,
    Previewing,
    Ready,
    Saying,
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
    return replace(
        _BLANK,
        id=f"{thread.id}-{event.seen}-{index}",
        step=event.seen,
        index=index,
        proposal=proposal,
        phase=begin(proposal, event.at),
    )


def begin(proposal: Proposal, at: int) -> Phase:
    """The first phase of a call that the model has just chosen."""
    match proposal.kind:
        case "read" | "write":
            return Ready()
        case "gated":
            return Previewing()
        case "question" | "limit":
            return Asked("question", until=_deadline(proposal.deadline_seconds, at))
        case "await":
            return Sleeping(wake_at(proposal, at))
        case "say":
            return Saying()
        case "stand_by":
            return Saying() if proposal.arguments.get("message") else Closed("said")
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
    """The call after a fact about it."""
    match call.phase, event:
        case Previewing(), Previewed(version=version, card=card) if version == call.version:
            until = _deadline(card.deadline_seconds, event.at)
            return replace(call, card=card, phase=Asked("approval", until=until))
        case Previewing(), PreviewRefused(version=version) if version == call.version:
            return close(call, "failed", event.reason)
        case Ready(), ToolStarted(n=n, run=1) if n == call.n and call.proposal.kind != "read":
            return replace(call, phase=Started(), begun=n, started_at=event.at)
        case Started(run), ToolStarted(n=n) if (n, event.run) == (
            call.n,
            run + 1,
        ) and call.proposal.idempotent:
            return replace(call, phase=Started(event.run), started_at=event.at)
        case _, ToolEnded(n=n) if _ends(call, n):
            return replace(call, phase=Closed(event.outcome, event.error), open=False)
        case Started(), OutcomeUnknown(n=n) if n == call.n:
            return replace(call, phase=Asked("unknown"), version=call.version + 1)
        case Ready() | Asked("approval"), CallVoided(version=version) if version == call.version:
            return _voided(call, event)
        case _:
            return call


def _ends(call: Call, n: int) -> bool:
    """A read ends its only try; a claimed try ends wherever the call has got to since, for a late truth is a truth."""
    match call.phase:
        case Closed():
            return False
        case Ready() if call.proposal.kind == "read":
            return n == call.n
        case _:
            return n == call.begun > 0


def _voided(call: Call, event: CallVoided) -> Call:
    if event.then == "close":
        return close(call, "voided", event.reason)
    gated = call.proposal.model_copy(update={"kind": "gated"})
    return replace(call, phase=Previewing(), version=call.version + 1, proposal=gated)


def decide(call: Call, verdict: Verdict) -> Call:
    """The call after a verdict that counts."""
    match verdict.word, call.phase:
        case "approve", Asked(votes=votes):
            return _vote(call, (*votes, verdict.actor))
        case "deny", _:
            approver = call.card is not None and verdict.actor in call.card.approvers
            return close(call, "denied" if approver else "withdrawn", verdict.text, verdict.actor)
        case "edit", _:
            return _edited(call, verdict)
        case "answer", Asked("unknown"):
            return _resolved(call, verdict)
        case _:
            return answered(call, verdict.text, verdict.actor)


def _vote(call: Call, votes: tuple[str, ...]) -> Call:
    assert isinstance(call.phase, Asked), "only what is asked is voted on"
    assert call.card is not None, "a call is asked about only after its preview"
    if len(votes) < call.card.quorum:
        return replace(call, phase=replace(call.phase, votes=votes))
    return replace(call, phase=Ready(), open=False, approved=votes)


def _edited(call: Call, verdict: Verdict) -> Call:
    arguments = {**call.proposal.arguments, **verdict.arguments}
    proposal = call.proposal.model_copy(update={"arguments": arguments})
    editors = (*call.editors, verdict.actor)
    return replace(
        call, proposal=proposal, editors=editors, phase=Previewing(), version=call.version + 1
    )


def _resolved(call: Call, verdict: Verdict) -> Call:
    match approvals.pick(call, verdict.text):
        case approvals.RETRY:
            return replace(call, phase=Ready(), n=call.n + 1, open=False)
        case approvals.HAPPENED:
            return close(call, "happened", "", verdict.actor)
        case _:
            return close(call, "gave_up", "", verdict.actor)


def answered(call: Call, text: str, by: str) -> Call:
    """A question answered: with the choice that the text names, or with the text itself."""
    return close(call, "answered", approvals.pick(call, text) or text, by)


def fire(call: Call, at: int) -> Call:
    """The call after its own timer: a question or approval that nobody decided, or a wait that is over."""
    match call.phase:
        case Asked(until=int(until)) if at >= until:
            return close(call, "expired")
        case Sleeping(until) if at >= until:
            return close(call, "elapsed")
        case _:
            return call


def interrupted(call: Call, quote: str) -> Call:
    """The call after a human spoke: the unstarted is void, a request stays under a new version, the started goes on.

    A try that a human ordered after an unknown outcome and that has not begun goes back to being unknown: words
    neither settle what may have happened nor let it happen again.
    """
    match call.phase:
        case Ready() if call.n > 1:
            back = replace(call, phase=Asked("unknown"), n=call.n - 1)
            return _reissued(back, quote)
        case Previewing() if call.version > 1:
            return _reissued(call, quote)
        case Previewing() | Ready() | Sleeping() | Saying():
            return close(call, "voided")
        case Asked("approval"):
            return _reissued(replace(call, phase=Previewing()), quote)
        case Asked():
            return _reissued(replace(call, phase=replace(call.phase, shown=None, copy=0)), quote)
        case Started() | Closed():
            return call
        case _:
            assert_never(call.phase)


def _reissued(call: Call, quote: str) -> Call:
    return replace(call, version=call.version + 1, open=True, quote=quote or call.quote)


def cancelled(call: Call) -> Call:
    """The call after a cancellation: what is under way or may have happened stays; all else is void."""
    match call.phase:
        case Started() | Closed() | Asked("unknown"):
            return replace(call, open=isinstance(call.phase, Asked))
        case _ if (
            call.begun
        ):  # A second try that was ordered: the first one's outcome is still unknown.
            return _reissued(replace(call, phase=Asked("unknown"), n=call.begun), "")
        case _:
            return close(call, "voided")


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


def _deadline(seconds: int | None, at: int) -> int | None:
    return None if seconds is None else at + seconds * 1000
