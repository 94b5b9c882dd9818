"""A case, and what the outside world sees of it."""

from dataclasses import dataclass

from tests.oracle.facts import Claimed, History, Started
from tests.oracle.people import People
from tests.oracle.policy import rulings
from tests.oracle.rules import Rule
from tests.oracle.words import Effect


@dataclass(frozen=True)
class Case:
    """A history with the directory and the policy under which it happened."""

    name: str
    people: People
    rule: Rule
    history: History


def carried_out(case: Case) -> History:
    """The history with a start right after every claim which counts, as an obedient worker makes it."""
    facts: History = ()
    for fact, ruling in zip(
        case.history, rulings(case.people, case.rule, case.history), strict=True
    ):
        facts = (*facts, fact)
        if isinstance(fact, Claimed) and ruling.on(fact.request) is Effect.CLAIMED:
            facts = (*facts, Started(fact.at, fact.request))
    return facts
