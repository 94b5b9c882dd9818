"""Verdicts: what a human's word makes of one call, be it an approval, an answer, a remark or a stop."""

from __future__ import annotations

from typing import assert_never

from bot.core import approvals, calls, deputies
from bot.core.events import Verdict
from bot.core.frozen import replace
from bot.core.thread import (
    PREVIEWING,
    READY,
    Asked,
    Call,
    Closed,
    Previewing,
    Ready,
    Saying,
    Sleeping,
    Started,
)
from bot.core.visible import on_one_line, shortened


def decide(call: Call, verdict: Verdict) -> Call:
    """The call after a verdict on its approval that counts."""
    match verdict.word, call.phase:
        case "approve", Asked(votes=votes):
            return _vote(call, (*votes, verdict.actor))
        case "edit", _:
            return _edited(call, verdict)
        case _:
            approver = deputies.may_decide(call.card, verdict.actor, verdict.at)
            word = "denied" if approver else "withdrawn"
            return calls.end(call, word, verdict.text, verdict.actor)


def _vote(call: Call, votes: tuple[str, ...]) -> Call:
    assert isinstance(call.phase, Asked), "only what is asked is voted on"
    assert call.card is not None, "a call is asked about only after its preview"
    if len(votes) < call.card.quorum:
        return replace(call, phase=replace(call.phase, votes=votes))
    return replace(call, phase=READY, open=False, approved=votes)


def _edited(call: Call, verdict: Verdict) -> Call:
    arguments = {**call.proposal.arguments, **verdict.arguments}
    proposal = call.proposal.model_copy(update={"arguments": arguments})
    editors = (*call.editors, verdict.actor)
    return replace(
        call,
        proposal=proposal,
        editors=editors,
        first=call.first or call.proposal,
        approved=(),
        granted=None,
        anew="",
        phase=PREVIEWING,
        version=call.version + 1,
    )


def answer(call: Call, text: str, by: str) -> Call:
    """A question answered: with the choice that the text names, or with the text itself."""
    named = approvals.pick(call, text)
    if isinstance(call.phase, Asked) and call.phase.about == "unknown":
        return _resolved(call, named, by)
    return calls.close(call, "answered", named or text, by)


def _resolved(call: Call, word: str | None, by: str) -> Call:
    match word:
        case approvals.RETRY if call.proposal.kind == "gated" and not call.approved:
            # It was edited or voided since it began: what would run now is not what was approved then.
            again = call.version + 1
            call = replace(call, n=call.n + 1, open=False, anew="")
            return replace(call, phase=PREVIEWING, version=again)
        case approvals.RETRY:
            # A grant was for the first try: the second one runs by the word of whoever orders it.
            approved = (by,) if call.granted else call.approved
            again = replace(call, phase=READY, n=call.n + 1, open=False, anew="")
            return replace(again, approved=approved, granted=None)
        case approvals.HAPPENED:
            return calls.close(call, "happened", "", by)
        case _:
            return calls.close(call, "gave_up", "", by)


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
            return calls.close(call, "voided")
        case Asked("approval"):
            return _reissued(replace(call, phase=PREVIEWING), quote)
        case Asked():
            anew = Asked(call.phase.about, call.phase.until, call.phase.votes)
            return _reissued(replace(call, phase=anew), quote)
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
            return replace(calls.unsettled(call), open=True)
        case _:
            return calls.close(call, "voided")


def titled(call: Call) -> str:
    """The name of a request, and shortly what it asks."""
    asks = (
        str(call.proposal.arguments.get("question", "")) if call.proposal.kind == "question" else ""
    )
    return f"{call.request} ({shortened(on_one_line(asks or call.proposal.tool), 60)})"
