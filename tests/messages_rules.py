"""Refusals: what the vendor's Messages API does not take, each with the page that says so.

Rules as of 2026-11-22. A request that passes here keeps every rule listed; one that breaks a rule
is refused as the real server refuses it, by status and error type.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.messages_images import images_are_taken
from tests.messages_refusal import (
    DOCS,
    Json,
    Refused,
    as_blocks,
    as_list,
    as_object,
    as_objects,
    bad,
)
from tests.messages_strict import strict_schemas_compile

VERSIONS = ("2023-06-01", "2026-10-21")
MODELS = (
    "claude-fable-5-1",
    "claude-opus-5-5",
    "claude-opus-5",
    "claude-sonnet-5-5",
    "claude-sonnet-5",
    "claude-haiku-5-5",
)
NO_FORCED_TOOLS = ("claude-fable-5-1", "claude-opus-5-5", "claude-sonnet-5-5")
MOST_BODY_BYTES = 32 * 1024 * 1024
MOST_OUTPUT_TOKENS = 128_000
MOST_TOKENS_UNSTREAMED = 21_333

# fmt: off
_FIELDS = frozenset((
    "model", "messages", "max_tokens", "system", "tools",
    "tool_choice", "stop_sequences", "stream", "metadata", "thinking",
    "output_config", "cache_control", "service_tier", "container", "diagnostics",
    "inference_geo", "speed",
))
# fmt: on
_SAMPLING = ("temperature", "top_p", "top_k")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    headers: Mapping[str, str]
    raw: bytes
    body: Json


def parse(headers: Mapping[str, str], raw: bytes, keys: tuple[str, ...]) -> Asked:
    """The request, if nothing is wrong with it before its fields are looked at."""
    if len(raw) > MOST_BODY_BYTES:
        message = "Request exceeds the maximum size"
        raise Refused(413, "request_too_large", message, DOCS + "api/errors#request-size-limits")
    given = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
    if given not in keys:
        raise Refused(401, "authentication_error", "invalid x-api-key", DOCS + "api/errors")
    if headers.get("anthropic-version") not in VERSIONS:
        raise bad("anthropic-version: header is required", "api/versioning")
    if headers.get("content-type", "").partition(";")[0] != "application/json":
        raise bad("content-type: must be application/json", "api/overview")
    try:
        body = json.loads(raw)
    except ValueError:
        raise bad("The request body is not valid JSON", "api/errors") from None
    return Asked(headers, raw, as_object(body))


def check(asked: Asked) -> None:
    """Raises the first rule broken."""
    for rule in RULES:
        rule(asked.body)


def _known_fields(body: Json) -> None:
    for field in body:
        if field in _SAMPLING:
            message = f"{field}: sampling parameters are not supported"
            raise bad(message, "about-claude/models/migration-guide")
        if field not in _FIELDS:
            raise bad(f"{field}: Extra inputs are not permitted", "api/messages/create")
    for field in ("model", "messages", "max_tokens"):
        if field not in body:
            raise bad(f"{field}: Field required", "api/messages/create")
    if body.get("stream"):
        raise bad("stream: this stand-in answers in one piece", "api/messages/create")


def _known_model(body: Json) -> None:
    if body["model"] not in MODELS:
        message = f"model: {body['model']}"
        raise Refused(404, "not_found_error", message, DOCS + "about-claude/models/overview")


def _output_fits(body: Json) -> None:
    most = body["max_tokens"]
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        raise bad("max_tokens: must be a positive integer", "api/messages/create")
    if most > MOST_OUTPUT_TOKENS:
        message = f"max_tokens: {most} > {MOST_OUTPUT_TOKENS}"
        raise bad(message, "about-claude/models/overview")
    if most > MOST_TOKENS_UNSTREAMED:
        # The SDK refuses this before sending; the server would hold the line too long.
        raise bad(
            "Streaming is required for operations that may take longer than 10 minutes",
            "api/errors#long-requests",
        )


def _tools_well_formed(body: Json) -> None:
    page = "agents-and-tools/tool-use/define-tools"
    names: list[object] = []
    for at, tool in enumerate(as_objects(body.get("tools"))):
        name, schema = tool.get("name"), as_object(tool.get("input_schema"))
        if not isinstance(name, str) or not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name):
            raise bad(f"tools.{at}.custom.name: String should match pattern", page)
        if name in names:
            raise bad("tools: Tool names must be unique.", page)
        names.append(name)
        if schema.get("type") != "object":
            raise bad(f"tools.{at}.custom.input_schema.type: Input should be 'object'", page)
        if schema.keys() & {"anyOf", "oneOf", "allOf"}:
            raise bad(f"tools.{at}.custom.input_schema: no oneOf, allOf, anyOf at the top", page)
        if extra := tool.keys() - {
            "name",
            "description",
            "input_schema",
            "strict",
            "cache_control",
            "type",
        }:
            raise bad(f"tools.{at}.custom.{min(extra)}: Extra inputs are not permitted", page)


def _tool_choice_allowed(body: Json) -> None:
    choice = as_object(body.get("tool_choice") or {})
    if choice and not body.get("tools"):
        page = "agents-and-tools/tool-use/define-tools"
        raise bad("tool_choice: may only be specified while providing tools", page)
    if choice.get("type") in ("any", "tool") and body["model"] in NO_FORCED_TOOLS:
        message = "tool_choice: forced tool use is not supported by this model"
        raise bad(message, "models/sonnet-5-5/overview")


def _turns_in_order(body: Json) -> None:
    turns = as_objects(body["messages"])
    if not turns:
        raise bad("messages: at least one message is required", "api/messages/create")
    for at, turn in enumerate(turns):
        if turn.get("role") not in ("user", "assistant"):
            raise bad(f"messages.{at}.role: 'user' or 'assistant'", "api/messages/create")
        if not turn.get("content"):
            raise bad(f"messages.{at}: content must be non-empty", "api/messages/create")
    if turns[0]["role"] != "user":
        raise bad("messages: first message must use the user role", "api/messages/create")
    if turns[-1]["role"] == "assistant":
        message = "messages: prefilling the assistant's turn is not supported by this model"
        raise bad(message, "about-claude/models/migration-guide")


def _tool_results_answer(body: Json) -> None:
    page = "agents-and-tools/tool-use/handle-tool-calls"
    asked: set[object] = set()
    for at, turn in enumerate(as_objects(body["messages"])):
        blocks = as_blocks(turn.get("content"))
        answered = {each.get("tool_use_id") for each in blocks if each["type"] == "tool_result"}
        if orphans := answered - asked:
            raise bad(f"messages.{at}: unexpected `tool_use_id` in `tool_result`: {orphans}", page)
        if missing := asked - answered:
            raise bad(f"messages.{at}: `tool_use` without `tool_result`: {missing}", page)
        asked = {each.get("id") for each in blocks if each["type"] == "tool_use"}


def _thinking_unedited(body: Json) -> None:
    for at, turn in enumerate(as_objects(body["messages"])):
        for block in as_blocks(turn.get("content")):
            if block["type"] == "thinking" and block.get("signature") != signature(body, at):
                message = f"messages.{at}: this thinking is bound to a different conversation"
                raise bad(message, "build-with-claude/extended-thinking")


def signature(body: Json, turns: int) -> str:
    """Binds thinking to the model and to everything before it; cache marks are not part of that."""
    before = [
        body["model"],
        body.get("tools"),
        body.get("system"),
        as_list(body["messages"])[:turns],
    ]
    text = json.dumps(before, sort_keys=True).replace(
        ', "cache_control": {"type": "ephemeral"}', ""
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _texts_not_empty(body: Json) -> None:
    page = "build-with-claude/prompt-caching"
    for block in text_blocks(body):
        if block["type"] == "text" and not str(block.get("text", "")).strip():
            if "cache_control" in block:
                raise bad("cache_control cannot be set for empty text blocks", page)
            raise bad("messages: text content blocks must be non-empty", "api/messages/create")


def _few_breakpoints(body: Json) -> None:
    marked = [*as_objects(body.get("tools")), *text_blocks(body), body]
    found = sum("cache_control" in each for each in marked)
    if found > 4:
        message = f"A maximum of 4 blocks with cache_control may be provided. Found {found}."
        raise bad(message, "build-with-claude/prompt-caching")


RULES: tuple[Callable[[Json], None], ...] = (
    _known_fields,
    _known_model,
    _output_fits,
    _tools_well_formed,
    _tool_choice_allowed,
    strict_schemas_compile,
    _turns_in_order,
    _texts_not_empty,
    _tool_results_answer,
    _thinking_unedited,
    _few_breakpoints,
    images_are_taken,
)


def text_blocks(body: Json) -> list[Json]:
    """Every block of the system prompt and of the turns, in the order the model reads them."""
    turns = [
        block for turn in as_objects(body["messages"]) for block in as_blocks(turn.get("content"))
    ]
    return [*as_blocks(body.get("system")), *turns]
