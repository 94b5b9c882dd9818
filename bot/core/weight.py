"""Weight: how much of a model's context a text takes, estimated from its characters alone, so always the same.

A token is about 3.5 English characters (the vendor's glossary, https://platform.claude.com/docs/en/about-claude/glossary);
code, JSON and other alphabets are denser. Three bytes of UTF-8 a token errs on the careful side for all of them.
"""

from __future__ import annotations

import json

BYTES_A_TOKEN = 3
_AROUND_A_BLOCK = len('{"type":"text","text":},')


def tokens(bytes_: int) -> int:
    """About how many tokens so many bytes of a request are, rounded up."""
    return -(-bytes_ // BYTES_A_TOKEN)


def weight(block: str) -> int:
    """The bytes that a block takes in a request; one that is empty is not sent."""
    if not block:
        return 0
    return len(json.dumps(block, ensure_ascii=False).encode(errors="replace")) + _AROUND_A_BLOCK
