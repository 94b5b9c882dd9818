"""Days: a limit of a day or an hour for the whole bot, an agent or a person. Reaching it is one question in the house, put to the owner."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from bot.core import calls
from bot.core.frozen import replace
from bot.core.house import DayReached
from bot.core.limits import HOLD_CHOICES
from bot.core.measures import end_of
from bot.core.thread import Asked, Call, Closed, Thread
from bot.core.values import Proposal


def reached(house: Thread, event: DayReached) -> Thread:
    """The question, open until the day or the hour is over. What is over and of another day is forgotten here; the log has it."""
    kept = [
        c for c in house.calls if isinstance(c.phase, Asked) or _about(c)[0][:10] == event.day[:10]
    ]
    choices: list[JsonValue] = [*HOLD_CHOICES["day"]]
    proposal = Proposal(
        kind="limit",
        tool="day",
        arguments={
            "reason": event.reason,
            "day": event.day,
            "scope": event.scope,
            "used": {**event.used},
            "options": {"choices": choices},
        },
        deadline_seconds=max((end_of(event.day) - event.at) // 1000, 0),
        asked=event.asked,
        addresses=event.addresses,
    )
    id = f"{house.id}-{house.head}-hold"
    asked = Call(id, house.head, 0, proposal, calls.begin(proposal, event.at))
    return replace(house, address=house.address or event.address, calls=(*kept, asked))


def most(house: Thread, day: str, scope: str, limits: Mapping[str, int]) -> dict[str, int]:
    """What may be used by now of these limits of that day or hour: each time it was extended, as much again from what was used."""
    now = dict(limits)
    for call in house.calls:
        if _about(call) == (day, scope) and _is_extended(call):
            now = {name: max(now[name], _used(call, name)) + limits[name] for name in limits}
    return now


def extended(house: Thread, day: str, scope: str) -> int:
    """How often this limit was extended."""
    return sum(_about(call) == (day, scope) and _is_extended(call) for call in house.calls)


def asked(house: Thread, day: str, scope: str) -> Call | None:
    """The latest question about this limit, be it answered; None: it was not asked about, or was extended since."""
    latest = [call for call in house.calls if _about(call) == (day, scope)]
    return latest[-1] if latest and not _is_extended(latest[-1]) else None


def _is_extended(call: Call) -> bool:
    phase = call.phase
    return isinstance(phase, Closed) and (phase.outcome, phase.text) == ("answered", "Extend")


def _used(call: Call, name: str) -> int:
    used = call.proposal.arguments.get("used")
    many = used.get(name) if isinstance(used, dict) else None
    return many if isinstance(many, int) else 0


def _about(call: Call) -> tuple[str, str]:
    given = call.proposal.arguments
    return str(given.get("day")), str(given.get("scope"))
