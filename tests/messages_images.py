"""Images: which pictures the vendor takes in a request.

Rules as of 2026-11-26, from https://platform.claude.com/docs/en/build-with-claude/vision; a PNG is unpacked to its last row,
of the other kinds only the first bytes are looked at.
"""

from __future__ import annotations

import base64
import binascii
import struct
import zlib

from tests.messages_refusal import Json, as_blocks, as_object, as_objects, bad

PAGE = "build-with-claude/vision"
MOST_BASE64 = 5 * 1024 * 1024
MOST_IMAGES = 100
MOST_SIDE, MOST_SIDE_OF_MANY, MANY = 8_000, 2_000, 20
_BEGINS = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
_BLOCKS = frozenset(
    ["text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking"]
)
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def images_are_taken(body: Json) -> None:
    found = [
        (f"messages.{turn}.content.{at}", block, message.get("role"))
        for turn, message in enumerate(as_objects(body["messages"]))
        for at, block in enumerate(as_blocks(message.get("content")))
    ]
    for where, block, _ in found:
        if block["type"] not in _BLOCKS:
            raise bad(f"{where}: Input tag '{block['type']}' is unknown", "api/messages/create")
    images = [each for each in found if each[1]["type"] == "image"]
    if len(images) > MOST_IMAGES:
        raise bad(f"messages: too many images: {len(images)} > {MOST_IMAGES}", PAGE)
    for where, block, role in images:
        if role != "user":
            raise bad(f"{where}: images are for the user's turns", PAGE)
        _taken(where, block, MOST_SIDE_OF_MANY if len(images) > MANY else MOST_SIDE)


def _taken(where: str, block: Json, most_side: int) -> None:
    if extra := block.keys() - {"type", "source", "cache_control"}:
        raise bad(f"{where}.image.{min(extra)}: Extra inputs are not permitted", PAGE)
    source, at = as_object(block.get("source")), f"{where}.image.source"
    if source.get("type") != "base64":
        raise bad(f"{at}: this stand-in fetches nothing: 'base64' alone", PAGE)
    if extra := source.keys() - {"type", "media_type", "data"}:
        raise bad(f"{at}.base64.{min(extra)}: Extra inputs are not permitted", PAGE)
    kind, data = str(source.get("media_type")), str(source.get("data", ""))
    if kind not in _BEGINS:
        raise bad(f"{at}.base64.media_type: 'image/jpeg', 'image/png', 'image/gif', …", PAGE)
    if len(data) > MOST_BASE64:
        message = f"image exceeds 5 MB maximum: {len(data)} bytes > {MOST_BASE64} bytes"
        raise bad(f"{at}.base64: {message}", PAGE)
    try:
        content = base64.b64decode(data, validate=True)
    except binascii.Error:
        raise bad(f"{at}.base64.data: The image data is no valid base64", PAGE) from None
    if not content.startswith(_BEGINS[kind]):
        raise bad(f"{at}.base64: Image does not match the provided media type {kind}", PAGE)
    if kind == "image/png" and max(_unpacked(content)) > most_side:
        message = "At least one of the image dimensions exceed max allowed size"
        raise bad(f"{at}.base64.data: {message}: {most_side} pixels", PAGE)


def _unpacked(content: bytes) -> tuple[int, int]:
    """The size of a PNG whose rows are all there."""
    at, packed, width, height, row = 8, b"", 0, 0, 0
    try:
        while at < len(content):
            length, tag = struct.unpack_from(">I4s", content, at)
            if tag == b"IHDR":
                width, height, depth, colour = struct.unpack_from(">IIBB", content, at + 8)
                row = 1 + -(-width * depth * _SAMPLES[colour] // 8)
            if tag == b"IDAT":
                packed += content[at + 8 : at + 8 + length]
            at += 12 + length
        enough = len(zlib.decompress(packed)) >= row * height > 0
    except (struct.error, zlib.error, KeyError):
        enough = False
    if not enough:
        raise bad("Could not process image", PAGE)
    return width, height
