"""Block: the `name: value` lines below the word `edit`, as arguments."""

from __future__ import annotations

import math
from typing import cast

import yaml
from pydantic import JsonValue

MOST_CHARACTERS = 20_000


def arguments(text: str) -> dict[str, JsonValue] | None:
    """What the lines say; None: they are no such lines. YAML's aliases, tags and dates are none of it."""
    if len(text) > MOST_CHARACTERS or ("&" in text and "*" in text):
        return None
    try:
        found = cast("object", yaml.load(text, Loader=_Plain))  # noqa: S506 - a loader that makes plain values alone
    except (yaml.YAMLError, ValueError, ArithmeticError, LookupError, AttributeError, TypeError, RecursionError):  # fmt: skip
        return None  # A tag that does not fit its value raises whatever it comes upon.
    if not isinstance(found, dict) or not found:
        return None
    changed = {
        str(key): _plain(value) for key, value in cast("dict[object, object]", found).items()
    }
    return (
        None
        if any(_holds_nothing(value) for value in changed.values())
        else cast("dict[str, JsonValue]", changed)
    )


class _Plain(yaml.SafeLoader):
    """A day stays the text that it is."""


_Plain.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for sign, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_NOTHING = object()


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in cast("dict[object, object]", value).items()}
    if isinstance(value, list):
        return [_plain(each) for each in cast("list[object]", value)]
    if isinstance(value, float) and not math.isfinite(value):
        return _NOTHING
    return value if value is None or isinstance(value, str | bool | int | float) else _NOTHING


def _holds_nothing(value: object) -> bool:
    """Whether anything in it is no plain value, however deep it lies."""
    if isinstance(value, dict):
        return any(map(_holds_nothing, cast("dict[str, object]", value).values()))
    if isinstance(value, list):
        return any(map(_holds_nothing, cast("list[object]", value)))
    return value is _NOTHING
