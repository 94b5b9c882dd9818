"""Results: what of a tool's result is carried in the log, and where the whole is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from bot.core.codec import digest, digest_of
from bot.core.values import Picture
from bot.kit.picture import Pictured

PAGE_CHARACTERS = 20_000
MOST_BLOB_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Carried:
    """A result as its event has it: whole, or cut, with the whole as a blob of the log."""

    result: JsonValue
    ref: str = ""
    size: int = 0
    blobs: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    picture: Picture | None = None


def carry(result: JsonValue | Pictured, cap_characters: int) -> Carried:
    """Small results go into the event; of a large one the first page does, and the rest can be read by page."""
    if isinstance(result, Pictured):
        return _pictured(result)
    text = text_of(result)
    if len(text) <= cap_characters:
        return Carried(result)
    ref = digest(text)[:16]
    return Carried(text[:cap_characters], ref, len(text), {ref: _bounded(text)})


def _pictured(result: Pictured) -> Carried:
    """The words go into the event; the picture is a blob that it names."""
    ref = digest_of(result.content)[:16]
    picture = Picture(
        ref=ref,
        size=len(result.content),
        type=result.type,
        width=result.width,
        height=result.height,
    )
    return Carried(result.text, blobs={ref: result.content}, picture=picture)


def _bounded(text: str) -> bytes:
    """What is stored of a large result: at most so many bytes, and what is missing is said at its end."""
    whole = text.encode(errors="replace")
    left = len(whole) - MOST_BLOB_BYTES
    return (
        whole
        if left <= 0
        else whole[:MOST_BLOB_BYTES] + f"… ({left} more bytes, left out)".encode()
    )


def text_of(result: JsonValue) -> str:
    """A result as one text: itself if it is one, else compact JSON."""
    if isinstance(result, str):
        return result
    return json.dumps(result, ensure_ascii=False, separators=(",", ":"))


def page(whole: bytes, number: int) -> JsonValue:
    """One page of a large result, counted from 1."""
    text = whole.decode(errors="replace")
    pages = max(1, -(-len(text) // PAGE_CHARACTERS))
    number = min(max(number, 1), pages)
    start = (number - 1) * PAGE_CHARACTERS
    return {"page": number, "of": pages, "text": text[start : start + PAGE_CHARACTERS]}
