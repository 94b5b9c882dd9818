"""Fields: what a form asks for each argument of a call, by the tool's JSON schema, and what was written into it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from pydantic import JsonValue

from bot.core.legible import legible
from bot.core.look_alikes import marked
from bot.core.visible import exact
from bot.core.yamlish import TOO_DEEP, dump
from channels.slack.blocks import Json
from channels.slack.bounds import complaint
from channels.slack.vocabulary import Words

_MOST_OPTIONS = 100
LONG_LINE_CHARACTERS = 60
_PLAIN_SPACE = re.compile(r"[ \t\n]+")
Kind = Literal["text", "integer", "number", "choice", "json"]
_KINDS: dict[str, Kind] = {"string": "text", "integer": "integer", "number": "number"}


class Mistake(Exception):
    """What was written cannot be taken; the text says why, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Field:
    """One argument. `is_there`: the card has it. `can_be_null`, `is_required`: as the schema says."""

    name: str
    kind: Kind
    schema: Json
    value: JsonValue
    is_there: bool
    can_be_null: bool
    is_required: bool

    @property
    def may_be_empty(self) -> bool:
        return self.kind == "text" or self.can_be_null or not (self.is_there or self.is_required)

    @property
    def options(self) -> list[JsonValue]:
        return cast("list[JsonValue]", self.schema["enum"])

    @property
    def initial(self) -> str:
        """The value as it stands in a text input."""
        if not self.is_there or self.value is None:
            return ""
        return str(self.value) if self.kind == "text" else written(self.value)

    @property
    def seeming(self) -> str:
        """Those of its words that are not what they seem, as the card has them."""
        found = (word for word in _PLAIN_SPACE.split(self.initial) if shown(word) != word)
        return ", ".join(map(legible, dict.fromkeys(found)))


def fields(arguments: Mapping[str, JsonValue], schema: Json) -> list[Field]:
    """A field for each argument on the card, then for each that the tool takes and the card leaves out."""
    properties = cast("Mapping[str, Json]", schema.get("properties", {}))
    names = [*arguments, *(name for name in properties if name not in arguments)]
    return [_field(name, arguments, schema) for name in names]


def _field(name: str, arguments: Mapping[str, JsonValue], schema: Json) -> Field:
    properties = cast("Mapping[str, JsonValue]", schema.get("properties", {}))
    given = properties.get(name)
    node, can_be_null = _resolved(given if isinstance(given, dict) else {}, schema)
    value = arguments.get(name)
    return Field(
        name=name,
        kind=_kind(node, value),
        schema=node,
        value=value,
        is_there=name in arguments,
        can_be_null=can_be_null,
        is_required=name in cast("list[str]", schema.get("required", [])),
    )


def _resolved(node: Json, schema: Json) -> tuple[Json, bool]:
    """The node behind references and `or null`, and whether null may stand in its place."""
    can_be_null = False
    for _ in range(8):  # Deeper references than that are shown as JSON.
        reference, ways = node.get("$ref"), node.get("anyOf")
        if isinstance(reference, str):
            there = cast("Mapping[str, Json]", schema.get("$defs", {}))
            rest = {key: value for key, value in node.items() if key != "$ref"}
            node = {**there.get(reference.rpartition("/")[2], {}), **rest}
        elif isinstance(ways, list):
            left = [way for way in cast("list[Json]", ways) if way.get("type") != "null"]
            can_be_null = can_be_null or len(left) < len(ways)
            rest = {key: value for key, value in node.items() if key != "anyOf"}
            node = {**rest, **left[0]} if len(left) == 1 else rest
        elif node.get("type") == "boolean":
            return {**node, "enum": [True, False]}, can_be_null
        else:
            break
    return node, can_be_null


def _kind(node: Json, value: JsonValue) -> Kind:
    """By the schema, unless the card's own value is of another kind."""
    options = node.get("enum")
    if isinstance(options, list) and 1 <= len(options) <= _MOST_OPTIONS:
        return "choice"
    untyped: Kind = "text" if isinstance(value, str) and "type" not in node else "json"
    kind = _KINDS.get(str(node.get("type")), untyped)
    return kind if value is None or _fits(kind, value) else "json"


def _fits(kind: Kind, value: JsonValue) -> bool:
    match kind:
        case "text":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case _:
            return True


# ---- what was written ------------------------------------------------------------------------------------------------
def read(field: Field, given: str, say: Words) -> JsonValue:
    """What was written or chosen, as a value of the field's kind. Raises `Mistake`."""
    if not given.strip():
        return _empty(field, say)
    match field.kind:
        case "choice":
            return _choice(field, given, say)
        case "json":
            return _structure(field, given, say)
        case "text":
            return _checked(field, given, say)
        case kind:
            return _checked(field, _number(kind, given.strip(), say), say)


def _checked(field: Field, value: str | float, say: Words) -> JsonValue:
    broken = complaint(field.schema, value, say)
    if broken is not None:
        raise Mistake(broken)
    return value


def _empty(field: Field, say: Words) -> JsonValue:
    if field.kind == "text" and not field.can_be_null:
        return _checked(field, "", say)
    if not field.may_be_empty:
        raise Mistake(say.a_value)
    return None


def _choice(field: Field, given: str, say: Words) -> JsonValue:
    options = field.options
    if given.isascii() and given.isdigit() and len(given) < 4 and int(given) < len(options):
        return options[int(given)]
    raise Mistake(say.a_choice)


def _number(kind: Kind, given: str, say: Words) -> int | float:
    try:
        if kind == "integer":
            return int(given)
        value = float(given)
    except ValueError:
        raise Mistake(say.a_whole_number if kind == "integer" else say.a_number) from None
    if not math.isfinite(value):
        raise Mistake(say.a_number)
    return int(given) if re.fullmatch(r"[+-]?\d{1,15}", given) else value


def _structure(field: Field, given: str, say: Words) -> JsonValue:
    """JSON of the kind that the schema wants, or else that the card has."""
    try:
        value = cast("JsonValue", json.loads(given, parse_constant=_refuse))
    except (ValueError, RecursionError):
        raise Mistake(say.a_json) from None
    if TOO_DEEP in dump(value):
        raise Mistake(say.too_deep)
    wanted = field.schema.get("type")
    if wanted == "array" and not isinstance(value, list):
        raise Mistake(say.a_list)
    if wanted == "object" and not isinstance(value, dict):
        raise Mistake(say.a_mapping)
    return value


def _refuse(constant: str) -> JsonValue:
    raise ValueError(constant)  # NaN and the infinities are no JSON.


def is_same(field: Field, value: JsonValue) -> bool:
    """Whether this is what the card says already, to the type: 1 is neither 1.0 nor true."""
    return json.dumps(value, sort_keys=True) == json.dumps(field.value, sort_keys=True)


def shown(text: str) -> str:
    """The text with what cannot be seen written out, and the code point behind each look-alike."""
    return exact(marked(text))


def written(value: JsonValue) -> str:
    """A value as JSON, on several lines where one would be long; what cannot be seen, or passes for something else, is escaped."""
    line = json.dumps(value, ensure_ascii=False)
    indent = 2 if len(line) > LONG_LINE_CHARACTERS else None
    plain = shown(line) == line
    return json.dumps(value, ensure_ascii=not plain, indent=indent)
