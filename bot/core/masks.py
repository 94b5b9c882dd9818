"""Masks: what looks as if it opened a door is cut out of what is kept, said or logged, whoever wrote it there.

`[secret: AWS key]` stands in its place. Cutting again changes nothing; of JSON it leaves JSON, since no pattern takes a
quote with it; and each goes over a text once, however that is written. Names are no secrets: a commit, a channel, a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from bot.core.mask_kinds import KINDS, Found, Kind
from bot.core.visible import bare

OWN = "[secret]"
SHORTEST = 6  # Nothing shorter is found by any pattern.
MOST_WORDS = 200  # Characters of what is short.
SHORTEST_KNOWN = 8  # A shorter value would be found in words that have nothing to do with it.


@dataclass(frozen=True, slots=True)
class Masks:
    """What is cut out: whatever looks like a secret, and the `known` values, which may look like anything."""

    known: tuple[str, ...] = ()

    def cut(self, text: str) -> str:
        """The text without them."""
        return self.counted(text)[0]

    def counted(self, text: str) -> tuple[str, dict[str, int]]:
        """The same, and how many of each kind there were; the known ones are of none."""
        left, found = self._counted(text)
        if (seen := bare(left)) is not left:
            # What hides something goes with it; elsewhere it may be part of a sign.
            after, more = self._counted(seen)
            if after != seen:
                return after, {
                    name: found.get(name, 0) + more.get(name, 0) for name in found | more
                }
        return left, found

    def _counted(self, text: str) -> tuple[str, dict[str, int]]:
        found = dict[str, int]()
        if len(text) < SHORTEST:
            return text, found
        for value in self.known:
            text = text.replace(value, OWN)
        lowered = text.lower()
        # For a few words one look for any mark takes a third of the time; in long texts it is the slower way.
        if len(text) < MOST_WORDS and not (_PLAIN_MARK.search(text) or _TOLD_MARK.search(lowered)):
            return text, found
        for mark, kind in _MARKS:
            if mark in (lowered if kind.left else text):
                text, count = _cut(kind, text)
                if count:
                    found[kind.name] = found.get(kind.name, 0) + count
        return text, found


def _cut(kind: Kind, text: str) -> tuple[str, int]:
    """Without those of this kind, and how many there were."""
    if kind.left is None:
        return kind.looks.subn(kind.mask, text)
    left, none = partial(kind.left, kind.mask), 0

    def cut(found: Found) -> str:
        nonlocal none
        rest = left(found)
        none += rest == found[0]
        return rest

    text, count = kind.looks.subn(cut, text)
    return text, count - none


_MARKS = tuple((mark, kind) for kind in KINDS for mark in kind.marks)
_PLAIN_MARK = re.compile("|".join(re.escape(mark) for mark, kind in _MARKS if not kind.left))
_TOLD_MARK = re.compile("|".join(re.escape(mark) for mark, kind in _MARKS if kind.left))


def masks(known: Iterable[str] = ()) -> Masks:
    """The masks that also know these values, the longest first: one may be part of another."""
    long_enough = {value for value in known if len(value) >= SHORTEST_KNOWN}
    return Masks(tuple(sorted(long_enough, key=lambda value: (-len(value), value))))


PLAIN = Masks()
