"""Complaint: what a schema says about wrong input, in words for a person; the input is not echoed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.kit.nearest import meant

Node = dict[str, object]
_CLASS = re.compile(r" or instance of \w+")
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
    schema = cast("Node", model.model_json_schema())
    details = error.errors(include_url=False, include_input=False, include_context=False)
    return [(detail["loc"], _sentence(detail, schema)) for detail in details]


def _sentence(detail: ErrorDetails, schema: Node) -> str:
    place = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        *around, last = detail["loc"]
        names = {name for node in _nodes(schema, around, schema) for name in _properties(node)}
        return f"{place[:80]} is not known here{meant(str(last)[:80], names)}"
    text = _CLASS.sub("", detail["msg"])
    for theirs, ours in _REWORDED.items():
        text = text.replace(theirs, ours)
    if text.startswith(("should", "is ")):
        return f"{place} {text}" if place else text
    text = text[:1].lower() + text[1:]
    return f"{place}: {text}" if place else text


def _nodes(node: object, place: Sequence[str | int], root: Node) -> Iterator[Node]:
    """The schemas that may hold at this place under a node."""
    if not isinstance(node, dict):
        return
    known = cast("Node", node)
    if isinstance(ref := known.get("$ref"), str):
        definitions = cast("Node", root["$defs"])
        yield from _nodes(definitions[ref.rpartition("/")[2]], place, root)
    for choice in cast("list[object]", known.get("anyOf", [])):
        yield from _nodes(choice, place, root)
    if not place:
        yield known
        return
    named = _properties(known).get(str(place[0]), known.get("additionalProperties"))
    inner = known.get("items") if isinstance(place[0], int) else named
    yield from _nodes(inner, place[1:], root)


def _properties(node: Node) -> Node:
    return cast("Node", node.get("properties", {}))
