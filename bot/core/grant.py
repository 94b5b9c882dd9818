"""Grant: leave given beside an approval for more calls than the one: by whom, for which, in one thread, until when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from bot.core.codec import digest
from bot.core.legible import legible_name
from bot.core.look_alikes import spelled
from bot.core.said import Verdict
from bot.core.values import Card, Grantable, Proposal
from bot.core.visible import exact, shortened

FORM = 2
"""The form of a verdict that grants: older code cannot read it, and so does nothing in a thread that has one."""
LONGEST_MINUTES = 1_440
MINUTE_MS = 60_000
_MOST_CHARACTERS = 200


@dataclass(frozen=True)
class Grant:
    """Leave for every call of `tool` whose arguments named in `same` have these values and so this `scope`.

    `head` is the place of its verdict on the log, `agent` the fingerprint of tool and policy on its card. `own`: whoever asks may approve.
    """

    by: str
    at: int
    until: int
    head: int
    tool: str
    agent: str
    scope: str
    same: Mapping[str, JsonValue]
    own: bool = False


@dataclass(frozen=True)
class Granted:
    """That a call runs under this grant; and whether the thread was told so, before which it does not start."""

    grant: Grant
    told: bool = False


def minutes(verdict: Verdict) -> int | None:
    """For how long this approval grants more of the kind; None: for nothing but its own call."""
    return verdict.minutes if verdict.v == FORM and verdict.word == "approve" else None


def granting(verdict: Verdict, for_minutes: int) -> Verdict:
    """The approval that grants besides."""
    return verdict.model_copy(update={"minutes": for_minutes, "v": FORM})


def left(given: int, late_ms: int) -> int | None:
    """How many minutes are left of these where the words are heard so late; None: they approve the one call."""
    rest = given - max(late_ms, 0) // MINUTE_MS
    return rest if rest > 0 else None


def offered(card: Card) -> Grantable | None:
    """What may be granted beside an approval of this card: nothing where it takes more than one person."""
    return card.grant if card.quorum == 1 else None


def refusal(card: Card, for_minutes: int) -> str | None:
    """Why this card does not give leave for so long."""
    offer = offered(card)
    if offer is None:
        return "This is approved one by one; its policy lets nobody grant more of it."
    if not 1 <= for_minutes <= offer.minutes:
        return f"This can be granted for 1 to {offer.minutes} minutes, not for {for_minutes}."
    return None


def same(proposal: Proposal, offer: Grantable) -> dict[str, JsonValue]:
    """The arguments that must have the very same values. One that is left out is left out everywhere."""
    given = proposal.arguments
    return {name: given[name] for name in offer.same if name in given}


def scope(proposal: Proposal, offer: Grantable) -> str:
    """The same for the same values alone, told by the canonical text that cards are told by: to Python 1 is true."""
    return digest(proposal.tool, same(proposal, offer))


def pairs(values: Mapping[str, JsonValue]) -> str:
    """These arguments and values on one line, which none of them can forge, and in which none passes for another."""
    written = ((name, json.dumps(value, ensure_ascii=False)) for name, value in values.items())
    return ", ".join(
        f"{legible_name(name)} = {shortened(spelled(exact(value)), _MOST_CHARACTERS)}"
        for name, value in written
    )
