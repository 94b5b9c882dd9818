"""Prompt cache: which part of a request an earlier one already paid for.

A small honest copy of https://platform.claude.com/docs/en/build-with-claude/prompt-caching: only
prefixes that end at a breakpoint are written, a breakpoint finds an earlier prefix at most 20
blocks before itself, short prefixes are never kept, entries live five minutes from their last use.
A token is four bytes here.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass

from tests.messages_refusal import Json, as_objects
from tests.messages_rules import text_blocks

LOOK_BACK_BLOCKS = 20
LIFE_SECONDS = 300.0
# Not every model's minimum is documented; the smallest one known is taken.
LEAST_TOKENS = 512


@dataclass(frozen=True, slots=True)
class Bill:
    """The prompt's tokens by price class."""

    fresh: int
    read: int
    written: int


@dataclass(frozen=True, slots=True)
class _Prefix:
    digest: str
    tokens: int
    marked: bool


class PromptCache:
    """Prefixes kept, by what they hold."""

    def __init__(self) -> None:
        self._expires: dict[str, float] = {}

    def bill(self, body: Json) -> Bill:
        prefixes = _prefixes(body)
        ends = [at for at, prefix in enumerate(prefixes) if prefix.marked]
        total = prefixes[-1].tokens
        last = prefixes[ends[-1]].tokens if ends else 0
        if last < LEAST_TOKENS:
            return Bill(total, 0, 0)
        read = max((self._found(prefixes, end) for end in ends), default=0)
        for end in ends:
            self._keep(prefixes[end])
        return Bill(total - last, read, last - read)

    def _found(self, prefixes: list[_Prefix], end: int) -> int:
        for at in range(end, max(-1, end - LOOK_BACK_BLOCKS), -1):
            if self._expires.get(prefixes[at].digest, 0.0) > time.monotonic():
                self._keep(prefixes[at])
                return prefixes[at].tokens
        return 0

    def _keep(self, prefix: _Prefix) -> None:
        if prefix.tokens >= LEAST_TOKENS:
            self._expires[prefix.digest] = time.monotonic() + LIFE_SECONDS


def _prefixes(body: Json) -> list[_Prefix]:
    digest = hashlib.sha256(str(body["model"]).encode())
    tokens = 0
    prefixes: list[_Prefix] = []
    for block in [*as_objects(body.get("tools")), *text_blocks(body)]:
        held = {key: value for key, value in block.items() if key != "cache_control"}
        text = json.dumps(held, ensure_ascii=False).encode()
        digest.update(text)
        tokens += -(-len(text) // 4)
        prefixes.append(_Prefix(digest.copy().hexdigest(), tokens, "cache_control" in block))
    return prefixes
