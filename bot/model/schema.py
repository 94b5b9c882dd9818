"""Strict schemas: a pydantic JSON schema rewritten so that the model cannot answer outside it.

The vendor compiles a strict tool's schema into a grammar and refuses what it cannot compile. A
limit that cannot be compiled is said in the description; what arrives is validated anyway.

Rules: https://platform.claude.com/docs/en/build-with-claude/structured-outputs, as of 2026-11-22.
"""

from __future__ import annotations

import json
from typing import cast

Schema = dict[str, object]

# These limits narrow a value without changing its shape: they go into the description.
_SAID = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "format",
    "default",
    "examples",
)
_STRUCTURE = ("properties", "required", "additionalProperties", "items", "anyOf", "oneOf", "allOf")
_KEPT = ("type", "enum", "const", "description")
# These say nothing the model could use and would be paid for in every request.
_DROPPED = ("title", "discriminator", "$schema", "deprecated", "readOnly", "writeOnly")
_FORMATS = frozenset(
    ("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid")
)


class NotStrict(ValueError):
    """The schema's shape has no strict form: an open map, a recursion, a value of any type."""


def strict_schema(schema: Schema) -> Schema:
    """References inlined, objects closed, limits told in words; done twice it changes nothing."""
    definitions = {**_schema(schema.get("$defs")), **_schema(schema.get("definitions"))}
    root = {key: value for key, value in schema.items() if key not in ("$defs", "definitions")}
    return _strict(root, definitions, ())


def rooted(schema: Schema) -> Schema:
    """The root spelled out, as the vendor wants it: that of a recursive model is a reference."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    definitions = _schema(schema.get("$defs"))
    if name not in definitions:
        return schema
    return {**_schema(definitions[name]), "$defs": definitions}


def _strict(schema: Schema, definitions: Schema, inside: tuple[str, ...]) -> Schema:
    schema, inside = _resolved(schema, definitions, inside)
    _refuse_the_inexpressible(schema)
    strict: Schema = {key: schema[key] for key in _KEPT if key in schema}
    kept, said = _limits(schema)
    strict |= kept | _described(schema.get("description"), said)
    if variants := schema.get("anyOf", schema.get("oneOf")):
        strict["anyOf"] = [_strict(_schema(each), definitions, inside) for each in _list(variants)]
    if "items" in schema:
        strict["items"] = _strict(_schema(schema["items"]), definitions, inside)
    if _has_type(schema, "object"):
        strict |= _closed_object(schema, definitions, inside)
    return strict


def _resolved(
    schema: Schema, definitions: Schema, inside: tuple[str, ...]
) -> tuple[Schema, tuple[str, ...]]:
    """The schema its `$ref` or lone `allOf` points to; what stands beside the reference wins."""
    beside = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        if name in inside or name not in definitions:
            raise NotStrict(f"{name} refers to itself or to nothing")
        target = _schema(definitions[name])
        return _resolved({**target, **beside}, definitions, (*inside, name))
    parts = _list(schema.get("allOf", []))
    if len(parts) == 1:
        return _resolved({**_schema(parts[0]), **beside}, definitions, inside)
    return schema, inside


def _refuse_the_inexpressible(schema: Schema) -> None:
    if unknown := schema.keys() - {*_SAID, *_STRUCTURE, *_KEPT, *_DROPPED}:
        raise NotStrict(f"no strict form for {', '.join(sorted(unknown))}")
    if "allOf" in schema or not schema.keys() & {"type", "enum", "const", "anyOf", "oneOf"}:
        raise NotStrict("a value of any type has no strict form")
    if any(isinstance(value, dict | list) for value in _list(schema.get("enum", []))):
        raise NotStrict("an enum of lists or objects has no strict form")
    if _has_type(schema, "array") and "items" not in schema:
        raise NotStrict("a list of anything has no strict form")
    closed = "properties" in schema and schema.get("additionalProperties", False) is False
    if _has_type(schema, "object") and not closed:
        raise NotStrict("an object with free keys has no strict form")


def _limits(schema: Schema) -> tuple[Schema, Schema]:
    """Its limits, parted into those the grammar can hold and those only words can."""
    limits = {key: schema[key] for key in _SAID if key in schema}
    kept: Schema = {}
    if limits.get("format") in _FORMATS and _has_type(schema, "string"):
        kept["format"] = limits.pop("format")
    if limits.get("minItems") in (0, 1):
        kept["minItems"] = limits.pop("minItems")
    if limits.get("default", ...) is None:
        del limits["default"]
    return kept, limits


def _described(description: object, said: Schema) -> Schema:
    if not said:
        return {}
    limits = ", ".join(
        f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in said.items()
    )
    return {"description": f"{description}\n\n{{{limits}}}" if description else f"{{{limits}}}"}


def _closed_object(schema: Schema, definitions: Schema, inside: tuple[str, ...]) -> Schema:
    required = _list(schema.get("required", []))
    properties = {
        name: _strict(
            _schema(value) if name in required else _without_null(_schema(value)),
            definitions,
            inside,
        )
        for name, value in _schema(schema["properties"]).items()
    }
    closed: Schema = {"properties": properties}
    if required:
        closed["required"] = required
    return {**closed, "additionalProperties": False}


def _without_null(schema: Schema) -> Schema:
    """An optional field that may be null may be left out: that spares one of the few unions."""
    if "default" not in schema or schema["default"] is not None:
        return schema
    variants = [each for each in _list(schema.get("anyOf", [])) if each != {"type": "null"}]
    if len(variants) != 1:
        return schema
    beside = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**_schema(variants[0]), **beside}


def _has_type(schema: Schema, name: str) -> bool:
    kind = schema.get("type")
    return name in cast("list[object]", kind) if isinstance(kind, list) else kind == name


def _schema(value: object) -> Schema:
    return cast("Schema", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def optional_fields(schema: object) -> int:
    """How many fields may be left out, at any depth; limited over all strict tools together."""
    here = len(_schema(_schema(schema).get("properties"))) - len(
        _list(_schema(schema).get("required", []))
    )
    return here + sum(optional_fields(each) for each in _children(schema))


def union_fields(schema: object) -> int:
    """How many places take one of several types, at any depth; limited in the same way."""
    node = _schema(schema)
    here = int("anyOf" in node or isinstance(node.get("type"), list))
    return here + sum(union_fields(each) for each in _children(schema))


def _children(schema: object) -> list[object]:
    node = _schema(schema)
    items = [node["items"]] if "items" in node else []
    return [*_schema(node.get("properties")).values(), *items, *_list(node.get("anyOf", []))]
