"""Links: what opens a mail that is filled in, to be sent by whoever decides. Opening one does nothing, for scanners open every link."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from pydantic import JsonValue

from channels.email import block
from channels.email.tokens import Way

# Mail programs and browsers cut or drop longer ones.
MOST_CHARACTERS = 1_800
# Thunderbird, Fastmail and mutt keep what a link says that it answers; Gmail drops it, and with a tag nothing is decided then.
AS_NEW = "(Where these open a new mail and no reply, reply to this mail instead.)"


def links(words: Sequence[str], arguments: Mapping[str, JsonValue], way: Way, subject: str) -> str:
    """A link for each of these words to where answers go; `edit` with all arguments below it, unless they are too much for a link."""
    texts = {"approve": "approve", "deny": "deny because "}
    if lines := _lines(arguments):
        texts["edit"] = f"edit\n{lines}"
    made = {word: mailto(way, subject, texts[word]) for word in words if word in texts}
    row = " · ".join(
        f"[{word}]({link})" for word, link in made.items() if len(link) <= MOST_CHARACTERS
    )
    return f"{row} {AS_NEW}" if way.tag else row


def mailto(way: Way, subject: str, text: str) -> str:
    """The address of a mail that is filled in (RFC 6068: lines end with CR and LF); with a tag it has that, and says which mail it answers."""
    text, answers = (
        (f"{text}\n\n[{way.tag}]", f"&In-Reply-To={quote(way.id, safe='')}")
        if way.tag
        else (text, "")
    )
    body = quote(text.replace("\n", "\r\n"), safe="")
    said = f"subject={quote(subject, safe='')}{answers}&body={body}"
    return f"mailto:{quote(way.address, safe='@')}?{said}"


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
