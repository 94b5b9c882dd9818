"""The model's port: what is asked, what comes back, how it fails. No vendor's name past this line."""

from __future__ import annotations

from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, JsonValue

from bot.core.values import Usage


class ToolUse(BaseModel):
    """One tool the model chose, not yet checked against anything."""

    model_config = ConfigDict(frozen=True)

    name: str
    arguments: dict[str, JsonValue]


class Answer(BaseModel):
    """What the model said: its tool uses in order, the text beside them, and what it cost."""

    model_config = ConfigDict(frozen=True)

    text: str = ""
    uses: tuple[ToolUse, ...] = ()
    usage: Usage = Usage()
    model: str = ""


Failure = Literal["transient", "malformed", "refusal", "permanent", "unavailable", "picture"]


class ModelFailed(Exception):
    """The model gave no step. `transient` may be asked again after `retry_seconds`; the others need a human.

    `unavailable`: this model cannot be asked at all, and another one perhaps can. `picture`: without one it perhaps can.
    """

    def __init__(
        self,
        kind: Failure,
        reason: str,
        *,
        retry_seconds: float | None = None,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(reason)
        self.kind: Failure = kind
        self.reason = reason
        self.retry_seconds = retry_seconds
        self.usage = usage or Usage()


class Model(Protocol):
    """Somebody who chooses the next step from a rendered request (the JSON body of the Messages API, as bytes)."""

    async def ask(self, body: bytes) -> Answer: ...
