"""Changes: what became of a call through one event, told to the model in one element; the fold alone is believed."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.element import NOTHING, Inert, element, minute, text, values
from bot.core.events import Event
from bot.core.thread import Asked, Call, Closed, Outcome, Previewing, Ready, Thread
from bot.core.visible import shortened

MOST_ERROR_CHARACTERS = 500
Change = tuple[Call, Call]  # As the call was, as it is.
_TRACEBACK = "Traceback (most recent call last)"

# How each end of a call is told: the tag, and what is said where nobody gave a reason. A message that was said and a
# result that came back have no change to tell.
_ENDS: dict[Outcome, tuple[str, str]] = {
    "denied": ("denied", ""),
    "withdrawn": ("withdrawn", ""),
    "expired": ("expired", "Nobody answered in time."),
    "voided": ("voided", ""),
    "gave_up": ("given_up", "Whether it happened stays unknown; nobody tries again."),
    "happened": ("happened", "A human says that it took effect."),
    "answered": ("answer", ""),
    "elapsed": ("elapsed", ""),
    "unknown_in_parent": ("elsewhere", "The thread this one was copied from may still do it."),
}


def changes(before: Thread, after: Thread) -> tuple[Change, ...]:
    """The calls that an event changed in their phase or their showing."""
    if before.calls is after.calls:
        return ()
    earlier = {call.id: call for call in before.calls}
    changed: list[Change] = []
    for call in after.calls:
        old = earlier.get(call.id)
        # What nothing happened to is the very same value, which is seen at once.
        if old is None or old is call:
            continue
        if old.version != call.version or old.phase != call.phase:
            changed.append((old, call))
    return tuple(changed)


def over(new: Iterable[Call], thread: Thread) -> list[str]:
    """What a limit closed as soon as it was chosen: no other event would tell of it."""
    return [
        _end(call, call.phase, thread)
        for call in new
        if isinstance(call.phase, Closed) and call.phase.outcome == "voided" and call.phase.text
    ]


def is_decision(old: Call, new: Call, actor: str) -> bool:
    """Whether this change is this person's verdict or answer."""
    match old.phase, new.phase:
        case Asked() | Previewing(), Closed(by=by):
            return by == actor != ""
        case Asked(votes=votes), Asked(votes=more):
            return len(more) > len(votes)
        case Asked(), Ready():
            return True
        case _:
            return False


def told(old: Call, new: Call, thread: Thread, event: Event) -> str:
    """What the model is told of this change: one element, or nothing."""
    match old.phase, new.phase:
        case _, Closed() as closed:
            return _end(new, closed, thread)
        case Asked("approval", votes=votes), Asked(votes=more) if len(more) > len(votes):
            progress = text(_progress(new, more))
            return element("vote", progress, ("by", event.actor), *named(new, thread))
        case Asked("approval", votes=votes), Ready():
            by = ", ".join((*votes, event.actor))
            return element("approved", NOTHING, ("by", by), *named(new, thread))
        case Previewing(), Ready() if new.granted:
            grant = new.granted.grant
            until = ("granted_until", minute(grant.until))
            return element("approved", NOTHING, ("by", grant.by), until, *named(new, thread))
        case Ready(), Previewing() if old.granted and event.type != "CallVoided":
            words = brief(f"{new.anew}; asked anew")
            return element("approval_void", words, *named(new, thread))
        case Asked("unknown"), Ready():
            return element("try_again", NOTHING, ("by", event.actor), *named(new, thread))
        case _, Previewing() if len(new.editors) > len(old.editors):
            arguments = values(new.proposal.arguments)
            return element("edited", arguments, ("by", event.actor), *named(new, thread))
        case previous, Asked("unknown") if not isinstance(previous, Asked):
            words = "Started, and nobody knows whether it happened. A human is asked; do not propose it again."
            return element("outcome_unknown", text(words), *named(new, thread))
        case _:
            return ""


def _end(call: Call, closed: Closed, thread: Thread) -> str:
    by = ("by", closed.by)
    if call.proposal.kind == "limit":
        limit = ("limit", call.proposal.tool)
        return element("hold_answered", text(closed.text), by, limit) if closed.by else ""
    if closed.outcome == "failed":
        return failure(call, closed.text, thread)
    if closed.by == "model":
        # The reason stands in the step that took the request back.
        return element(closed.outcome, NOTHING, *named(call, thread))
    if closed.outcome not in _ENDS:
        return ""
    tag, words = _ENDS[closed.outcome]
    return element(tag, text(closed.text or words), by, *named(call, thread))


def failure(call: Call, reason: str, thread: Thread) -> str:
    """A failure in a few words: of a tool, or of a message that nobody got."""
    if call.proposal.kind in ("say", "stand_by"):
        return element("undelivered", brief(reason), *named(call, thread))
    return element("error", brief(reason), *origin(call, thread))


def origin(call: Call, thread: Thread) -> tuple[tuple[str, str], ...]:
    """Where an outcome came from: the tool, and which call of it where there are several."""
    alike = named(call, thread)[1:]
    return (("untrusted", f"tool {call.proposal.tool}"), *alike)


def brief(reason: str) -> Inert:
    """An error without its traceback, at most 500 characters of it."""
    if _TRACEBACK in reason:
        reason = next((line for line in reversed(reason.splitlines()) if line.strip()), reason)
    return text(shortened(reason.strip(), MOST_ERROR_CHARACTERS))


def named(call: Call, thread: Thread) -> tuple[tuple[str, str], ...]:
    """How a later event names a call: not at all while it is the only one; by its tool, and by its mark if need be."""
    others = [
        other.proposal.tool
        for other in thread.calls
        if other.id != call.id and _can_be_meant(other, call.step)
    ]
    if not others:
        return ()
    alike = mark(call, thread) if call.proposal.tool in others else ()
    return (("call", call.proposal.tool), *alike)


def _can_be_meant(call: Call, step: int) -> bool:
    """Calls of the same step, and what is open of earlier ones."""
    return call.proposal.kind != "limit" and (
        call.step == step or not isinstance(call.phase, Closed)
    )


def mark(call: Call, thread: Thread) -> tuple[tuple[str, str], ...]:
    """What tells a call from others: its request, or its number among those of its step with the same tool."""
    if call.proposal.kind in ("gated", "question"):
        return (("request", call.id),)
    same = [
        other
        for other in thread.calls
        if (other.step, other.proposal.tool) == (call.step, call.proposal.tool)
    ]
    number = sum(other.index <= call.index for other in same)
    return (("n", str(number)),) if len(same) > 1 else ()


def _progress(call: Call, votes: tuple[str, ...]) -> str:
    return f"{len(votes)} of {call.card.quorum if call.card else 1}"
