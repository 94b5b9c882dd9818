"""Bounds: what a tool's JSON schema says of a value, as words for a hint, and whether a value keeps to it."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator

from bot.core.visible import on_one_line, shortened
from channels.slack.payload import Json
from channels.slack.vocabulary import Words

_MOST_HINT_CHARACTERS = 500
_BOUNDS: tuple[tuple[str, str, Callable[[float, float], bool]], ...] = (
    ("minimum", "at_least", operator.lt),
    ("exclusiveMinimum", "more_than", operator.le),
    ("maximum", "at_most", operator.gt),
    ("exclusiveMaximum", "less_than", operator.ge),
    ("minLength", "shortest", operator.lt),
    ("maxLength", "longest", operator.gt),
)


def hint(schema: Json, say: Words) -> str:
    """The schema's own description and its bounds, in one line."""
    about, pattern = schema.get("description"), schema.get("pattern")
    parts = [
        about.strip() if isinstance(about, str) else "",
        *(sentence for sentence, _, _ in _bounds(schema, say)),
        say.like.format(limit=pattern) if isinstance(pattern, str) else "",
    ]
    return shortened(on_one_line("; ".join(part for part in parts if part)), _MOST_HINT_CHARACTERS)


def complaint(schema: Json, value: str | float, say: Words) -> str | None:
    """Which bound the value breaks, of those that a form can tell at once; the tool itself looks at all of them."""
    size = len(value) if isinstance(value, str) else value
    for sentence, limit, breaks in _bounds(schema, say):
        if breaks(size, limit):
            return _sentence(sentence)
    pattern = schema.get("pattern")
    if isinstance(value, str) and isinstance(pattern, str) and not _matches(pattern, value):
        return _sentence(say.like.format(limit=pattern))
    return None


def _bounds(
    schema: Json, say: Words
) -> Iterator[tuple[str, float, Callable[[float, float], bool]]]:
    for key, sentence, breaks in _BOUNDS:
        limit = schema.get(key)
        if isinstance(limit, int | float):
            yield str(getattr(say, sentence)).format(limit=f"{limit:,}"), limit, breaks


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:  # The schema's patterns are of another make.
        return True
