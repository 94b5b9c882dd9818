"""Asking: one question as the request builder makes it, and what must hold of every failure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.model.claude import Claude
from bot.model.port import ModelFailed
from bot.model.request import request_body
from tests.messages_api import KEY

Asking = Callable[..., Claude]
SOON_SECONDS = 20.0


def question(*, model: str = "claude-sonnet-5-5", words: str = "Ship it, größer.") -> bytes:
    return request_body(
        model=model,
        max_tokens=1000,
        system=["Rules."],
        tools=[
            {
                "name": "push",
                "description": "Pushes.",
                "input_schema": {
                    "type": "object",
                    "properties": {"tag": {"type": "string"}},
                    "required": ["tag"],
                },
            }
        ],
        blocks=[words],
        previous_blocks=None,
    )


async def failure(asked: Claude, body: bytes | None = None) -> ModelFailed:
    with pytest.raises(ModelFailed) as caught:
        await asyncio.wait_for(asked.ask(body or question()), SOON_SECONDS)
    told = caught.value
    assert told.__cause__ is None
    assert told.__context__ is None or told.__suppress_context__
    assert "\n" not in told.reason
    assert "Traceback" not in told.reason
    assert len(told.reason) < 400
    assert KEY not in told.reason
    return told
