"""Schedule: when an agent begins by itself, with which words, where it speaks, and what becomes of a slot that cannot run as it should."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from bot.kit.cron import Cron, fields_of, zone_of

MOST_CAUGHT_UP = 100
LEAST_DEADLINE_SECONDS = 10
MAX_SLOTS_A_DAY = 288
ON_RECORD = "on record"
"""The context of terms that a log keeps: they are read as they were taken."""
_SPANS = (("minute", 60, 0), ("hour", 24, 0), ("day of the month", 31, 1), ("month", 12, 1), ("day of the week", 7, 0))  # fmt: skip
_DAY_MS = 86_400_000
_SOME_MONDAY = 1_789_948_799_000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_MISSED = re.compile(r"run_all\((\d{1,4})\)")
_NOWHERE = "nobody could hear from it: write address: slack:TEAM/CHANNEL by their IDs, email:NAME@DOMAIN, a place of the people file, or console"


class Missed(BaseModel):
    """Which of the slots that no clock was there for run afterwards: none, the latest, or so many of the last ones."""

    model_config = ConfigDict(frozen=True)

    most: Annotated[int, Field(ge=0, le=MOST_CAUGHT_UP)]

    def __str__(self) -> str:
        """As it is written."""
        return {0: "skip", 1: "run_latest"}.get(self.most, f"run_all({self.most})")


def _missed(written: object) -> object:
    if written == "skip":
        return Missed(most=0)
    if written == "run_latest":
        return Missed(most=1)
    found = _MISSED.fullmatch(written) if isinstance(written, str) else None
    if found is None or not 1 <= int(found[1]) <= MOST_CAUGHT_UP:
        message = f"skip, run_latest or run_all(N) was expected, with N from 1 to {MOST_CAUGHT_UP}"
        raise ValueError(message)
    return Missed(most=int(found[1]))


def _oversteps(fields: str) -> str | None:
    """Why one of these fields is not taken: a step that is longer than its field begins anew each time, and so leaves one value of it."""
    for written, (name, span, low) in zip(fields.split(" "), _SPANS, strict=True):
        for part in written.split(","):
            begin, _, step = part.partition("/")
            if step.isdigit() and int(step) > span:
                first = low if begin == "*" else begin.partition("-")[0]
                return f"the {name} {part} would be {first} alone, for a step goes no further than its field: write {first}, or the values that are meant"
    return None


def _reachable(seconds: int) -> int:
    """As with a CronJob in Kubernetes: whoever looks again only after that may find it past, without anything being wrong."""
    if seconds < LEAST_DEADLINE_SECONDS:
        message = f"at least {LEAST_DEADLINE_SECONDS} was expected: a clock may be busy for some seconds when a slot comes, and would skip it for that alone"
        raise ValueError(message)
    return seconds


Deadline = Annotated[int, AfterValidator(_reachable)]
"""So many seconds after its time a slot may still start."""


class Schedule(BaseModel):
    """One entry under `schedules`. Names are those of a CronJob in Kubernetes, whose meaning they have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    schedule: str
    time_zone: str
    prompt: Annotated[str, Field(min_length=1, max_length=10_000)]
    address: Annotated[str, Field(validate_default=True)] = ""
    fallback: str | None = None
    # What is written is a word: its inside is no name that anybody could write.
    missed: Annotated[Missed, BeforeValidator(_missed), WithJsonSchema({"type": "string"})] = (
        Missed(most=1)
    )
    starting_deadline_seconds: Deadline | None = None
    concurrency_policy: Literal["allow", "forbid", "replace"] = "forbid"
    suspend: bool = False

    @field_validator("name")
    @classmethod
    def _is_plain(cls, written: str) -> str:
        if _NAME.fullmatch(written) is None:
            message = (
                "small letters, digits, - and _ were expected, 64 at most, as in weekly-report"
            )
            raise ValueError(message)
        return written

    @field_validator("concurrency_policy", mode="before")
    @classmethod
    def _in_any_case(cls, written: object) -> object:
        return written.lower() if isinstance(written, str) else written

    @field_validator("schedule")
    @classmethod
    def _comes(cls, written: str, known: ValidationInfo) -> str:
        fields = fields_of(written)
        if known.context != ON_RECORD and (why := _oversteps(fields)):
            raise ValueError(why)
        return fields

    @field_validator("time_zone")
    @classmethod
    def _exists(cls, written: str) -> str:
        return zone_of(written)

    @field_validator("prompt")
    @classmethod
    def _says_something(cls, written: str) -> str:
        if not written.strip():
            message = "say what the agent is to do then"
            raise ValueError(message)
        return written.strip()

    @field_validator("address")
    @classmethod
    def _is_somewhere(cls, written: str) -> str:
        if not written.strip():
            raise ValueError(_NOWHERE)
        return written.strip()

    @property
    def cron(self) -> Cron:
        return Cron(self.schedule, self.time_zone)

    @property
    def said(self) -> str:
        """When it comes, in one line; where that changes, the schedule begins anew."""
        return f"{self.schedule} {self.time_zone}"

    @property
    def cautions(self) -> list[tuple[str, str]]:
        """What whoever wrote it may not have meant, and what to write then."""
        found = list[tuple[str, str]]()
        count = sum(1 for _ in self.cron.slots(_SOME_MONDAY, _SOME_MONDAY + _DAY_MS))
        if count > MAX_SLOTS_A_DAY:
            mend = "let it come every five minutes or less often"
            found.append((f"begins {count:,} threads a day", mend))
        kept = {"forbid": "first", "replace": "last"}.get(self.concurrency_policy)
        if self.missed.most > 1 and kept:
            mend = "say concurrency_policy: allow, or missed: run_latest"
            found.append((f"runs the {kept} alone of the slots that it catches up", mend))
        return found
