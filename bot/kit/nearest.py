"""Nearest: which word was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MANY_LETTERS = 4
"""A word so long that is part of one known word alone means that one."""


def meant(word: str, words: Iterable[str]) -> str:
    """` (did you mean X?)`, or what there is to choose from; nothing where there is nothing."""
    known = sorted(set(words))
    longer = [each for each in known if len(word) >= MANY_LETTERS and word in each]
    if close := longer if len(longer) == 1 else get_close_matches(word, known, n=1, cutoff=0.5):
        return f" (did you mean {close[0]}?)"
    if not known:
        return ""
    more = ", …" if len(known) > 12 else ""
    return f" (there are: {', '.join(known[:12])}{more})"
