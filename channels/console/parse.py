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
from bot.kit.nearest import meant

_EDIT = re.compile(r"\Aedit(?:\s*\Z|\s+(?=\w+=))", re.IGNORECASE)
_KEY = re.compile(r"(?:(?<=\s)|\A)(?P<key>\w+)=")
_QUOTED = re.compile(r"""(?<==)(?:"(?:\\.|[^"\\])*"|'(?:''|[^'])*')(?=\s|\Z)""")


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
    if not edit or not approvals:
        return _message(text, thread, speaker, name)
    if len(approvals) > 1:
        return Complaint("Several approvals are open; edit one by name with `bot edit REQUEST`.")
    try:
        return _edited(text[edit.end() :], approvals[0], speaker, name)
    except _Unread as error:
        return Complaint(str(error))


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
    )


def _changes(text: str, card: Approval) -> dict[str, JsonValue]:
    written = dict(_pairs(text))
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


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    """`key=value` pairs; a value goes on to the next key, and what is quoted holds no keys."""
    masked = _QUOTED.sub(lambda found: "." * len(found[0]), text)
    keys = list(_KEY.finditer(masked))
    ends = [*(key.start() for key in keys[1:]), len(text)]
    for key, end in zip(keys, ends, strict=False):
        yield key["key"], text[key.end() : end].strip()


def _value(key: str, text: str, arguments: Mapping[str, JsonValue]) -> JsonValue:
    """A YAML scalar; where the card has text it stays text, so that a commit's 1234567 is no number."""
    quoted = _QUOTED.fullmatch(f"={text}", 1) is not None
    if isinstance(arguments[key], str) and not quoted:
        return text
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
