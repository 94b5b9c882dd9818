"""Front matter: what stands between the two `---` of an agent.md; nothing else may."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, field_validator

from bot.core.grant import LONGEST_MINUTES
from bot.core.values import Limits, Rung
from bot.kit.declared import Allowance, Approval
from bot.kit.document import AgentError, Document, parse, text_of
from bot.kit.durations import seconds_of
from bot.kit.grant import Grant
from bot.kit.schedule import Schedule

EVERY_TOOL = "*"
QUESTION = "request_human_input"
Seconds = Annotated[int, BeforeValidator(seconds_of)]


class _Front(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Escalation(_Front):
    """Who else is told, so long after a request was put: people, groups, `deputy` or `owner`."""

    after: Seconds
    to: Annotated[tuple[str, ...], Field(min_length=1)]


class GrantSaid(_Front):
    """What may be granted beside an approval; in 0 minutes, nothing."""

    minutes: Annotated[int, Field(ge=1, le=LONGEST_MINUTES, strict=True)]
    same: tuple[str, ...]
    outside: Allowance = "denied"

    def grant(self) -> Grant | None:
        return Grant(self.minutes, self.same, self.outside) if self.minutes else None


_NO_GRANT = GrantSaid.model_construct(minutes=0, same=())


def _grant(written: object) -> object:
    if written == "denied":
        return _NO_GRANT
    if isinstance(written, str | list):
        message = "a grant is denied, or like {minutes: 60, same: [environment]}"
        raise ValueError(message)
    return written


class Policy(_Front):
    """Who decides on a tool, as the owner of the agent says; what is left out is the tool's own."""

    approval: Approval | None = None
    approvers: tuple[str, ...] | None = None
    quorum: Annotated[int, Field(ge=1, le=50)] | None = None
    self_approval: Allowance | None = None
    deadline: Seconds | None = None
    channels: tuple[str, ...] | None = None
    words: Allowance | None = None
    address: str | None = None
    remind: tuple[Seconds, ...] | None = None
    escalate: tuple[Escalation, ...] | None = None
    grant: Annotated[GrantSaid | None, BeforeValidator(_grant)] = None

    def ladder(self) -> tuple[Rung, ...]:
        """Who is told, and when, that a request still waits; the earliest first."""
        reminders = (Rung(after_seconds=each) for each in self.remind or ())
        others = (
            Rung(after_seconds=each.after, kind="escalate", to=each.to)
            for each in self.escalate or ()
        )
        return tuple(sorted((*reminders, *others), key=lambda rung: rung.after_seconds))

    def is_of_waiting(self) -> bool:
        """Whether it says how long something waits, where it is put and who is told, and nothing else."""
        return self.model_fields_set <= {"deadline", "remind", "escalate", "address"}

    def over(self, other: Policy | None) -> Policy:
        """This policy, with the other's words where this one is silent."""
        said = {name: getattr(self, name) for name in type(self).model_fields}
        own = {name: value for name, value in said.items() if value is not None}
        return other.model_copy(update=own) if other else self


class LimitsSaid(_Front):
    """How far a thread may go before a human is asked; in a day or an hour, all of an agent's threads together."""

    steps: Annotated[int, Field(ge=1, le=1_000)] = 20
    failures: Annotated[int, Field(ge=1, le=100)] = 3
    cost_usd: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    wall_seconds: Annotated[int, Field(ge=1)] | None = None
    calls: Annotated[int, Field(ge=1, le=100_000)] | None = None
    tokens: Annotated[int, Field(ge=1)] | None = None
    cards_per_hour: Annotated[int, Field(ge=1, le=10_000)] | None = None
    cost_usd_per_day: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    tokens_per_day: Annotated[int, Field(ge=1)] | None = None
    steps_per_day: Annotated[int, Field(ge=1)] | None = None
    calls_per_day: Annotated[int, Field(ge=1)] | None = None
    wall_seconds_per_day: Annotated[int, Field(ge=1)] | None = None
    agent_cards_per_hour: Annotated[int, Field(ge=1)] | None = None
    context_tokens: Annotated[int, Field(ge=1_000, le=10_000_000)] | None = None

    def limits(self) -> Limits:
        micro_usd = None if self.cost_usd is None else round(self.cost_usd * 1_000_000)
        return Limits(
            steps=self.steps,
            failures=self.failures,
            micro_usd=micro_usd,
            wall_seconds=self.wall_seconds,
            calls=self.calls,
            tokens=self.tokens,
            cards_per_hour=self.cards_per_hour,
        )


class Prefetch(_Front):
    """A read that is done before the model is first asked."""

    tool: str
    arguments: dict[str, JsonValue] = {}


def _prefetch(written: object) -> object:
    return {"tool": written} if isinstance(written, str) else written


class FrontMatter(_Front):
    """The settings of one agent."""

    description: str = ""
    model: str | None = None
    fallback: str | None = None
    tools: tuple[str, ...] | None = None
    approvers: tuple[str, ...] = ()
    policy: dict[str, Policy] = {}
    limits: LimitsSaid = LimitsSaid()
    prefetch: tuple[Annotated[Prefetch, BeforeValidator(_prefetch)], ...] = ()
    routes: tuple[dict[str, str], ...] = ()
    schedules: tuple[Schedule, ...] = ()
    listen: Literal["mentions", "thread"] = "thread"
    address: str | None = None

    @field_validator("description")
    @classmethod
    def _one_paragraph(cls, description: str) -> str:
        return " ".join(description.split())


def read_agent_file(path: Path) -> tuple[Document, FrontMatter, str]:
    """The front matter with its lines, as a value, and the prompt."""
    front, body = _halves(text_of(path), path)
    file = parse(front, path, first_line=2)
    if not body.strip():
        line = front.count("\n") + 3
        raise AgentError(f"{path}:{line}: the prompt was expected after the second ---")
    return file, file.read(FrontMatter), body.strip()


def _halves(text: str, path: Path) -> tuple[str, str]:
    first, *rest = text.split("\n")
    if first.rstrip() != "---":
        raise AgentError(f"{path}:1: --- was expected, and the agent's settings after it")
    end = next((index for index, line in enumerate(rest) if line.rstrip() == "---"), None)
    if end is None:
        raise AgentError(f"{path}:{len(rest) + 1}: a second --- was expected after the settings")
    return "".join(f"{line}\n" for line in rest[:end]), "\n".join(rest[end + 1 :])
