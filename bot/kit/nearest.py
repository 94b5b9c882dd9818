"""Nearest: which word was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def meant(word: str, words: Iterable[str]) -> str:
    """` (did you mean X?)`, or what there is to choose from; nothing where there is nothing."""
    known = sorted(set(words))
    if close := get_close_matches(word, known, n=1, cutoff=0.5):
        return f" (did you mean {close[0]}?)"
    if not known:
        return ""
    more = ", …" if len(known) > 12 else ""
    return f" (there are: {', '.join(known[:12])}{more})"
