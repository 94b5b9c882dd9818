"""Meanings: what a message can be meant for: the verdict that its words are, and the request that they are about."""

from __future__ import annotations

from bot.core import approvals, words
from bot.core.events import MessageReceived, Verdict
from bot.core.thread import Asked, Call, Phase, Previewing, Thread
from bot.core.words import Approve, Deny


def named(thread: Thread, text: str) -> tuple[Approve | Deny, Call, str] | None:
    """The verdict that these words are on a request of this thread which they name; None: they name none."""
    found = words.named(text)
    call = thread.call(found[0]) if found else None
    return (found[1], call, found[0]) if found and call else None


def approves(text: str) -> bool:
    """Whether this is a typed approval, of a request that it names or of the only one."""
    found = words.named(text)
    return isinstance(found[1] if found else words.read(text), Approve)


def word(event: MessageReceived, call: Call, said: Approve | Deny, request: str = "") -> Verdict:
    """What was typed, as the verdict that a button would have given; `request` as it was named, be it an older showing."""
    return Verdict(
        id=event.id,
        at=event.at,
        actor=event.actor,
        request=request or call.request,
        digest=call.card.digest if call.card else "",
        word="approve" if isinstance(said, Approve) else "deny",
        text="" if isinstance(said, Approve) else said.reason,
        channel=event.address.channel,
    )


def is_open_approval(call: Call) -> bool:
    """A card that is being made anew is as open as the one before it was."""
    match call.phase:
        case Asked(about):
            return about == "approval"
        case Previewing():
            return call.version > 1
        case _:
            return False


def unseen(call: Call, event: MessageReceived) -> str | None:
    """Why a typed approval of this does not count, be it by whomever."""
    if not is_open_approval(call):
        return None
    if call.card and not call.card.typed:
        return "This one is decided by its button, not by words."
    if not was_shown(call.phase, event):
        return "A newer card is on its way; please look at that one."
    return None


def was_shown(phase: Phase, event: MessageReceived) -> bool:
    shown = phase.shown if isinstance(phase, Asked) else None
    return shown is not None and (event.written is None or event.written >= shown)


def can_be_answered(call: Call, event: MessageReceived) -> bool:
    """Whether these words may be this person's answer to this: nobody answers what did not stand there yet.

    What the model asks may stand there before we know it, for a reply of the channel's may be lost; nothing runs on such an answer alone.
    """
    if not was_shown(call.phase, event):
        on_its_way = isinstance(call.phase, Asked) and call.phase.shown is None
        return on_its_way and is_plain(call) and event.actor in call.proposal.asked
    if is_plain(call):
        return approvals.may_answer(call, event.actor, event.at)
    return chosen(call, event)


def is_plain(call: Call) -> bool:
    """Whether the model asks this; whoever names such a question has seen it, for no version of it says anything else."""
    return call.proposal.kind == "question"


def chosen(call: Call, event: MessageReceived) -> bool:
    """Only its own words settle an unknown outcome or a hold; to any other question every reply is an answer."""
    asked = approvals.may_answer(call, event.actor, event.at)
    return asked and approvals.pick(call, event.text) is not None
