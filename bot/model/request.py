"""Requests: the one body of POST /v1/messages for what is asked; same words, same bytes.

One user turn, one text block an event, after it its picture where it has one, no assistant turns.
The prompt cache keeps the prefix up to a marked block: marked are the instructions, the last block,
and the block that was last in the request before, so that what was written then is found however
many blocks were added since (the vendor looks back 20:
https://platform.claude.com/docs/en/build-with-claude/prompt-caching).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypedDict, cast

from bot.model.schema import (
    NotStrict,
    Schema,
    optional_fields,
    rooted,
    strict_schema,
    union_fields,
)

# A larger answer in one piece could take over ten minutes, and idle connections are cut:
# https://platform.claude.com/docs/en/api/errors#long-requests
MAX_TOKENS_CEILING = 21_333

# https://platform.claude.com/docs/en/build-with-claude/structured-outputs#schema-complexity-limits
MAX_STRICT_TOOLS = 20
MAX_OPTIONAL_FIELDS = 24
MAX_UNION_FIELDS = 16

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_MARK = '"cache_control":{"type":"ephemeral"}'
_END = "]}]}"
_NOTHING: Mapping[int, Mapping[str, object]] = {}

# https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class ToolSpec(TypedDict):
    """A tool as the model sees it; `input_schema` as pydantic writes it."""

    name: str
    description: str
    input_schema: Schema


def spec_of(spec: Mapping[str, object]) -> ToolSpec:
    """A tool of the kit as the model's port names its parts."""
    return {
        "name": str(spec["name"]),
        "description": str(spec["description"]),
        "input_schema": cast("Schema", spec["schema"]),
    }


def request_body(
    *,
    model: str,
    max_tokens: int,
    system: Sequence[str],
    tools: Sequence[ToolSpec],
    blocks: Sequence[str],
    previous_blocks: int | None,
) -> bytes:
    """The exact bytes to send; `previous_blocks` counts the blocks of the request before."""
    begun = frame(model=model, max_tokens=max_tokens, system=system, tools=tools)
    return filled(begun, blocks, previous_blocks)


def frame(*, model: str, max_tokens: int, system: Sequence[str], tools: Sequence[ToolSpec]) -> str:
    """The beginning of every request of an agent, up to what is read: the same for all its threads."""
    if not 1 <= max_tokens <= MAX_TOKENS_CEILING:
        raise ValueError(f"max_tokens must be between 1 and {MAX_TOKENS_CEILING}, not {max_tokens}")
    sent_tools, sent_system = _tools(tools), _texts(system)
    if instructions := sent_system or sent_tools:
        _mark(instructions[-1])
    body: dict[str, object] = {"model": model, "max_tokens": max_tokens}
    if sent_tools:
        body |= {"tools": sent_tools, "tool_choice": {"type": "auto"}}
    if sent_system:
        body["system"] = sent_system
    return _JSON.encode({**body, "messages": [{"role": "user", "content": []}]})[: -len(_END)]


def filled(
    begun: str,
    blocks: Sequence[str],
    previous_blocks: int | None,
    after: Mapping[int, Mapping[str, object]] = _NOTHING,
) -> bytes:
    """The request that begins so and reads these blocks; what comes `after` one belongs to it, and is counted with it."""
    content = [
        _block(text) + (f",{_JSON.encode(after[at])}" if at in after else "")
        for at, text in enumerate(blocks)
        if text.strip()
    ]
    if not content:
        raise ValueError("there is nothing to ask: every block is empty")
    # Empty blocks are not sent, so the earlier end is counted among those that are.
    before = sum(1 for text in blocks[: previous_blocks or 0] if text.strip())
    for last in {before, len(content)} - {0}:
        content[last - 1] = f"{content[last - 1][:-1]},{_MARK}}}"
    # A lone surrogate has no UTF-8 form; a question mark is better than no request.
    return "".join((begun, ",".join(content), _END)).encode("utf-8", "replace")


def _block(text: str) -> str:
    return f'{{"type":"text","text":{_JSON.encode(text)}}}'


def _texts(texts: Sequence[str]) -> list[dict[str, object]]:
    """Text blocks; the vendor refuses one that is empty or blank, so those are left out."""
    return [{"type": "text", "text": text} for text in texts if text.strip()]


def _mark(block: dict[str, object]) -> None:
    block["cache_control"] = {"type": "ephemeral"}


def _tools(tools: Sequence[ToolSpec]) -> list[dict[str, object]]:
    names = [tool["name"] for tool in tools]
    for name in names:
        if not _TOOL_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no tool name: letters, digits, _ and -, at most 64")
        if names.count(name) > 1:
            raise ValueError(f"two tools are named {name!r}")
    budget = _Budget()
    return [_tool(tool, budget) for tool in tools]


def _tool(tool: ToolSpec, budget: _Budget) -> dict[str, object]:
    """Strict where its schema can be and there is room: rather unstrict than all of it refused."""
    sent: dict[str, object] = {"name": tool["name"], "description": tool["description"]}
    given = rooted(tool["input_schema"])
    if given.get("type") != "object":
        raise ValueError(f"the arguments of {tool['name']!r} are no object")
    try:
        schema = strict_schema(given)
    except NotStrict:
        return {**sent, "input_schema": given}
    if not budget.takes(schema):
        return {**sent, "input_schema": schema}
    return {**sent, "input_schema": schema, "strict": True}


class _Budget:
    """What the vendor still compiles for one request; tools are served in their order."""

    def __init__(self) -> None:
        self._tools = MAX_STRICT_TOOLS
        self._optional = MAX_OPTIONAL_FIELDS
        self._unions = MAX_UNION_FIELDS

    def takes(self, schema: Schema) -> bool:
        optional, unions = optional_fields(schema), union_fields(schema)
        if not self._tools or optional > self._optional or unions > self._unions:
            return False
        self._tools -= 1
        self._optional -= optional
        self._unions -= unions
        return True
