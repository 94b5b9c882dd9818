"""Origins: which arguments of a call repeat, word for word, what strangers said or what a tool found.

It shows what was copied, and nothing more: what a model was talked into in words of its own leaves no such trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pydantic import JsonValue

from bot.core.events import Event, MessageNoted, MessageReceived, StepDecided, ToolEnded, Verdict

LEAST_CHARACTERS = 12


def outside(
    arguments: Mapping[str, JsonValue], events: Iterable[Event], thread_id: str
) -> dict[str, str]:
    """The arguments that hold a line from outside, each with who said it, or which tool found it; our own people's words are inside."""
    ours, theirs = _sources(events, thread_id)
    found = {name: _whence(value, ours, theirs) for name, value in arguments.items()}
    return {name: whence for name, whence in found.items() if whence}


def _sources(events: Iterable[Event], thread_id: str) -> tuple[list[str], list[tuple[str, str]]]:
    """What people of ours said, and what came from outside, each with whence."""
    ours, theirs, tools = list[str](), list[tuple[str, str]](), dict[str, str]()
    for event in events:
        match event:
            case MessageReceived() | MessageNoted() | Verdict():
                said = [event.text, *_texts(getattr(event, "arguments", None))]
                # As `slack:U7`: the people file knows no such person.
                is_strange = ":" in event.actor
                theirs += [(event.actor, text) for text in said if is_strange]
                ours += [_plain(text) for text in said if not is_strange]
            case StepDecided():
                calls = enumerate(event.calls)
                tools |= {f"{thread_id}-{event.seen}-{index}": call.tool for index, call in calls}
            case ToolEnded():
                theirs.append((tools.get(event.call, event.call), "\n".join(_texts(event.result))))
            case _:
                pass
    return ours, theirs


def _whence(value: JsonValue, ours: list[str], theirs: list[tuple[str, str]]) -> str:
    lines = [line for text in _texts(value) for line in _lines(text)]
    for whence, text in theirs:
        for part in _shared(lines, text):
            if not any(part in said for said in ours):
                return whence
    return ""


def _shared(lines: list[str], text: str) -> Iterator[str]:
    """What both have: a line of ours anywhere in theirs, or a line of theirs in one of ours."""
    whole = _plain(text)
    yield from (line for line in lines if line in whole)
    yield from (part for part in _lines(text) if any(part in line for line in lines))


def _lines(text: str) -> list[str]:
    return [line for line in map(_plain, text.splitlines()) if len(line) >= LEAST_CHARACTERS]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _texts(value: JsonValue) -> list[str]:
    """Every text in a value, however deep."""
    found, left = list[str](), [value]
    while left:
        match left.pop():
            case str(text):
                found.append(text)
            case list(items):
                left += reversed(items)
            case dict(fields):
                left += reversed(fields.values())
            case _:
                pass
    return found
