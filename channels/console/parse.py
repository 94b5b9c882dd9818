"""Parse: a line typed at a terminal, and what stands open above it, become one event.

What a whole line can say by itself (`approve`, `deny REASON`, `stop`, an answer) the core reads from the message, as in
every channel. Only an edit is more than words: it names arguments of the card it stands under.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import yaml
from pydantic import JsonValue

from bot.core.events import MessageReceived, Verdict
from bot.core.outbox import Approval, pending
from bot.core.thread import Thread
from bot.core.values import Address
from bot.core.visible import on_one_line, shortened
from bot.core.yamlish import dump
from bot.kit.nearest import meant

_EDIT = re.compile(r"\Aedit(?:\s*\Z|\s+)", re.IGNORECASE)
_PAIR = re.compile(r"\w+(?P<sign>[=:])")
_KEY = re.compile(r"(?:(?<=\s)|\A)(?P<key>\w+)=")
_COLON_KEY = re.compile(r"(?:(?<=\s)|\A)(?P<key>\w+):\s*")
_QUOTED = re.compile(r"""(?<=[=:\s])(?:"(?:\\.|[^"\\])*"|'(?:''|[^'])*')(?=\s|\Z)""")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who sits at this terminal, in which conversation, and which agent they talk to."""

    person: str
    address: Address
    agent: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a line could not be taken, in one sentence for whoever typed it."""

    text: str


class _Unread(Exception):
    """An edit that names no change; the text says why."""


def parse(
    line: str, thread: Thread, speaker: Speaker, name: str
) -> MessageReceived | Verdict | Complaint | None:
    """What this line says under what this terminal has shown (`thread`), as the event `name`; None: it is empty."""
    text = line.strip()
    approvals = [request for request in pending(thread) if isinstance(request, Approval)]
    if not text:
        return None
    edit = _EDIT.match(text)
    if not edit or not approvals or not _is_edit(text[edit.end() :], approvals):
        return _message(text, thread, speaker, name)
    if len(approvals) > 1:
        return Complaint("Several approvals are open; edit one by name with `bot edit REQUEST`.")
    try:
        return _edited(text[edit.end() :], approvals[0], speaker, name)
    except _Unread as error:
        return Complaint(str(error))


def _is_edit(text: str, approvals: list[Approval]) -> bool:
    """Whether this names arguments, be it badly; `edit the readme first` is a sentence."""
    first, _, rest = text.partition(" ")
    keys = [key for card in approvals for key in card.arguments]
    return not rest or first in keys or _PAIR.match(text) is not None


def _message(text: str, thread: Thread, speaker: Speaker, name: str) -> MessageReceived:
    """The time it was written is that of the last thing shown here: newer cards were not seen when it was typed."""
    return MessageReceived(
        id=name,
        actor=speaker.person,
        address=speaker.address,
        agent=speaker.agent,
        text=text,
        written=thread.at or None,
    )


def _edited(text: str, card: Approval, speaker: Speaker, name: str) -> Verdict:
    arguments = _changes(text, card)
    return Verdict(
        id=name,
        actor=speaker.person,
        request=card.request,
        digest=card.digest,
        word="edit",
        arguments=arguments,
        channel=speaker.address.channel,
        address=speaker.address,
    )


def _changes(text: str, card: Approval) -> dict[str, JsonValue]:
    written = dict(_pairs(text, card.arguments))
    if not written:
        raise _Unread(f"Write edit KEY=VALUE …; the keys are {_listed(card.arguments)}.")
    for key in written:
        if key not in card.arguments:
            near = meant(key, card.arguments)
            raise _Unread(
                f"{card.tool} has no argument {_short(key)}{near}; quote a value with = in it."
            )
    changes = {key: _value(key, value, card.arguments) for key, value in written.items()}
    if all(card.arguments[key] == value for key, value in changes.items()):
        raise _Unread("That is what the card says already; nothing would change.")
    return changes


def _pairs(text: str, known: Iterable[str]) -> Iterable[tuple[str, str]]:
    """`key=value` pairs; a value goes on to the next key, and what is quoted holds no keys.

    `key: value` will do as well. Sentences have colons, so that further on only a known key is one.
    """
    first = _PAIR.match(text)
    if first is None:
        return
    masked = _QUOTED.sub(lambda found: "." * len(found[0]), text)
    keys = list(_KEY.finditer(masked))
    if first["sign"] == ":":
        colons = _COLON_KEY.finditer(masked)
        keys = [key for key in colons if not key.start() or key["key"] in known]
    ends = [*(key.start() for key in keys[1:]), len(text)]
    for key, end in zip(keys, ends, strict=False):
        yield key["key"], text[key.end() : end].strip()


def _value(key: str, text: str, arguments: Mapping[str, JsonValue]) -> JsonValue:
    """A YAML scalar; where the card has text it stays text, so that a commit's 1234567 is no number."""
    quoted, now = _QUOTED.fullmatch(f"={text}", 1) is not None, arguments[key]
    if not text or text in ('""', "''"):
        raise _Unread(f"{key} needs a value: write edit {key}=VALUE.")
    if isinstance(now, str) and not quoted:
        if _is_word(now) and not _is_word(text):
            raise _Unread(f'{key} is one word; if it is to be more, write edit {key}="…".')
        return text
    value = _scalar(key, text)
    if not _is_alike(value, now):
        raise _Unread(f"{key} is {_short(dump(now))} now, and {_short(text)} is no such value.")
    return value


def _is_word(text: str) -> bool:
    return len(text.split()) == 1


def _is_alike(value: JsonValue, now: JsonValue) -> bool:
    """Whether one may stand where the other does; nothing stands anywhere, and a whole number where a fraction does."""
    if value is None or now is None or type(value) is type(now):
        return True
    numbers = isinstance(value, int | float) and isinstance(now, int | float)
    return numbers and not isinstance(value, bool) and not isinstance(now, bool)


def _scalar(key: str, text: str) -> JsonValue:
    try:
        value = cast("object", yaml.safe_load(text))
    except (yaml.YAMLError, ValueError):
        value = ()
    if value is None or isinstance(value, str | bool | int) or _is_finite(value):
        return cast("JsonValue", value)
    raise _Unread(f"{key}: one plain value was expected, not {_short(text)}.")


def _is_finite(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _listed(arguments: Mapping[str, JsonValue]) -> str:
    return ", ".join(map(_short, arguments)) or "none"


def _short(text: str) -> str:
    return shortened(on_one_line(text), 60)
