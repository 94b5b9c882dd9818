"""Arguments: what a call would run with, in full: on the card where there is room, measured where there is not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from pydantic import JsonValue

from bot.core.legible import in_full, legible, legible_name
from channels.slack import blocks
from channels.slack.blocks import File
from channels.slack.markdown import would_ping
from channels.slack.payload import Json
from channels.slack.vocabulary import Words

_MOST_VALUE_CHARACTERS = 1_500
_MOST_CHARACTERS = 3_500
_MOST_MEASURED = 8
_MOST_NAME_CHARACTERS = 100
_MOST_LINE_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """An argument as it is written, and whether it stands on the card in full, or at least by name.

    `raw` is what its size and digest are taken of: a text as it is, anything else as YAML.
    """

    name: str
    value: str
    raw: str
    fits: bool
    is_named: bool


def rows(arguments: Mapping[str, JsonValue]) -> list[Row]:
    """The arguments in their order. A long one leaves its room to those after it."""
    found: list[Row] = []
    room, left = _MOST_CHARACTERS, _MOST_MEASURED
    for key, value in arguments.items():
        name, text = legible_name(key), legible(value)
        size = len(name) + len(text)
        can_be_named = len(name) <= _MOST_NAME_CHARACTERS
        fits = can_be_named and len(text) <= _MOST_VALUE_CHARACTERS and size <= room
        room -= size if fits else 0
        left -= 0 if fits else 1
        raw = value if isinstance(value, str) else in_full(value)
        found.append(Row(name, text, raw, fits, fits or (can_be_named and left >= 0)))
    return found


def shown(found: list[Row], say: Words) -> Json:
    """The arguments, each in a box of its own, so that none can pass for another; what does not fit is measured."""
    parts: list[Json] = []
    short = [(say.arguments if found else say.no_arguments, "")]
    for row in found:
        if not row.is_named:
            continue
        if not row.fits:
            short.append((f"{row.name}:", measured(say.in_file, row.raw)))
        elif len(row.value) <= _MOST_LINE_CHARACTERS and "\n" not in row.value:
            short.append((f"{row.name}:", row.value))
        else:
            parts += [
                blocks.lines(*short, (f"{row.name}:", "")),
                blocks.preformatted(row.value),
            ]
            short = []
    if more := sum(not row.is_named for row in found):
        short.append((say.more_arguments.format(count=more), ""))
    return blocks.rich(*parts, *([blocks.lines(*short)] if short else []))


def spoken(found: list[Row]) -> str:
    """The arguments for where there is text alone: one line each, or quoted below its name."""
    return "\n".join(_spoken(row) for row in found)


def _spoken(row: Row) -> str:
    """A name with an at sign is JSON already; a value that must not be said as it is becomes so."""
    value = json.dumps(row.value, ensure_ascii=False) if would_ping(row.value) else row.value
    name, value = (
        text.replace("@", "\\u0040") if would_ping(text) else text for text in (row.name, value)
    )
    return f"{name}:\n{blocks.set_off(value)}" if "\n" in value else f"{name}: {value}"


def file(request: str, whole: Mapping[str, JsonValue]) -> File:
    """All of it, as YAML that loads back as the very same values."""
    return File(f"{blocks.stem(request)}.yaml", in_full(dict(whole)) + "\n")


def measured(sentence: str, content: str, name: str = "") -> str:
    """The sentence with the size and the digest of what is elsewhere, by which anybody can check it."""
    digest = sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
    return sentence.format(size=f"{len(content):,}", digest=digest, file=f"`{name}`")
