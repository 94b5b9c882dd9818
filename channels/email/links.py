"""Links: what opens a mail that is filled in, to be sent by whoever decides. Opening one does nothing, for scanners open every link."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote

from pydantic import JsonValue

from channels.email import block

# Mail programs and browsers cut or drop longer ones.
MOST_CHARACTERS = 1_800


def links(arguments: Mapping[str, JsonValue], address: str, subject: str) -> str:
    """A link for each word to the reply address; `edit` with all arguments below it, unless they are too much for a link."""
    words = {"approve": "approve", "deny": "deny because "}
    if lines := _lines(arguments):
        words["edit"] = f"edit\n{lines}"
    made = {word: mailto(address, subject, text) for word, text in words.items()}
    return " · ".join(
        f"[{word}]({link})" for word, link in made.items() if len(link) <= MOST_CHARACTERS
    )


def mailto(address: str, subject: str, text: str) -> str:
    """The address of a mail that is filled in (RFC 6068: lines end with CR and LF)."""
    body = quote(text.replace("\n", "\r\n"), safe="")
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject, safe='')}&body={body}"


def _lines(arguments: Mapping[str, JsonValue]) -> str:
    """The arguments as `name: value` lines; empty where they would be read as others."""
    lines = "\n".join(_line(name, value) for name, value in arguments.items())
    return lines if block.arguments(lines) == arguments else ""


def _line(name: str, value: JsonValue) -> str:
    """As plain as can be: a text without quotes where that is read as the same."""
    plain = f"{name}: {value}"
    if isinstance(value, str) and "\n" not in value and block.arguments(plain) == {name: value}:
        return plain
    return f"{name}: {json.dumps(value, ensure_ascii=False)}"
