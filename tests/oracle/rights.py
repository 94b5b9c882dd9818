"""Who may decide: lists, groups, deputies, votes, grants and the quorum."""

from dataclasses import dataclass

from tests.oracle.asking import askers
from tests.oracle.facts import (
    ApproverAdded,
    ApproverRemoved,
    ArgumentsChanged,
    CardShown,
    Decision,
    Fact,
    PersonLeft,
    Proposed,
    WordTyped,
)
from tests.oracle.past import Past, agent_changed, arguments, begins, call_of, effects_on, requests
from tests.oracle.people import Address, People
from tests.oracle.rules import Rule, covers
from tests.oracle.words import BEGINS, Effect, Obstacle, Word


@dataclass(frozen=True)
class House:
    """The directory and the policy under which everything is judged."""

    people: People
    rule: Rule


@dataclass(frozen=True)
class Grant:
    """One person's approval of every call of a tool which fits a pattern, until a time."""

    by: str
    until: int
    place: int


def left(past: Past) -> set[str]:
    """The names of those who left."""
    return {ruled.fact.name for ruled in past if isinstance(ruled.fact, PersonLeft)}


def known(house: House, past: Past, address: Address) -> str:
    """The name behind an address, or nothing."""
    person = house.people.at(address)
    return "" if person is None or person.name in left(past) else person.name


def listed(house: House, past: Past) -> set[str]:
    """The approvers now."""
    names: set[str] = set()
    for name in house.rule.approvers:
        names |= house.people.members(name)
    for ruled in past:
        if isinstance(ruled.fact, ApproverAdded) and house.people.named(ruled.fact.name):
            names.add(ruled.fact.name)
        elif isinstance(ruled.fact, ApproverRemoved):
            names.discard(ruled.fact.name)
    return names - left(past)


def asked(house: House, past: Past, request: str) -> set[str]:
    """The people to whom a card was brought or the request passed."""
    names: set[str] = set()
    for ruled in past:
        fact = ruled.fact
        if isinstance(fact, CardShown) and fact.request == request:
            names.add(known(house, past, fact.to))
        elif isinstance(fact, Decision) and ruled.ruling.on(request) is Effect.PASSED:
            names.add(fact.to)
    return names - {""}


def deputises(house: House, past: Past, name: str) -> set[str]:
    """The approvers whose deputy somebody is."""
    if not name or name in left(past):
        return set()
    return {person.name for person in house.people.persons if person.deputy == name} & listed(
        house, past
    )


def seats(house: House, past: Past, request: str, name: str) -> set[str]:
    """The approvers for whom a person may speak: themselves, and as an asked deputy."""
    own = listed(house, past) & {name}
    lent = deputises(house, past, name) if name in asked(house, past, request) else set[str]()
    return own | lent


def requesters(house: House, past: Past, request: str) -> set[str]:
    """Who asked, and who edited."""
    return {known(house, past, address) for address in askers(past, request)} - {""}


def accepting_seats(house: House, past: Past, request: str, name: str) -> set[str]:
    """The approvers for whom a person may accept: nobody who asked accepts, nor lends the right to."""
    every = seats(house, past, request, name)
    if house.rule.self_approval:
        return every
    barred = requesters(house, past, request)
    return set[str]() if name in barred else every - barred


def voices(house: House, past: Past, request: str) -> list[str]:
    """The author of every accept of the current version; no name for one who left."""
    since = begins(past, request)[-1]
    accepts = (Effect.VOTED, Effect.APPROVED)
    return [
        author(house, past, ruled.fact)
        for ruled in past[since:]
        if ruled.ruling.on(request) in accepts
    ]


def voters(house: House, past: Past, request: str) -> set[str]:
    """Who accepted the current version and is still there."""
    return set(voices(house, past, request)) - {""}


def author(house: House, past: Past, fact: Fact) -> str:
    """Who pressed or typed."""
    return known(house, past, fact.by) if isinstance(fact, Decision | WordTyped) else ""


def grants(house: House, past: Past, request: str) -> list[Grant]:
    """Every grant, running or over, which was there when the model chose the current version, and which covers it."""
    call, since = call_of(past, request), begins(past, request)[-1]
    if not isinstance(past[since].fact, Proposed | ArgumentsChanged):
        return []
    found: list[Grant] = []
    for place, ruled in enumerate(past[:since]):
        fact = ruled.fact
        if (
            not isinstance(fact, Decision)
            or fact.word is not Word.ACCEPT
            or fact.pattern is None
            or not ruled.ruling.effects
        ):
            continue
        first = call_of(past, fact.request)
        if (first.tool, first.thread) == (call.tool, call.thread) and covers(
            fact.pattern, arguments(past, request)
        ):
            found.append(
                Grant(known(house, past, fact.by), fact.at + 60 * house.rule.grant_minutes, place)
            )
    return [grant for grant in found if not ended(past, grant, call.agent, call.thread)]


def ended(past: Past, grant: Grant, agent: str, thread: str) -> bool:
    """Whether the agent changed, or the work was stopped, after the grant was given."""
    stops = [
        ruled
        for ruled in past[grant.place + 1 :]
        if isinstance(ruled.fact, WordTyped)
        and ruled.fact.thread == thread
        and Obstacle.CANCELLED in ruled.ruling.obstacles
    ]
    return bool(stops) or agent_changed(past, agent, grant.place)


def supporters(house: House, past: Past, request: str, now: int) -> set[str]:
    """Who supports the current version now: votes and running grants of those who may still accept."""
    names = voters(house, past, request)
    names |= {grant.by for grant in grants(house, past, request) if now < grant.until}
    return {name for name in names if accepting_seats(house, past, request, name)}


def seated(choices: list[set[str]]) -> int:
    """How many of the people can sit at once, each on one of the seats they may take."""
    if not choices:
        return 0
    best = seated(choices[1:])
    for seat in choices[0]:
        best = max(best, 1 + seated([others - {seat} for others in choices[1:]]))
    return best


def count(house: House, past: Past, request: str, names: set[str]) -> int:
    """For how many distinct approvers that many distinct people speak."""
    return seated([accepting_seats(house, past, request, name) for name in sorted(names)])


def quorum_met(house: House, past: Past, request: str, now: int) -> bool:
    """Whether enough people support the current version now."""
    return count(house, past, request, supporters(house, past, request, now)) >= house.rule.needs(
        arguments(past, request)
    )


def retry_by(house: House, past: Past, request: str) -> str | None:
    """Who ordered the try which has not been claimed yet, if one was ordered; no name for one who left."""
    for index, effect in reversed(effects_on(past, request)):
        if effect is Effect.RETRY_ORDERED:
            return author(house, past, past[index].fact)
        if effect is Effect.CLAIMED or effect in BEGINS:
            return None
    return None


def involved(house: House, past: Past) -> set[str]:
    """Everybody who asked for something, and the approvers."""
    names = listed(house, past)
    for request in requests(past):
        names |= requesters(house, past, request)
    return names
