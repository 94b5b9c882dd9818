"""Replies: the bytes the Messages API answered with, read into an answer or why there is none.

Blocks are chosen by their type, never by their place: thinking comes first where a model thinks.
Stop reasons: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from bot.core.values import Usage
from bot.model.port import Answer, ModelFailed, ToolUse
from bot.model.prices import NONE, Own, is_known, priced

_MODEL = re.compile(rb'"model":\s*"([^"]+)"')


class _Lenient(BaseModel):
    """What a vendor adds later is ignored, what we rely on must be there."""

    model_config = ConfigDict(extra="ignore")


class _Block(_Lenient):
    type: str
    text: str = ""
    name: str = ""
    input: dict[str, JsonValue] = {}


# What a server says it used is kept and billed; a number that cannot be is no answer of this API.
_Count = Annotated[int, Field(ge=0, le=1_000_000_000)]


class _Tokens(_Lenient):
    input_tokens: _Count = 0
    output_tokens: _Count = 0
    cache_read_input_tokens: _Count | None = None
    cache_creation_input_tokens: _Count | None = None


class _StopDetails(_Lenient):
    category: str | None = None


class _Reply(_Lenient):
    model: str
    content: list[_Block]
    stop_reason: str | None
    stop_details: _StopDetails | None = None
    usage: _Tokens = _Tokens()


def answer_of(raw: bytes, asked: bytes = b"", own: Own = NONE) -> Answer:
    """The answer in these bytes; `ModelFailed`, with what it cost, where they hold none.

    A server may answer under another name than it was `asked` under in the request: then that one's price is taken.
    """
    try:
        reply = _Reply.model_validate_json(raw)
    except ValidationError:
        reason = "The model's server sent no Messages API reply: check ANTHROPIC_BASE_URL."
        raise ModelFailed("malformed", reason) from None
    billed = reply.model if is_known(reply.model, own) else _model_in(asked)
    usage = priced(billed, _usage(reply.usage), own)
    answer = Answer(
        text="".join(block.text for block in reply.content if block.type == "text"),
        uses=tuple(
            ToolUse(name=block.name, arguments=block.input)
            for block in reply.content
            if block.type == "tool_use"
        ),
        usage=usage,
        model=reply.model,
    )
    match reply.stop_reason:
        case "end_turn" | "stop_sequence" | "tool_use":
            return _complete(answer, reply.stop_reason)
        case _:
            raise _failure(reply, usage)


def _model_in(body: bytes) -> str:
    """Whom this request asks. The name stands first in it, and its texts are long."""
    found = _MODEL.search(body)
    return found[1].decode() if found else ""


def _complete(answer: Answer, stop_reason: str) -> Answer:
    if stop_reason == "tool_use" and not answer.uses:
        raise ModelFailed("malformed", "The model chose a tool but named none.", usage=answer.usage)
    if not answer.uses and not answer.text.strip():
        raise ModelFailed("malformed", "The model answered with nothing.", usage=answer.usage)
    return answer


def _failure(reply: _Reply, usage: Usage) -> ModelFailed:
    match reply.stop_reason:
        case "max_tokens":
            reason = f"The model's answer was cut off after {usage.output} tokens."
            return ModelFailed("malformed", reason, usage=usage)
        case "refusal":
            category = reply.stop_details.category if reply.stop_details else None
            about = f" ({category})" if category else ""
            reason = f"The model refused to answer{about}: put the request in other words."
            return ModelFailed("refusal", reason, usage=usage)
        case "model_context_window_exceeded":
            reason = "The conversation no longer fits into the model: begin a new thread."
            return ModelFailed("permanent", reason, usage=usage)
        case "pause_turn":
            reason = "The model paused for a tool of the vendor's, and none was offered."
            return ModelFailed("malformed", reason, usage=usage)
        case other:
            reason = f"The model stopped for a reason not known here: {str(other)[:40]!r}."
            return ModelFailed("malformed", reason, usage=usage)


def _usage(tokens: _Tokens) -> Usage:
    return Usage(
        input=tokens.input_tokens,
        output=tokens.output_tokens,
        cache_read=tokens.cache_read_input_tokens or 0,
        cache_write=tokens.cache_creation_input_tokens or 0,
    )
