"""Agree: whether the text and the HTML of one mail say the same, as far as something may hang on it. Nobody knows which of them its sender saw."""

from __future__ import annotations

import re

from channels.email.reading import verdicts

# What is longer and decides nothing is a message: clients make one part of the other in too many ways to compare them.
SHORT = 60
_LINK = re.compile(r"<(?:https?://|mailto:)[^<>\s]*>")
_SIGNS = re.compile(r"(?:(?![-+.,]\d)[\W_])+")  # Those of a number count.


def agree(text: str, other: str) -> bool:
    """Whether these two decide the same thing, with all that comes with it; short answers have to be the same too."""
    first, second = verdicts.read(text), verdicts.read(other)
    if first is None or second is None:
        decides = first or second or verdicts.puts_off(text) or verdicts.puts_off(other)
        is_long = min(len(text), len(other)) > SHORT
        return (not decides and is_long) or _letters(text) == _letters(other)
    as_said = _words if first.word == "edit" else _letters
    return first.word == second.word and as_said(first.rest) == as_said(second.rest)


def _letters(text: str) -> str:
    """Letters and digits alone; links that a client writes behind their words are not said by anybody."""
    return _SIGNS.sub("", _LINK.sub("", text)).casefold()


def _words(text: str) -> list[str]:
    """Words as they are: in what would run each sign counts, and only how it is indented does not."""
    return text.split()
