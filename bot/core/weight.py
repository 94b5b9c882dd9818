"""Weight: how much of a model's context a text takes, estimated from its characters alone, so always the same.

A token is about 3.5 English characters (the vendor's glossary, https://platform.claude.com/docs/en/about-claude/glossary);
code, JSON and other alphabets are denser. Three bytes of UTF-8 a token errs on the careful side for all of them.
"""

from __future__ import annotations

import json

from bot.core.events import Event, ToolEnded

BYTES_A_TOKEN = 3
# https://platform.claude.com/docs/en/build-with-claude/vision: what is larger is scaled down by the vendor.
PIXELS_A_TOKEN = 750
MOST_PICTURE_TOKENS = 5_000
_AROUND_A_BLOCK = len('{"type":"text","text":},')


def tokens(bytes_: int) -> int:
    """About how many tokens so many bytes of a request are, rounded up."""
    return -(-bytes_ // BYTES_A_TOKEN)


def weight(block: str) -> int:
    """The bytes that a block takes in a request; one that is empty is not sent."""
    if not block:
        return 0
    return len(json.dumps(block, ensure_ascii=False).encode(errors="replace")) + _AROUND_A_BLOCK


def pictured(event: Event) -> int:
    """The bytes of text that would take as much as the picture of this event, if it has one."""
    if not isinstance(event, ToolEnded) or event.picture is None:
        return 0
    taken = -(-event.picture.width * event.picture.height // PIXELS_A_TOKEN)
    return BYTES_A_TOKEN * min(taken, MOST_PICTURE_TOKENS)
