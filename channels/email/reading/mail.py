"""Mail: octets as headers, texts and files (RFC 2045 to 2049). What is too much, too deep or torn is refused as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import cast

from channels.email.reading import charsets, flowed
from channels.email.reading.headers import Headers, decoded

MOST_BYTES = 25_000_000
MOST_HEADER_BYTES = 262_144
MOST_HEADERS = 1_000
MOST_PARTS = 300
MOST_DEPTH = 30
MOST_TEXT = 1_500_000
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
_END_OF_HEADERS = re.compile(rb"\r?\n[ \t]*\r?\n|\r\r")
# How a mail's structure can be understood in two ways: then nobody knows what the sender saw.
_TORN = (
    "StartBoundaryNotFoundDefect",
    "NoBoundaryInMultipartDefect",
    "MultipartInvariantViolationDefect",
)

# Headers that end early: what follows is a header to some and text to others.
_TORN_HEAD = (
    "MissingHeaderBodySeparatorDefect",
    "FirstHeaderLineIsContinuationDefect",
    "MisplacedEnvelopeHeaderDefect",
    "MalformedHeaderDefect",
)


class Unreadable(Exception):
    """Nothing can be made of this mail; the sentence says why."""


@dataclass(frozen=True, slots=True)
class File:
    """Something that came with a mail; `path` is which of its parts it is, counted from 0."""

    path: int
    name: str
    type: str
    content: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. `plain` and `html` are its first texts, each None where there is none; `doubt` says why it can be read in two ways."""

    headers: Headers
    type: str
    parameters: tuple[tuple[str, str], ...]
    plain: str | None
    html: str | None
    files: tuple[File, ...]
    doubt: str = ""
    report: str = ""
    is_torn: bool = False


def parsed(raw: bytes) -> Mail:
    """The parts of a mail. Raises `Unreadable`."""
    _bounded(raw)
    try:
        message = BytesParser(policy=compat32).parsebytes(raw)
        return _mail(message)
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise Unreadable(
            f"it cannot be parsed: {type(error).__name__}: {str(error)[:200]}"
        ) from error


def _bounded(raw: bytes) -> None:
    """What the standard library would be slow at is seen before it looks."""
    if len(raw) > MOST_BYTES:
        raise Unreadable(f"it has {len(raw):,} bytes, more than {MOST_BYTES:,}")
    end = _END_OF_HEADERS.search(raw, 0, MOST_HEADER_BYTES + 4)
    if end is None and len(raw) > MOST_HEADER_BYTES:
        raise Unreadable(f"its headers have more than {MOST_HEADER_BYTES:,} bytes")
    if raw.count(b"\n", 0, end.start() if end else len(raw)) > 5 * MOST_HEADERS:
        raise Unreadable(f"it has more than {5 * MOST_HEADERS:,} header lines")
    found = 0
    for found, _ in enumerate(_BOUNDARY.finditer(raw), 1):
        if found > MOST_PARTS:
            raise Unreadable(f"it has more than {MOST_PARTS} parts of parts")


def _mail(message: Message) -> Mail:
    lines = tuple((name, _raw(value)) for name, value in message.raw_items())
    if len(lines) > MOST_HEADERS:
        raise Unreadable(f"it has more than {MOST_HEADERS:,} headers")
    found = _Found()
    for depth, part in _walk(message):
        if depth > MOST_DEPTH:
            raise Unreadable(f"its parts are nested more than {MOST_DEPTH} deep")
        found.take(part)
    parameters = message.get_params(failobj=[], header="content-type") or []
    return Mail(
        headers=Headers(lines),
        type=message.get_content_type(),
        parameters=tuple((str(name).lower(), str(value)) for name, value in parameters[1:]),
        plain=found.plain,
        html=found.html,
        files=tuple(found.files),
        doubt=found.doubt,
        report=found.report,
        is_torn=any(type(each).__name__ in _TORN_HEAD for each in message.defects),
    )


def _raw(value: object) -> str:
    """A header as it came; octets that are no ASCII stay what they are, as surrogates, until somebody decodes them."""
    return str(value)


def _walk(message: Message) -> Iterator[tuple[int, Message]]:
    """The leaves, in their order; an attached mail is a leaf, and none of its parts is looked at."""
    waiting, seen = [(0, message)], 0
    while waiting:
        depth, part = waiting.pop()
        seen += 1
        if seen > MOST_PARTS:
            raise Unreadable(f"it has more than {MOST_PARTS} parts")
        inner = _inner(part)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting += [(depth + 1, each) for each in reversed(inner)]
            if part.defects:
                yield depth, part
        else:
            yield depth, part


class _Found:
    """What the leaves hold."""

    def __init__(self) -> None:
        self.plain: str | None = None
        self.html: str | None = None
        self.files: list[File] = []
        self.doubt = ""
        self.report = ""
        self._path = -1

    def take(self, part: Message) -> None:
        for defect in part.defects:
            if type(defect).__name__ in _TORN:
                self.doubt = "its parts can be told apart in two ways"
        if len(part.get_all("content-type", [])) > 1:
            self.doubt = "a part of it has two types"
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            return
        self._path += 1
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            self.report = _report(part)
        elif kind in ("text/plain", "text/html") and not _is_file(part):
            self._text(part, kind)
        else:
            self._file(part, kind)

    def _text(self, part: Message, kind: str) -> None:
        octets = part.get_payload(decode=True)
        octets = octets if isinstance(octets, bytes) else b""
        if len(octets) > MOST_TEXT:
            self.doubt = "its text is too long to be read as a whole"
            octets = octets[:MOST_TEXT]
        text = charsets.text(octets, str(part.get_param("charset", "") or ""))
        if kind == "text/html":
            self.html = text if self.html is None else self.html + "\n" + text
            return
        if str(part.get_param("format", "")).lower() == "flowed":
            text = flowed.unfolded(
                text, drops_space=str(part.get_param("delsp", "")).lower() == "yes"
            )
        self.plain = text if self.plain is None else self.plain.rstrip("\n") + "\n\n" + text

    def _file(self, part: Message, kind: str) -> None:
        name = decoded(str(part.get_filename("") or ""))
        if kind == "message/rfc822":
            inner = _inner(part)
            octets = inner[0].as_bytes() if inner else b""
            name = name or "mail.eml"
        else:
            payload = part.get_payload(decode=True)
            octets = payload if isinstance(payload, bytes) else b""
        if octets or name:
            self.files.append(File(self._path, name, kind, octets))


def _inner(part: Message) -> list[Message]:
    """The parts of this part."""
    inner = cast("list[object] | str", part.get_payload())
    return [each for each in inner if isinstance(each, Message)] if isinstance(inner, list) else []


def _is_file(part: Message) -> bool:
    said = str(part.get("content-disposition", "")).strip().lower()
    return said.startswith("attachment") or (
        bool(part.get_filename()) and not said.startswith("inline")
    )


def _report(part: Message) -> str:
    """The fields of a delivery status (RFC 3464, 2), a block a recipient."""
    told = ["\n".join(f"{name}: {value}" for name, value in each.items()) for each in _inner(part)]
    return "\n\n".join(told)[:20_000]
