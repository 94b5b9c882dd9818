"""Origins: which arguments of a call repeat, word for word, what strangers said or what a tool found.

It shows what was copied, and nothing more: what a model was talked into in words of its own leaves no such trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from bot.core.events import Event, MessageNoted, MessageReceived, StepDecided, ToolEnded, Verdict

LEAST_CHARACTERS = 12
MOST_LINES = 200
"""Of an argument: so many are looked for, or a long one would hold up everything else."""


@dataclass(frozen=True, slots=True)
class _Source:
    """What came from outside, and whence: all of it on one line, and each line of it."""

    whence: str
    whole: str
    lines: tuple[str, ...]


def outside(
    arguments: Mapping[str, JsonValue], events: Iterable[Event], thread_id: str
) -> dict[str, str]:
    """The arguments that hold a line from outside, each with who said it, or which tool found it; our own people's words are inside."""
    ours, theirs = _sources(events, thread_id)
    sources = [_Source(whence, _plain(text), _lines(text)) for whence, text in theirs]
    found = {name: _whence(value, ours, sources) for name, value in arguments.items()}
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


def _whence(value: JsonValue, ours: list[str], sources: list[_Source]) -> str:
    lines = [line for text in _texts(value) for line in _lines(text)][:MOST_LINES]
    written = "\n".join(lines)
    begins = {written[at : at + LEAST_CHARACTERS] for at in range(len(written))}
    for source in sources:
        for part in _shared(lines, written, begins, source):
            if not any(part in said for said in ours):
                return source.whence
    return ""


def _shared(lines: list[str], written: str, begins: set[str], source: _Source) -> Iterator[str]:
    """What both have: a line of ours anywhere in theirs, or a line of theirs in one of ours."""
    yield from (line for line in lines if line in source.whole)
    # How a line begins is looked up at once, and all of it searched for only then: there may be thousands.
    known = (part for part in source.lines if part[:LEAST_CHARACTERS] in begins)
    yield from (part for part in known if part in written)


def _lines(text: str) -> tuple[str, ...]:
    plain = map(_plain, text.splitlines())
    return tuple(line for line in plain if len(line) >= LEAST_CHARACTERS)


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
