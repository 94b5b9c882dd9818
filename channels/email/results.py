"""Results: what our own receiving server found out about a mail's sender, from the one header that it wrote (RFC 8601).

Only the topmost `Authentication-Results` counts, and only where it has our server's name: everything below came with the mail.
What is not written as the standard says is no result.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from channels.email.reading.headers import Headers

# Microsoft's receiving servers write the header without a name; whoever sets this one says that they trust that.
NAMELESS = "mx.microsoft.invalid"
MOST_CHARACTERS = 20_000
_ID = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?:\s+1)?\s*")
_METHOD = re.compile(r"\s*([A-Za-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([A-Za-z]+)(?=\s|$)")
_PROPERTY = re.compile(
    r"\s+([A-Za-z0-9-]+(?:\s*\.\s*[A-Za-z0-9-]+)?)\s*=\s*(?:\"[^\"]*\"|([^\s\";]+))"
)


@dataclass(frozen=True, slots=True)
class Result:
    """One method, what it found, and about what."""

    method: str
    found: str
    about: dict[str, str] = field(default_factory=dict[str, str])


class NotOurs(Exception):
    """There is no result of our server; the sentence says why."""


def results(headers: Headers, server: str) -> list[Result]:
    """What our server found. Raises `NotOurs`."""
    values = headers.all("authentication-results")
    if not values:
        raise NotOurs("the receiving server says nothing of its sender")
    value = values[0]
    if len(value) > MOST_CHARACTERS:
        raise NotOurs("the receiving server's verdict is too long")
    name, *rest = _parts(value.replace("\r", "").replace("\n", ""))
    if server.lower() == NAMELESS and _METHOD.match(name):
        name, rest = NAMELESS, [name, *rest]
    found = _ID.fullmatch(name)
    if found is None or found[1].lower() != server.lower():
        raise NotOurs("the topmost verdict on its sender is not that of the receiving server")
    return [_result(each) for each in rest if each.strip() and each.strip().lower() != "none"]


def server_of(headers: Headers) -> str:
    """Who wrote the topmost verdict, as `results` would have to be told; empty: there is none that can be read."""
    values = headers.all("authentication-results")
    if not values or len(values[0]) > MOST_CHARACTERS:
        return ""
    try:
        name = _parts(values[0].replace("\r", "").replace("\n", ""))[0]
    except NotOurs:
        return ""
    found = _ID.fullmatch(name)
    return found[1].lower() if found else NAMELESS if _METHOD.match(name) else ""


def _result(text: str) -> Result:
    method = _METHOD.match(text)
    if method is None:
        raise NotOurs("the receiving server's verdict cannot be read")
    about, at = dict[str, str](), method.end()
    while found := _PROPERTY.match(text, at):
        key = "".join(found[1].split()).lower()
        about.setdefault(key, (found[2] or "").lower())
        at = found.end()
    if text[at:].strip():
        raise NotOurs("the receiving server's verdict cannot be read")
    return Result(method[1].lower(), method[2].lower(), about)


def _parts(value: str) -> list[str]:
    """The header at its semicolons, without comments; what is in quotes is kept together."""
    parts, now, depth, quoted, skip = list[str](), list[str](), 0, False, False
    for sign in value:
        if skip:
            skip = False
            continue
        if sign == "\\" and (quoted or depth):
            skip = True
        elif quoted:
            quoted = sign != '"'
            now.append(sign if sign != ";" else " ")
        elif sign == "(":
            depth += 1
            now.append(" ")
        elif sign == ")" and depth:
            depth -= 1
        elif depth:
            continue
        elif sign == ";":
            parts.append("".join(now))
            now = []
        else:
            quoted = sign == '"'
            now.append(sign)
    if quoted or depth:
        raise NotOurs("the receiving server's verdict cannot be read")
    return [*parts, "".join(now)]
