"""Complaint: what a schema says about wrong input, in words for a person; the input is not echoed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.kit.nearest import meant

_REWORDED = {
    "Input should": "should",
    "Value error, ": "",
    "Assertion failed, ": "",
    "Field required": "is missing",
    "a valid tuple": "a list",
    "a valid dictionary": "a mapping of names to values",
    "an object": "a mapping of names to values",
}


def complaints(
    error: ValidationError, model: type[BaseModel]
) -> list[tuple[tuple[str | int, ...], str]]:
    """Each wrong place with its complaint, in the order of the model's fields."""
    names = set(_names(cast("dict[str, object]", model.model_json_schema())))
    details = error.errors(include_url=False, include_input=False, include_context=False)
    return [(detail["loc"], _sentence(detail, names)) for detail in details]


def _sentence(detail: ErrorDetails, names: set[str]) -> str:
    place = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f"{place[:80]} is not known here{meant(str(detail['loc'][-1])[:80], names)}"
    text = detail["msg"]
    for theirs, ours in _REWORDED.items():
        text = text.replace(theirs, ours)
    if text.startswith(("should", "is ")):
        return f"{place} {text}" if place else text
    text = text[:1].lower() + text[1:]
    return f"{place}: {text}" if place else text


def _names(schema: object) -> Iterator[str]:
    """Every property name in a JSON schema, at any depth."""
    if isinstance(schema, dict):
        node = cast("dict[str, object]", schema)
        properties = node.get("properties")
        yield from cast("dict[str, object]", properties) if isinstance(properties, dict) else ()
        for child in node.values():
            yield from _names(child)
    elif isinstance(schema, list):
        for child in cast("list[object]", schema):
            yield from _names(child)
