"""Origins: which arguments of a call repeat, word for word, what strangers said or what a tool found.

It shows what was copied, and nothing more: what a model was talked into in words of its own leaves no such trace.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from bot.core.events import Event, MessageNoted, MessageReceived, StepDecided, ToolEnded, Verdict

LEAST_CHARACTERS = 12
MOST_LINES = 200
"""Of an argument: so many are looked for, or a long one would hold up everything else."""
MOST_CHARACTERS = 2_000_000
"""Of what came from outside: where there is more, every argument may be from there."""
TOO_MUCH = "more than is looked through"
_WORD = re.compile(r"\w+|[^\w\s]")


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


def short(
    arguments: Mapping[str, JsonValue], events: Iterable[Event], thread_id: str
) -> dict[str, str]:
    """The arguments that have a text or a number, however short, all of which stands outside, and which nobody of ours said.

    In prose that would name too much: it is for where leave was given for whatever does not come from outside.
    """
    ours, theirs = _sources(events, thread_id)
    if sum(len(text) for _, text in theirs) > MOST_CHARACTERS:
        return {name: TOO_MUCH for name, value in arguments.items() if _leaves(value)}
    said, sources = _folded("\n".join(ours)), [(name, _words(text)) for name, text in theirs]
    found = {name: _stands_in(value, said, sources) for name, value in arguments.items()}
    return {name: whence for name, whence in found.items() if whence}


def _stands_in(value: JsonValue, ours: str, theirs: list[tuple[str, str]]) -> str:
    """Whence it came: there it may go on behind a point or a dash, with us that is something else."""
    leaves = _leaves(value)
    if len(leaves) > MOST_LINES:
        return TOO_MUCH
    for text in filter(None, dict.fromkeys(_folded(str(leaf)) for leaf in leaves)):
        words = _words(text)
        whence = next((name for name, said in theirs if words in said), "")
        own = rf"(?<![\w.:/@-]){re.escape(text)}(?![\w:/@-]|\.\w)"
        if whence and not re.search(own, ours):
            return whence
    return ""


def _words(text: str) -> str:
    """Its words and signs with a space around each: so a word is found in a text, and no part of one."""
    return f" {' '.join(_WORD.findall(_folded(text)))} "


def _folded(text: str) -> str:
    """In small letters, and as its signs are made up; sign by sign, for how long that takes for many accents grows with the square."""
    text = _plain(text)
    if not text.isascii():
        signs = {sign for sign in set(text) if not sign.isascii()}
        text = text.translate({ord(sign): unicodedata.normalize("NFKD", sign) for sign in signs})
    return text.casefold()


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
                told = "\n".join((*_texts(event.result), event.error))
                theirs.append((tools.get(event.call, event.call), told))
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
    return [each for each in _leaves(value) if isinstance(each, str)]


def _leaves(value: JsonValue) -> list[str | float]:
    """Every text and number in a value, however deep."""
    found, left = list[str | float](), [value]
    while left:
        match left.pop():
            case bool():
                pass
            case float(number) if number.is_integer():
                found.append(int(number))  # As people write it.
            case str() | int() | float() as leaf:
                found.append(leaf)
            case list(items):
                left += reversed(items)
            case dict(fields):
                left += reversed(fields.values())
            case _:
                pass
    return found
