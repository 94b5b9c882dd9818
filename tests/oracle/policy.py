"""The oracle's face: judge a history under a directory and a policy."""

from dataclasses import dataclass
from itertools import pairwise

from tests.oracle.claims import obstacles
from tests.oracle.facts import DeadlinePassed, Decision, History, Started
from tests.oracle.past import (
    Past,
    Ruled,
    Ruling,
    digest,
    drawn,
    effects_on,
    origin,
    outcome,
    phase,
    requests,
    showings,
    version,
)
from tests.oracle.people import Address, People
from tests.oracle.refusals import refusals
from tests.oracle.rights import House, author, supporters
from tests.oracle.rules import Rule
from tests.oracle.rulings import rule_on
from tests.oracle.words import AFTER, Effect, Obstacle, Outcome, Phase, Word


@dataclass(frozen=True)
class Standing:
    """Where one request stands at one moment."""

    request: str
    version: int
    phase: Phase
    outcome: Outcome
    obstacles: frozenset[Obstacle]
    may_decide: frozenset[str]
    supporters: frozenset[str]
    decided_by: str

    @property
    def may_be_claimed(self) -> bool:
        """Whether the call may be claimed now."""
        return not self.obstacles


Moment = tuple[Standing, ...]
"""Every request proposed so far, right after one fact."""


@dataclass(frozen=True)
class Judgement:
    """What is to be said of a whole history; indices are places in it."""

    rulings: tuple[Ruling, ...]
    moments: tuple[Moment, ...]
    unclaimed_starts: tuple[int, ...]
    double_starts: tuple[tuple[int, int], ...]
    copies: tuple[tuple[str, frozenset[Address]], ...]
    origins: tuple[tuple[str, Address], ...]

    def standing(self, request: str = "r1", moment: int = -1) -> Standing:
        """Where a request stands after a fact, by default the last."""
        for standing in self.moments[moment]:
            if standing.request == request:
                return standing
        raise LookupError(request)


def judge(people: People, rule: Rule, history: History) -> Judgement:
    """Judge a history, replaying it from its first fact for every question."""
    house = House(people, rule)
    whole = replay(house, history)
    names = requests(whole)
    return Judgement(
        rulings=rulings(people, rule, history),
        moments=tuple(moment(house, history[: end + 1]) for end in range(len(history))),
        unclaimed_starts=tuple(unclaimed(house, history)),
        double_starts=tuple(doubles(house, history)),
        copies=tuple((name, frozenset(to_close(whole, name))) for name in names),
        origins=tuple((name, origin(whole, name)) for name in names),
    )


def rulings(people: People, rule: Rule, history: History) -> tuple[Ruling, ...]:
    """The ruling on every fact alone, for who has many histories and little time."""
    whole = replay(House(people, rule), history)
    return tuple(ruled.ruling for ruled in whole if any(ruled.fact is fact for fact in history))


def replay(house: House, history: History) -> Past:
    """Rule on every fact in turn; time itself closes what is overdue before a fact."""
    past: Past = ()
    for fact in history:
        past = (*past, *overdue(house, past, fact.at))
        past = (*past, Ruled(fact, rule_on(house, past, fact)))
    return past


def overdue(house: House, past: Past, now: int) -> Past:
    """The expiries of the open requests whose deadline has come."""
    found: list[Ruled] = []
    for name in requests(past):
        if phase(past, name) is Phase.ASKED and now >= deadline(house, past, name):
            expiry = DeadlinePassed(deadline(house, past, name), name)
            found.append(Ruled(expiry, Ruling(effects=((name, Effect.EXPIRED),))))
    return tuple(found)


def deadline(house: House, past: Past, request: str) -> int:
    """When the current version of a request expires."""
    return past[drawn(past, request)].fact.at + house.rule.deadline


def moment(house: House, history: History) -> Moment:
    """Where every request stands after the last fact of a history."""
    past = replay(house, history)
    return tuple(standing(house, past, name, history[-1].at) for name in requests(past))


def standing(house: House, past: Past, request: str, now: int) -> Standing:
    """Where one request stands now."""
    return Standing(
        request,
        version(past, request),
        phase(past, request),
        outcome(past, request),
        obstacles(house, past, request, now),
        frozenset(may_decide(house, past, request, now)),
        frozenset(supporters(house, past, request, now)),
        decided_by(house, past, request),
    )


def decided_by(house: House, past: Past, request: str) -> str:
    """Whose word moved the request to where it stands, so that all others can be told; nobody if no word did."""
    moves = [index for index, effect in effects_on(past, request) if effect in AFTER]
    return author(house, past, past[moves[-1]].fact) if moves else ""


def may_decide(house: House, past: Past, request: str, now: int) -> set[str]:
    """Everybody from whom, at one of their addresses, a word that lets the call run would count now."""
    word, text = (
        (Word.ANSWER, "happened") if phase(past, request) is Phase.UNKNOWN else (Word.ACCEPT, "")
    )
    number = version(past, request)
    names: set[str] = set()
    for person in house.people.persons:
        for address in person.addresses:
            press = Decision(
                now, request, word, address, number, digest(past, request, number), text=text
            )
            if not refusals(house, past, press):
                names.add(person.name)
    return names


def starts(history: History, request: str) -> list[int]:
    """Where the outside world saw a request start."""
    return [
        place
        for place, fact in enumerate(history)
        if isinstance(fact, Started) and fact.request == request
    ]


def unclaimed(house: House, history: History) -> list[int]:
    """The starts for which there was no claim of their own before them."""
    found: list[int] = []
    for place, fact in enumerate(history):
        if isinstance(fact, Started):
            past = replay(house, history[:place])
            claims = [1 for _, effect in effects_on(past, fact.request) if effect is Effect.CLAIMED]
            if len(claims) <= len(starts(history[:place], fact.request)):
                found.append(place)
    return found


def doubles(house: House, history: History) -> list[tuple[int, int]]:
    """Starts one after the other of a call that is not idempotent, with no human's order in between."""
    found: list[tuple[int, int]] = []
    names: set[str] = {fact.request for fact in history if isinstance(fact, Started)}
    for name in sorted(names):
        places = starts(history, name)
        for first, second in pairwise(places):
            if not house.rule.idempotent and orders(house, history, name, second) == orders(
                house, history, name, first
            ):
                found.append((first, second))
    return found


def orders(house: House, history: History, request: str, before: int) -> int:
    """How many retries of a request humans had ordered before a place."""
    past = replay(house, history[:before])
    return len([1 for _, effect in effects_on(past, request) if effect is Effect.RETRY_ORDERED])


def to_close(past: Past, request: str) -> set[Address]:
    """Every address at which a copy of a request was shown, once nobody is asked any more."""
    if phase(past, request) in (Phase.ASKED, Phase.UNKNOWN):
        return set()
    return {
        shown.to
        for number in range(1, version(past, request) + 1)
        for _, shown in showings(past, request, number)
    }
