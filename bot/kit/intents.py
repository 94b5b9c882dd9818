"""Intents: what every agent can say besides using its tools. Their descriptions live with the prompts, in agents/."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue, model_validator

from bot.core.values import Kind
from bot.kit.arguments import Args

LONGEST_WAIT_SECONDS = 400 * 86_400

Line = Annotated[str, Field(min_length=1, max_length=300)]
Reason = Annotated[str, Field(min_length=1, max_length=1_000)]
Message = Annotated[str, Field(min_length=1, max_length=40_000)]


class Options(Args):
    """How a question is put."""

    urgency: Literal["low", "medium", "high"] | None = None
    format: Literal["free_text", "yes_no", "multiple_choice", "form"] | None = None
    choices: Annotated[list[Line], Field(min_length=1, max_length=20)] | None = None
    response_schema: dict[str, JsonValue] | None = None
    ask: Annotated[list[Line], Field(max_length=20)] | None = None

    @model_validator(mode="after")
    def _format_has_what_it_needs(self) -> Options:
        if self.format == "multiple_choice" and not self.choices:
            raise ValueError("choices is missing: multiple_choice offers some")
        if self.format == "form" and not (self.response_schema or {}).get("properties"):
            raise ValueError("response_schema is missing: a form has properties")
        if self.choices and len({choice.strip().casefold() for choice in self.choices}) < len(
            self.choices
        ):
            raise ValueError("choices must differ from each other")
        return self


class RequestHumanInput(Args):
    """A question to a human, in the place where the work began."""

    question: Annotated[str, Field(min_length=1, max_length=4_000)]
    context: Annotated[str, Field(max_length=8_000)] | None = None
    options: Options | None = None


class DoneForNow(Args):
    """The work is done, and this is said."""

    message: Message


class NothingToDo(Args):
    """There is nothing to do and nothing to say."""

    reason: Reason


class Await(Args):
    """Time must pass: so many seconds, or until an instant."""

    seconds: Annotated[int, Field(ge=1, le=LONGEST_WAIT_SECONDS)] | None = None
    until: AwareDatetime | None = None
    reason: Reason

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Await:
        if (self.seconds is None) == (self.until is None):
            raise ValueError("give either seconds or until")
        return self

    def seconds_from(self, now: datetime) -> float:
        """How long this waits."""
        return (self.until - now).total_seconds() if self.until else self.seconds or 0


class StandBy(Args):
    """Leave the open requests as they are and wait for them."""

    message: Message | None = None


class Withdraw(Args):
    """Take back an open request."""

    request: Line
    reason: Reason


class ReadMore(Args):
    """Another page of a result that was cut."""

    ref: Line
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1


BUILT_IN: Mapping[str, tuple[Kind, type[Args]]] = {
    "request_human_input": ("question", RequestHumanInput),
    "done_for_now": ("say", DoneForNow),
    "nothing_to_do": ("nothing", NothingToDo),
    "await": ("await", Await),
    "stand_by": ("stand_by", StandBy),
    "withdraw": ("withdraw", Withdraw),
    "read_more": ("read", ReadMore),
}
ATTACHMENT = "attached-file"
"""The read that configuration adds for each file of a message. No model chooses it, and no author's tool can have this name."""
ALONE = frozenset({"done_for_now", "nothing_to_do", "await", "stand_by"})
