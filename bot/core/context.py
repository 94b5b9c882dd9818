"""Context: what the model reads. One event gives at most one block of text; a block, once written, stays as it is.

What a block says depends on its own event and on earlier ones alone, so that the blocks of a log begin with the blocks
of any shorter log and the prompt cache holds. It is written from the states before and after the event, because only the
fold knows what that has changed: whether a step counted, which call has ended, whether a word was a verdict.
"""

from __future__ import annotations

import re

from bot.core.changes import Change, brief, changes, failure, is_decision, mark, origin, over, told
from bot.core.element import NOTHING, element, minute, text, tool_element, values
from bot.core.events import (
    CallVoided,
    Compacted,
    Event,
    MessageNoted,
    MessageReceived,
    StepDecided,
    ToolEnded,
    Unknown,
)
from bot.core.owed import WHICH
from bot.core.thread import Call, Idle, Thinking, Thread, is_closed
from bot.core.visible import shortened
from bot.core.yamlish import dump

MOST_MESSAGE_CHARACTERS = 50_000
MOST_NOTE_CHARACTERS = 2_000
FORKED = "From here on this is a copy; what the first thread has under way stays there."
# Letters of one alphabet only: an alias that looks like another one is nobody's.
_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def block(before: Thread, event: Event, after: Thread) -> str:
    """What this event, which led from one state to the other, says to the model; empty: nothing."""
    changed = changes(before, after)
    parts = [_own(before, event, after, changed)]
    for old, new in changed:
        # The end of a call is told by its own result, which has more to say.
        if not isinstance(event, ToolEnded) or new.id != event.call:
            parts.append(told(old, new, before, event))
    return "\n".join(filter(None, parts))


def _own(before: Thread, event: Event, after: Thread, changed: tuple[Change, ...]) -> str:
    """What the event itself says, before what it led to. Matched by its tag, as in the reducer and for the same reason."""
    if type(event) is Unknown:
        return ""
    match event.type:
        case "MessageReceived":
            return _message(before, event, after, changed)
        case "MessageNoted":
            return element("noted", text(_capped(event.text)), ("untrusted", source(event)))
        case "CronTicked" if isinstance(before.turn, Idle):  # Else its slot was skipped.
            when = ("at", minute(event.at))
            return element("schedule", text(event.prompt), ("name", event.schedule), when)
        case "ScheduleFared" if event.told:
            return element(event.told, text(event.text), ("untrusted", "error"))
        case "StepDecided":
            return _step(before, event, after)
        case "DecideFailed" if event.kind == "malformed" and _was_awaited(before, event.seen):
            return element("malformed", brief(event.reason))
        case "ToolEnded":
            return _result(before, event, changed)
        case "CallVoided" if event.then == "preview":
            return _asked_anew(before, event, changed)
        case "Cancelled":
            return element("cancelled", text(event.reason), ("by", event.actor))
        case "Forked":
            return element("forked", text(FORKED))
        case _:
            return ""


# ---- people ----------------------------------------------------------------------------------------------------------
def _message(
    before: Thread, event: MessageReceived, after: Thread, changed: tuple[Change, ...]
) -> str:
    """A message; one that decided or answered something is told by what it did, one that nobody could place by nothing."""
    codes = {notice.code for notice in after.notices if notice not in before.notices}
    if codes & WHICH or any(is_decision(old, new, event.actor) for old, new in changed):
        return ""
    if "stopped" in codes:
        return element("cancelled", NOTHING, ("by", event.actor))
    refused = (refusal.reason for refusal in after.refusals if refusal.verdict == event.id)
    return element(
        "message",
        text(_capped(event.text)),
        speaker(event),
        ("at", minute(event.at)),
        ("not_counted", next(refused, "")),
        ("open", " ".join(call.id for call in after.calls if call.open and not is_closed(call))),
    )


def speaker(event: MessageReceived) -> tuple[str, str]:
    """A person known by an alias is named; anybody else is where their words came from."""
    known = _ALIAS.fullmatch(event.actor) is not None
    return ("from", event.actor) if known else ("untrusted", source(event))


def source(event: MessageReceived | MessageNoted) -> str:
    """Where words came from: the channel, and who spoke there."""
    channel = event.address.channel
    return event.actor if event.actor.startswith(f"{channel}:") else f"{channel}:{event.actor}"


def _capped(words: str) -> str:
    if len(words) <= MOST_MESSAGE_CHARACTERS:
        return words
    return f"{words[:MOST_MESSAGE_CHARACTERS]}\n[{MOST_MESSAGE_CHARACTERS} of {len(words)} characters shown]"


# ---- the model's own steps -------------------------------------------------------------------------------------------
def _was_awaited(before: Thread, seen: int) -> bool:
    return isinstance(before.turn, Thinking) and seen >= before.heard


def _step(before: Thread, event: StepDecided, after: Thread) -> str:
    if not _was_awaited(before, event.seen):
        tools = ", ".join(proposal.tool for proposal in event.calls)
        return element("void_step", text(f"{tools}: not run, something newer came first."))
    new = [call for call in after.calls if call.step == event.seen]
    parts = [*[_call(call, after) for call in new], *over(new, after)]
    if event.text.strip():
        note = text(shortened(event.text.strip(), MOST_NOTE_CHARACTERS))
        parts.insert(0, element("note", note))
    return "\n".join(parts)


def _call(call: Call, thread: Thread) -> str:
    arguments, because = call.proposal.arguments, call.proposal.because
    body = values(arguments) if arguments else NOTHING
    return tool_element(call.proposal.tool, body, *mark(call, thread), ("because", because))


# ---- what came of them -----------------------------------------------------------------------------------------------
def _result(before: Thread, event: ToolEnded, changed: tuple[Change, ...]) -> str:
    call = next((new for _, new in changed if new.id == event.call), None)
    if call is None:
        return ""
    if event.outcome == "failed":
        return failure(call, event.error, before)
    return element("result", values(event.result), *origin(call, before), ("cut", _cut(event)))


def _asked_anew(before: Thread, event: CallVoided, changed: tuple[Change, ...]) -> str:
    """An approval that no longer holds. The request is named, for it may be the first showing of one."""
    call = next((new for _, new in changed if new.id == event.call), None)
    if call is None:
        return ""
    words, tool = brief(f"{event.reason}; asked anew"), call.proposal.tool
    return element("approval_void", words, ("call", tool), *mark(call, before))


def _cut(event: ToolEnded) -> str:
    """What is missing from a result that was too large to carry, and how the rest is read."""
    if not event.ref:
        return ""
    shown = len(event.result if isinstance(event.result, str) else dump(event.result))
    return f"{shown} of {event.size} characters shown; read_more {{ref: {event.ref}, page}}"


def summary(event: Compacted) -> str:
    """What is said in the place of the blocks that a compaction covers."""
    return element("summary", text(event.summary), ("events", f"1 to {event.upto}"))
