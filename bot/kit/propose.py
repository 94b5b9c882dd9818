"""Propose: from what the model chose to a step that can be executed; all of it is sound, or none of it is taken."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, cast

from bot.core.ladder import DEPUTY
from bot.core.values import Proposal, Routed, Rung
from bot.kit.arguments import Args, BadArguments, Json, parse, spelled_out
from bot.kit.declared import Approval
from bot.kit.intents import ALONE, BUILT_IN, LONGEST_WAIT_SECONDS, Await, RequestHumanInput
from bot.kit.nearest import meant
from bot.kit.people import People
from bot.kit.reach import NOWHERE, Reach
from bot.kit.rule import Rule
from bot.kit.standing_in import by_person, deputies, named, pairs
from bot.kit.tool import Tool

MAX_CALLS = 16
_MAX_LETTERS = 100_000
_MAX_REASON = 500
_MAX_BECAUSE = 1_000


class Malformed(Exception):
    """The model's choice is no step; the text is one sentence for it, naming tool and field."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason if len(reason) <= _MAX_REASON else f"{reason[: _MAX_REASON - 1]}…")


@dataclass(frozen=True, slots=True)
class Frame:
    """What holds for the whole step: who is asked, how long they have, what time it is, who is told that a question waits, and where it is put."""

    asked: tuple[str, ...]
    question_deadline_seconds: int | None
    approval_deadline_seconds: int | None
    now: datetime | None = None
    ladder: tuple[Rung, ...] = ()
    owner: str = ""
    addresses: tuple[Routed, ...] = ()
    reach: Reach = NOWHERE
    """Whom the thread reaches, and whom its own place for questions does."""
    asking: Reach = NOWHERE
    askable: frozenset[str] | None = None
    """Whom a question may be put to by name; None: anybody of the people file."""


class Proposes(Protocol):
    """What a step needs to know of its agent."""

    @property
    def tools(self) -> Mapping[str, Tool]: ...
    @property
    def people(self) -> People: ...
    def approval(self, name: str, /) -> Approval: ...
    def rule(self, tool_name: str, arguments: Json, /) -> Rule: ...


def propose(
    agent: Proposes, uses: Sequence[tuple[str, Mapping[str, object]]], frame: Frame
) -> tuple[Proposal, ...]:
    """One proposal a use, in their order."""
    if not 1 <= len(uses) <= MAX_CALLS:
        raise Malformed(f"A step has 1 to {MAX_CALLS} calls, not {len(uses)}.")
    alone = next((name for name, _ in uses if name in ALONE), None)
    if alone and len(uses) > 1:
        raise Malformed(
            f"{alone} stands alone in a step: choose it by itself, without other calls."
        )
    return tuple(_one(agent, name, arguments, frame) for name, arguments in uses)


def _one(agent: Proposes, name: str, given: Mapping[str, object], frame: Frame) -> Proposal:
    arguments = _bounded(name, given)
    try:
        if name in BUILT_IN:
            return _intent(agent.people, name, arguments, frame)
        if name in agent.tools:
            return _use(agent, agent.tools[name], arguments, frame)
    except BadArguments as error:
        raise Malformed(f"{name}: {error}.") from error
    short = name[:80]
    raise Malformed(f"There is no tool {short}{meant(short, [*BUILT_IN, *agent.tools])}.")


def _bounded(name: str, given: Mapping[str, object]) -> Json:
    """The arguments as the JSON they came as, a copy; bounded, for they go on the log and on cards."""
    try:
        text = json.dumps(dict(given), allow_nan=False, ensure_ascii=False)
        text.encode()  # A lone surrogate cannot be stored.
    except (ValueError, TypeError, RecursionError) as error:
        raise Malformed(f"{name[:80]}: its arguments are not plain JSON.") from error
    if len(text) > _MAX_LETTERS:
        raise Malformed(
            f"{name[:80]}: its arguments are too long, over {_MAX_LETTERS:,} characters."
        )
    return cast("Json", json.loads(text))


def _use(agent: Proposes, tool: Tool, arguments: Json, frame: Frame) -> Proposal:
    because = _because(arguments) if agent.approval(tool.name) != "never" else ""
    arguments = tool.spelled_out(arguments)
    rule = agent.rule(tool.name, arguments)
    deadline = rule.deadline_seconds or frame.approval_deadline_seconds
    acts = rule.kind != "read"  # Then it may be asked about by the time that its turn comes.
    return Proposal(
        kind=rule.kind,
        tool=tool.name,
        arguments=arguments,
        because=because,
        idempotent=tool.idempotent,
        time_limit_seconds=tool.seconds,
        deadline_seconds=deadline if acts else None,
        asked=frame.asked,
        apart=frame.reach.apart(frame.asked) if acts else (),
    )


def _because(arguments: Json) -> str:
    """Takes the reason out of the arguments: it is for the human, not for the tool."""
    because = arguments.pop("because", None)
    if not isinstance(because, str) or not because.strip():
        raise BadArguments("because is missing: say in a sentence why, for the human who decides")
    if len(because) > _MAX_BECAUSE:
        raise BadArguments(f"because is too long, over {_MAX_BECAUSE:,} characters")
    return because.strip()


def _intent(people: People, name: str, arguments: Json, frame: Frame) -> Proposal:
    kind, model = BUILT_IN[name]
    parsed = parse(model, arguments)
    proposal = Proposal(
        kind=kind, tool=name, arguments=_spelled_out(parsed, arguments, frame), asked=frame.asked
    )
    if not isinstance(parsed, RequestHumanInput):
        return proposal
    asked = people.expand((parsed.options and parsed.options.ask) or ()) or frame.asked
    if frame.askable is not None and (outside := sorted({*asked} - frame.askable)):
        raise BadArguments(
            f"ask names {', '.join(outside)}: somebody has written here whom nobody knows, so ask those who are on this "
            "thread, who decide, or whom agent.md names"
        )
    at = int((frame.now or datetime.now(UTC)).timestamp() * 1000)
    rungs = named(people, frame.ladder)
    # Nobody else stands in for whom a question is put to.
    lent = pairs(people, asked) if any(DEPUTY in rung.to for rung in rungs) else ()
    ladder = by_person(people, rungs, asked, at, frame.owner, lent)
    stand_ins = deputies(people, lent, rungs, frame.question_deadline_seconds, at)
    told = (who for rung in ladder for who in rung.to)
    return proposal.model_copy(
        update={
            "asked": asked,
            "addresses": frame.addresses,
            "deadline_seconds": frame.question_deadline_seconds,
            "ladder": ladder,
            "apart": (*frame.asking.apart(asked, ladder, at), *frame.asking.alone(stand_ins)),
            "reached": frame.asking.elsewhere(dict.fromkeys((*asked, *told))),
        }
    )


def _spelled_out(parsed: Args, arguments: Json, frame: Frame) -> Json:
    if not isinstance(parsed, Await):
        return spelled_out(parsed, arguments)
    now = frame.now or datetime.now(UTC)
    if not 1 <= parsed.seconds_from(now) <= LONGEST_WAIT_SECONDS:
        days = LONGEST_WAIT_SECONDS // 86_400
        raise BadArguments(f"until must be between a second and {days} days from now")
    told: Json = {"reason": parsed.reason}
    if parsed.until is None:
        return {"seconds": parsed.seconds, **told}
    return {"until": int(parsed.until.timestamp() * 1000), **told}
