"""Days: a day's limit for the whole bot, an agent or a person. Reaching it is one question in the house, put to the owner."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import JsonValue

from bot.core import calls
from bot.core.frozen import amend
from bot.core.house import DayReached
from bot.core.limits import HOLD_CHOICES
from bot.core.thread import Asked, Call, Closed, Thread
from bot.core.values import Proposal

DAY_MS = 86_400_000


def day_of(at: int) -> str:
    """The day in UTC of this time."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%d}"


def end_of(at: int) -> int:
    """When the day in UTC of this time is over."""
    return at - at % DAY_MS + DAY_MS


def reached(house: Thread, event: DayReached) -> Thread:
    """The question, open until the day is over. What is over and of another day is forgotten here; the log has it."""
    kept = [c for c in house.calls if isinstance(c.phase, Asked) or _about(c)[0] == event.day]
    choices: list[JsonValue] = [*HOLD_CHOICES["day"]]
    proposal = Proposal(
        kind="limit",
        tool="day",
        arguments={
            "reason": event.reason,
            "day": event.day,
            "scope": event.scope,
            "options": {"choices": choices},
        },
        deadline_seconds=(end_of(event.at) - event.at) // 1000,
        asked=event.asked,
        addresses=event.addresses,
    )
    id = f"{house.id}-{house.head}-hold"
    asked = Call(id, house.head, 0, proposal, calls.begin(proposal, event.at))
    return amend(house, address=house.address or event.address, calls=(*kept, asked))


def extended(house: Thread, day: str, scope: str) -> int:
    """How often this day's limit was extended: each time by as much again."""
    return sum(_about(call) == (day, scope) and _is_extended(call) for call in house.calls)


def is_asked(house: Thread, day: str, scope: str) -> bool:
    """Whether this day's limit was asked about and not extended since."""
    return any(_about(call) == (day, scope) and not _is_extended(call) for call in house.calls)


def _is_extended(call: Call) -> bool:
    phase = call.phase
    return isinstance(phase, Closed) and (phase.outcome, phase.text) == ("answered", "Extend")


def _about(call: Call) -> tuple[str, str]:
    given = call.proposal.arguments
    return str(given.get("day")), str(given.get("scope"))
