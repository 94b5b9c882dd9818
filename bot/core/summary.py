"""Summary: the beginning of a log in few words, made by rules. One entry of YAML for each message and each call.

People's words stay as they are, up to a length. A call says with what it was made, who approved it, how it ended, and
what is still open about it. Every value is quoted where it must be, so that no text ends its entry or forges another,
and what comes from somebody who is not trusted says so. The log is folded, because only the fold knows what counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from bot.core.changes import changes, is_decision, mark
from bot.core.context import source, speaker
from bot.core.element import minute, text
from bot.core.events import (
    Cancelled,
    CronTicked,
    Event,
    Forked,
    MessageNoted,
    MessageReceived,
    StepDecided,
    ToolEnded,
)
from bot.core.reducer import evolve
from bot.core.thread import Asked, Call, Closed, Idle, Phase, Sleeping, Started, Thread, is_closed
from bot.core.visible import shortened, visible
from bot.core.weight import weight
from bot.core.yamlish import dump

Entry = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Detail:
    """How many characters of a message and of a value are told; of the first and the last message, four times as many."""

    words: int
    values: int


# The first with which everything fits is taken; with the last one, older entries are left out.
DETAILS = (Detail(4_000, 800), Detail(1_200, 240), Detail(400, 80), Detail(120, 32))
MOST_NAME = 80
_ASKED = {
    "approval": "waits for approval",
    "question": "waits for an answer",
    "unknown": "started, and nobody knows whether it happened: do not propose it again",
}


@dataclass(frozen=True, slots=True)
class Said:
    """Words in the thread, and under which name they came."""

    kind: str
    text: str
    of: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """A call as it is at the end of the part, what came of it, and how later events name it."""

    call: Call
    named: Mapping[str, str]
    result: ToolEnded | None


Item = Said | Done


def summary(events: Sequence[Event], thread_id: str, most: int) -> str:
    """These events in at most so many bytes; more only where what may not be lost needs more even when shortest."""
    items = _items(events, thread_id)
    asks, entries = _asks(items), list[str]()
    for detail in DETAILS:
        entries = [
            dump([_entry(item, detail, 4 if at in asks else 1)]) for at, item in enumerate(items)
        ]
        if sum(map(_weight, entries)) <= most:
            return "\n".join(entries)
    needed = asks | {at for at, item in enumerate(items) if _is_open(item)}
    return "\n".join(_newest(entries, needed, most))


def _asks(items: Sequence[Item]) -> set[int]:
    """Which items are the words the thread began with, and the latest that asked for something."""
    asks = [
        at
        for at, item in enumerate(items)
        if isinstance(item, Said) and item.kind in ("message", "schedule")
    ]
    return {*asks[:1], *asks[-1:]}


def _is_open(item: Item) -> bool:
    return isinstance(item, Done) and not is_closed(item.call)


def _newest(entries: Sequence[str], needed: set[int], most: int) -> Iterator[str]:
    """What is needed, and of the rest the newest that fits."""
    room, kept = most - sum(_weight(entries[at]) for at in needed), set(needed)
    for at in reversed(range(len(entries))):
        if at not in needed:
            room -= _weight(entries[at])
            if room < 0:
                break
            kept.add(at)
    yield dump([{"left_out": f"{sum(at not in kept for at in range(len(entries)))} older entries"}])
    yield from (entry for at, entry in enumerate(entries) if at in kept)


def _weight(entry: str) -> int:
    return weight(text(f"{entry}\n"))


# ---- what happened ---------------------------------------------------------------------------------------------------
def _items(events: Sequence[Event], thread_id: str) -> list[Item]:
    """Words and calls in the order in which they came."""
    thread, order = Thread(thread_id), list[Said | str]()
    calls, named, results = dict[str, Call](), dict[str, dict[str, str]](), dict[str, ToolEnded]()
    for event in events:
        after = evolve(thread, event)
        if event.id not in thread.ids:
            order.extend(_said(thread, event, after))
            if isinstance(event, ToolEnded) and _returned(thread, event, after):
                results[event.call] = event
        for call in after.calls:
            if call.id not in calls:
                order.append(call.id)
                named[call.id] = dict(mark(call, after))
            calls[call.id] = call
        thread = after
    return [
        each if isinstance(each, Said) else Done(calls[each], named[each], results.get(each))
        for each in order
    ]


def _said(before: Thread, event: Event, after: Thread) -> Iterator[Said]:
    match event:
        case MessageReceived():
            # A word that decided something is told by what it did.
            if not any(is_decision(old, new, event.actor) for old, new in changes(before, after)):
                yield Said("message", event.text, dict((speaker(event), ("at", minute(event.at)))))
        case MessageNoted():
            yield Said("noted", event.text, {"untrusted": source(event)})
        case CronTicked() if isinstance(before.turn, Idle):
            yield Said("schedule", event.prompt, {"name": event.schedule, "at": minute(event.at)})
        case StepDecided(text=words) if words.strip() and after.heard != before.heard:
            yield Said("note", words.strip(), {})
        case Cancelled():
            yield Said("cancelled", event.reason, {"by": event.actor})
        case Forked():
            yield Said("forked", "From here on this is a copy.", {})
        case _:
            return


def _returned(before: Thread, event: ToolEnded, after: Thread) -> bool:
    ended = any(new.id == event.call for _, new in changes(before, after))
    return ended and event.outcome == "returned"


# ---- as entries ------------------------------------------------------------------------------------------------------
def _entry(item: Item, detail: Detail, times: int) -> Entry:
    if isinstance(item, Said):
        words = _short(item.text, detail.words * times)
        return {
            item.kind: words,
            **{name: _short(of, detail.words) for name, of in item.of.items()},
        }
    return {name: value for name, value in _call(item, detail).items() if value}


def _call(done: Done, detail: Detail) -> Entry:
    call, proposal = done.call, done.call.proposal
    told: Entry = {
        "hold" if proposal.kind == "limit" else "call": _short(proposal.tool, MOST_NAME),
        **done.named,
        "arguments": _value(proposal.arguments, detail) if proposal.arguments else None,
        "because": _short(proposal.because, detail.values),
        "edited_by": _people(call.editors),
        "approved_by": _people(call.approved),
    }
    return {**told, **_state(call, detail), **_result(done, detail)}


def _state(call: Call, detail: Detail) -> Entry:
    """How it ended and by whose word, or what it still waits for."""
    match call.phase:
        case Closed("failed", words):
            return {"ended": "failed", "error": _untrusted(call, _short(words, detail.values))}
        case Closed(outcome, words, by):
            said = "answer" if outcome == "answered" else "reason"
            return {"ended": outcome, "by": by, said: _short(words, detail.words)}
        case Asked(votes=votes):
            return {"still": _still(call.phase), "votes": _people(votes)}
        case _:
            return {"still": _still(call.phase)}


def _still(phase: Phase) -> str:
    match phase:
        case Asked(about):
            return _ASKED[about]
        case Started():
            return "started and not ended: do not propose it again"
        case Sleeping(until):
            return f"waits until {minute(until)}"
        case _:
            return "not begun"


def _result(done: Done, detail: Detail) -> Entry:
    ended = done.result
    if ended is None:
        return {}
    more = f"read_more {{ref: {ended.ref}, page}}, {ended.size} characters" if ended.ref else None
    return {"result": _untrusted(done.call, _value(ended.result, detail)), "more": more}


def _untrusted(call: Call, value: JsonValue) -> Entry:
    return {"untrusted": f"tool {_short(call.proposal.tool, MOST_NAME)}", "text": value}


def _value(value: JsonValue, detail: Detail) -> JsonValue:
    """The value itself if it is small, else the beginning of it as text."""
    written = value if isinstance(value, str) else dump(value)
    return value if len(written) <= detail.values else _short(written, detail.values)


def _short(words: str, most: int) -> str:
    return shortened(visible(words), most)


def _people(names: Sequence[str]) -> str:
    return ", ".join(names)
