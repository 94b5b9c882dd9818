"""Decisions: what one event decided about one call, read from the thread before and after it."""

from __future__ import annotations

from pydantic import JsonValue

from bot.core import approvals, asides, deputies, words
from bot.core.codec import digest
from bot.core.events import MessageReceived, Verdict
from bot.core.thread import Asked, Call, Closed, Previewing, Ready, Thread

Json = dict[str, object]


def asked(thread: Thread, call: Call | None) -> Json:
    """What would run, the digest of its arguments, and who asked for it, be it by changing it."""
    if call is None:
        return {"tool": None, "arguments": None, "arguments_digest": None, "asked_by": []}
    arguments: dict[str, JsonValue] = call.proposal.arguments
    return {
        "tool": call.proposal.tool,
        "arguments": arguments,
        "arguments_digest": digest(arguments),
        "asked_by": list(dict.fromkeys(approvals.requesters(thread, call))),
    }


def request(before: Thread, after: Thread, event: Verdict | MessageReceived) -> str | None:
    """What this decided on; None: it is a message and no decision."""
    if isinstance(event, Verdict):
        return event.request
    for call in before.calls:
        now = after.call(call.id)
        if now and is_human(call) and _decided(call, now, event.actor):
            return call.request
    return None


def _decided(call: Call, now: Call, by: str) -> bool:
    match now.phase:
        case Closed(by=closer):
            return closer == by
        case Asked(votes=votes):
            return isinstance(call.phase, Asked) and len(votes) > len(call.phase.votes)
        case Ready():
            return True
        case _:
            return now.n > call.n


def said(call: Call | None, text: str) -> str:
    """What was said to it: a choice in its own words, though its number was given."""
    offered = isinstance(call.phase, Asked) and call.phase.about == "question" if call else False
    return (approvals.pick(call, text) if call and offered else None) or text


def word(event: Verdict | MessageReceived) -> str:
    """What this decided, or was to decide; a message is taken for what its words say."""
    if isinstance(event, Verdict):
        return event.word
    named = words.named(event.text)
    match named[1] if named else words.read(event.text):
        case words.Approve():
            return "approve"
        case words.Deny():
            return "deny"
        case _:
            return "answer"


def put_off(event: Verdict | MessageReceived) -> Json:
    """To whom this was left, or until when it was put off, in milliseconds since the epoch."""
    if not isinstance(event, Verdict):
        return {}
    return {name: said for name, said in (("to", event.to), ("until", event.until)) if said}


def in_place_of(call: Call | None, event: Verdict | MessageReceived) -> dict[str, object]:
    """Whose deputy spoke; nothing where they spoke for themselves."""
    if call is None or event.actor in asides.asked(call):
        return {}
    lent = call.card.deputies if call.card else deputies.of_question(call)
    found = [each.of for each in lent if each.person == event.actor and each.since <= event.at]
    return {"in_place_of": found} if found else {}


def is_human(call: Call) -> bool:
    """Whether a human is asked about this, or was to be again."""
    return isinstance(call.phase, Asked) or (
        isinstance(call.phase, Previewing) and call.version > 1
    )


def is_over(call: Call, after: Call) -> bool:
    """Whether a human was asked about this, or was to be again, and is no more: who is only reminded is asked still."""
    same = after.request == call.request and isinstance(call.phase, Asked)
    return is_human(call) and not (same and isinstance(after.phase, Asked))


def came_to(call: Call | None) -> str | None:
    """What a word made of this request."""
    match call.phase if call else None:
        case Closed(outcome):
            return outcome
        case Asked("approval", votes=votes) if call and call.card:
            return f"{len(votes)} of {call.card.quorum}"
        case Previewing():
            return "asked anew"
        case Ready():
            return "approved" if call and call.approved else "to be tried again"
        case None:
            return None
        case phase:
            return type(phase).__name__.lower()


def reason(call: Call) -> str:
    """The words that ended this call."""
    return call.phase.text if isinstance(call.phase, Closed) else ""
