"""Floor: what holds of every start and every end, also where oracle and product have parted and nobody compares them any more.

It goes by what people did and what the world read, as `acts` tells both, never by what the product made of it but for whose approvals it went by.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.thread import Call, Closed
from tests.decisions.office import Office
from tests.oracle import facts
from tests.oracle.rules import Arguments
from tests.oracle.typed import Said, read
from tests.oracle.words import Word


@dataclass(frozen=True)
class Accept:
    """Somebody accepted a showing, or ordered a call once more."""

    person: str
    call: str
    version: int
    at: int
    channel: str
    is_typed: bool = False
    is_grant: bool = False
    is_order: bool = False


@dataclass(frozen=True)
class Made:
    """A card as it was made: what it rests on."""

    at: int
    arguments: Arguments
    pins: str
    deploys: int


def objection(
    office: Office,
    call: Call,
    wanted: Arguments,
    card: Made | None,
    accepts: Iterable[Accept],
    asked: set[str],
    now: Made,
) -> str:
    """Why nobody's word carries this start; empty: somebody's does."""
    rule = office.rule
    if card is None:
        return "it needs an approval" if rule.gates(wanted) and call.card is None else ""
    if (card.arguments, card.pins, card.deploys) != (now.arguments, now.pins, now.deploys):
        return "what it was approved on is not so any more"
    able = [name for name in set(call.approved) if rule.self_approval or name not in asked]
    good = [each for each in accepts if _counts(office, call, card, each, now.at)]
    barred = set[str]() if rule.self_approval else asked
    carried = [
        name
        for name in able
        if any(each.person == name for each in good) and _sits(office, name, barred | {*able})
    ]
    if len(carried) < rule.needs(wanted):
        return f"{rule.needs(wanted)} have to approve it, and {sorted(carried)} did"
    return ""


def _counts(office: Office, call: Call, card: Made, said: Accept, now: int) -> bool:
    rule = office.rule
    if said.is_typed and not rule.words:
        return False
    if rule.channels and said.channel not in rule.channels:
        return False
    if call.granted:
        return said.is_grant and said.at <= now < said.at + rule.grant_minutes * 60_000
    if said.call != call.id or said.version < call.version:
        return False
    # An order is given in a showing of its own, which has no deadline.
    return said.is_order or card.at <= said.at < card.at + rule.deadline * 1000


def _sits(office: Office, name: str, taken: set[str]) -> bool:
    """Whether this person is listed now, or stands in for one who is and whose place is free."""
    places = (each.name for each in office.people.persons if each.deputy == name)
    here = {*office.listed} - office.left
    return name in here or any(each in here and each not in taken for each in places)


def is_ended_by(call: Call, fact: facts.Fact, card: Made | None, deadline: int, now: int) -> bool:
    """Whether this fact, or the time that it brings, can have ended the call so."""
    assert isinstance(call.phase, Closed)
    spoke = isinstance(
        fact, facts.WordTyped | facts.Proposed | facts.ArgumentsChanged | facts.Withdrawn
    )
    if call.begun and call.phase.outcome in ("denied", "expired", "voided", "withdrawn"):
        return False  # What became of an earlier try is known by none of these.
    match call.phase.outcome:
        case "denied":
            pressed = isinstance(fact, facts.Decision) and fact.word is Word.DENY
            return pressed or (
                isinstance(fact, facts.WordTyped) and read(fact.text).said is Said.DENY
            )
        case "expired":
            return card is not None and now >= card.at + deadline * 1000
        case "voided":
            return spoke
        case _:
            return True
