"""Strict tools: which schemas the vendor compiles, and how many of them in one request."""

from __future__ import annotations

from collections.abc import Iterator

from tests.messages_refusal import Json, as_list, as_object, as_objects, bad

_STRICT_KEYWORDS = frozenset(
    [
        "type",
        "enum",
        "const",
        "description",
        "title",
        "default",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "anyOf",
        "allOf",
        "$ref",
        "$defs",
        "definitions",
        "format",
        "minItems",
        "pattern",
    ]
)
_FORMATS = frozenset(
    ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"]
)


def strict_schemas_compile(body: Json) -> None:
    page = "build-with-claude/structured-outputs"
    strict = [tool for tool in as_objects(body.get("tools")) if tool.get("strict")]
    if len(strict) > 20:
        raise bad("Too many strict tools", page + "#schema-complexity-limits")
    optional = unions = 0
    for tool in strict:
        schema = as_object(tool["input_schema"])
        for path, node in _nodes(schema, "input_schema"):
            _strict_node(f"tools.{tool['name']}.{path}", node, page + "#json-schema-limitations")
            unions += "anyOf" in node or isinstance(node.get("type"), list)
            fields = as_object(node.get("properties") or {})
            optional += len(fields.keys() - set(as_list(node.get("required"))))
    if optional > 24 or unions > 16:
        raise bad("Schema is too complex for compilation.", page + "#schema-complexity-limits")


def _strict_node(path: str, node: Json, page: str) -> None:
    if unknown := node.keys() - _STRICT_KEYWORDS:
        raise bad(f"{path}: property '{min(unknown)}' is not supported", page)
    if node.get("type") == "object" and node.get("additionalProperties") is not False:
        raise bad(f"{path}: 'additionalProperties' must be explicitly set to false", page)
    if node.get("minItems", 0) not in (0, 1):
        raise bad(f"{path}: 'minItems' values other than 0 or 1 are not supported", page)
    if "format" in node and node["format"] not in _FORMATS:
        raise bad(f"{path}: format is not supported", page)
    if any(isinstance(value, dict | list) for value in as_list(node.get("enum"))):
        raise bad(f"{path}: complex types within enums are not supported", page)
    if not node.keys() & {"type", "enum", "const", "anyOf", "allOf", "$ref"}:
        raise bad(f"{path}: a schema needs a type", page)


def _nodes(schema: Json, path: str) -> Iterator[tuple[str, Json]]:
    yield path, schema
    for place in ("properties", "$defs", "definitions"):
        for name, child in as_object(schema.get(place) or {}).items():
            yield from _nodes(as_object(child), f"{path}.{name}")
    for place in ("anyOf", "allOf"):
        for at, child in enumerate(as_objects(schema.get(place))):
            yield from _nodes(child, f"{path}.{place}.{at}")
    if "items" in schema:
        yield from _nodes(as_object(schema["items"]), f"{path}.items")
