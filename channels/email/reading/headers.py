"""Headers: names and values as they came, decoded, and the addresses and ids in them (RFC 5322, RFC 2047).

Nothing is folded, mended or guessed where somebody's rights hang on it: `strict` takes one plain address or none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header

from channels.email.reading import charsets

MOST_SUBJECT = 2_000
MOST_IDS = 1_000
_ATOM = r"[A-Za-z0-9!#$&'*+/=?^_`{|}~-]+"
_ADDRESS = rf"(?P<address>{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+)"
_BARE = re.compile(rf"\s*{_ADDRESS}\s*")
_NAMED = re.compile(
    rf'\s*(?P<name>"(?:[^"\\]|\\.)*"|[^<>()\[\],:;"\\]*)\s*<{_ADDRESS}>\s*', re.DOTALL
)
_LOOSE = re.compile(r"[^\s<>\"(),:;@]{1,64}@[^\s<>\"(),:;@]{1,255}")
_ID = re.compile(r"<[!-;=?-~]{1,990}>")
_BLANK = re.compile(r"\s+")
_LONGEST_FROM = 2_000


@dataclass(frozen=True, slots=True)
class Headers:
    """The header lines of one mail, topmost first."""

    lines: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> list[str]:
        """Every value of this name; blanks before the colon do not make another name."""
        return [value for key, value in self.lines if key.strip().lower() == name]

    def first(self, name: str) -> str:
        """The topmost value of this name; empty where there is none."""
        return next((value for key, value in self.lines if key.strip().lower() == name), "")

    def has(self, *names: str) -> bool:
        """Whether any of these is there."""
        return any(key.strip().lower() in names for key, _ in self.lines)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a mail says it is from."""

    address: str
    name: str = ""


def strict(values: list[str]) -> Sender | None:
    """The one plain address of the one From header (RFC 7489, 6.6.1: anything else is not to be judged); None: there is no such."""
    if len(values) != 1 or len(values[0]) > _LONGEST_FROM or "\x00" in values[0]:
        return None
    value = _unfolded(values[0])
    found = _BARE.fullmatch(value) or _NAMED.fullmatch(value)
    if found is None:
        return None
    name = found.groupdict().get("name") or ""
    return Sender(found["address"].lower(), decoded(name.strip().strip('"')))


def loose(value: str) -> Sender:
    """What may be an address in this header, for a log; no rights come of it."""
    value = _unfolded(value[:_LONGEST_FROM])
    named = _NAMED.fullmatch(value)
    found = _LOOSE.search(value[value.rfind("<") + 1 :]) or _LOOSE.search(value)
    name = named["name"] if named else ""
    return Sender(found.group().lower() if found else "", decoded(name.strip().strip('"')))


def addresses(values: list[str], most: int = 200) -> tuple[str, ...]:
    """The addresses in these headers, each once; what is in quotes, in comments or no plain address is none."""
    found: dict[str, None] = {}
    for value in values:
        for part in _split(_unfolded(value)):
            one = strict([part])
            if one:
                found[one.address] = None
            if len(found) > most:
                return tuple(found)
    return tuple(found)


def _split(value: str) -> list[str]:
    """The mailboxes of a list: commas and group marks inside quotes and comments do not count."""
    parts, start, quoted, depth, skip = list[str](), 0, False, 0, False
    for at, sign in enumerate(value):
        if skip:
            skip = False
        elif sign == "\\":
            skip = quoted or depth > 0
        elif sign == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth = max(0, depth - 1)
        elif sign in ",;:" and not depth:
            parts.append(value[start:at])
            start = at + 1
    return [*parts, value[start:]]


def ids(value: str) -> tuple[str, ...]:
    """Message-IDs, each once, in their order."""
    found = dict.fromkeys(each.group() for each in _ID.finditer(value))
    return tuple(found)[:MOST_IDS]


def decoded(value: str) -> str:
    """Encoded words as text on one line: a line break in one is a blank (RFC 2047, 5)."""
    value = _unfolded(value[:MOST_SUBJECT])
    try:
        parts = decode_header(value) if "=?" in value else [(value, None)]
        text = "".join(_part(part, charset) for part, charset in parts)
    except (HeaderParseError, ValueError):
        text = value
    return _BLANK.sub(" ", charsets.clean(text)).strip()


def _part(part: str | bytes, charset: str | None) -> str:
    if isinstance(part, str):
        return (
            charsets.text(part.encode("ascii", "surrogateescape"), "")
            if not part.isascii()
            else part
        )
    return charsets.text(part, charset or "")


def _unfolded(value: str) -> str:
    return value.replace("\r\n", "").replace("\n", "").replace("\r", "")
