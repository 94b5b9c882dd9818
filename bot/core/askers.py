"""Askers: whose words led to a call, beside whoever began its thread: they do not approve it. Kept while the work goes on, fixed when it is proposed."""

from __future__ import annotations

from bot.core import approvals, meanings, words
from bot.core.codec import canonical
from bot.core.events import Event, MessageReceived, StepDecided
from bot.core.frozen import replace
from bot.core.thread import Call, Closed, Idle, Previewing, Thread, is_closed
from bot.core.values import Proposal
from bot.core.words import Approve, Deny

FORM = 2
"""The form of a step that names askers or calls that are not to be made: older code cannot read it, and lets nothing run that it would."""
_ACTS = ("gated", "write")  # A change that needs no approval now may need one when its turn comes.
_UNDECIDED = ("voided", "expired")


def standing(thread: Thread) -> tuple[str, ...]:
    """Who has asked so far for what is under way: nobody, where the thread is at rest with nothing open."""
    return () if _is_at_rest(thread) else thread.askers


def spoke(thread: Thread, event: MessageReceived) -> Thread:
    """The thread in which somebody said this to the bot. A word that decides, or that would, asks for nothing more."""
    so_far = standing(thread)
    asks = _asks(thread, event)
    if (asks or _is_at_rest(thread)) and event.actor not in so_far:
        so_far = (*so_far, event.actor)
    return replace(touched(thread, event.actor) if asks else thread, askers=so_far)


def touched(thread: Thread, person: str) -> Thread:
    """The thread in which this person said more: what they had asked for, they may not want any longer."""
    acts = [call for call in (*thread.calls, *thread.past) if call.proposal.kind in _ACTS]
    theirs = [call.id for call in acts if person in approvals.requesters(thread, call)]
    if not theirs:
        return thread  # As at most answers.
    calls, past = (
        tuple([replace(call, touched=True) if call.id in theirs else call for call in some])
        for some in (thread.calls, thread.past)
    )
    return replace(thread, calls=calls, past=past)


def _is_at_rest(thread: Thread) -> bool:
    return isinstance(thread.turn, Idle) and all(map(is_closed, thread.calls))


def _asks(thread: Thread, event: MessageReceived) -> bool:
    text = event.text
    if words.nearly(text) or words.put_off(text) or words.lasting(text):
        return False
    # What names no request of the thread may say anything: it is no verdict.
    named = meanings.named(thread, text)
    said = named[0] if named else words.read(text)
    denies = isinstance(said, Deny) and any(_waits(thread, each, event) for each in thread.calls)
    return not (denies or isinstance(said, Approve))


def _waits(thread: Thread, call: Call, event: MessageReceived) -> bool:
    """Whether there is something that this person may deny, or is about to be something to deny."""
    if call.card is None:
        return isinstance(call.phase, Previewing)
    return meanings.is_open_approval(call) and approvals.may_deny(
        thread, call, event.actor, event.at
    )


def dropped(thread: Thread) -> Thread:
    """The thread in which the work was ended: what was asked for before that is asked for anew by whoever wants it now."""
    return replace(thread, askers=(), dropped=thread.head)


def naming(thread: Thread, step: Event) -> Event:
    """The step that was chosen on this thread, its calls with those who asked for them."""
    if not isinstance(step, StepDecided):
        return step
    named = tuple([_named(thread, each) for each in step.calls])
    if named == step.calls:
        return step
    return step.model_copy(update={"calls": named, "v": FORM})


def _named(thread: Thread, proposal: Proposal) -> Proposal:
    known = (thread.requester, *thread.creators, "")
    found = tuple(each for each in _of(thread, proposal) if each not in known)
    if not found:
        return proposal
    asked = tuple(dict.fromkeys((*proposal.asked, *found)))  # They may say what became of it, too.
    return proposal.model_copy(update={"askers": found, "asked": asked})


def _of(thread: Thread, proposal: Proposal) -> tuple[str, ...]:
    """Who asked for it: where the very same was asked for and never decided, they; else, or if they have spoken since, who spoke since the work began."""
    if proposal.kind not in _ACTS:
        return ()
    before = _latest(thread, proposal)
    if before is None or not _is_undecided(before):
        return thread.askers
    now = thread.askers if before.touched else ()
    return tuple(dict.fromkeys((*before.proposal.askers, *before.editors, *now)))


def _latest(thread: Thread, proposal: Proposal) -> Call | None:
    """The last call of this tool with these very arguments, of those that the thread remembers."""
    same = (
        call
        for call in (*thread.past, *thread.calls)
        if call.step >= thread.dropped
        and call.proposal.tool == proposal.tool
        and canonical(call.proposal.arguments) == canonical(proposal.arguments)
    )
    return max(same, key=lambda call: (call.step, call.index), default=None)


def _is_undecided(call: Call) -> bool:
    match call.phase:
        case Closed("withdrawn", _, by):
            return by == "model"
        case Closed(outcome):
            return outcome in _UNDECIDED
        case _:
            return True
