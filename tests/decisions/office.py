"""Office: the directory and the policy of a case as the product knows them, and how both stand now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from bot.core.values import Deputy
from bot.engine.toolbox import Toolbox
from bot.kit.agent import Agent
from bot.kit.arguments import Args
from bot.kit.call import Call, Card
from bot.kit.declared import Approving
from bot.kit.front_matter import FrontMatter, GrantSaid, Policy
from bot.kit.house import load_house
from bot.kit.people import People, Person
from bot.kit.rule import terms_of
from bot.kit.tool import Tool, tool
from tests.oracle import people as told
from tests.oracle.rules import Arguments, Rule
from tests.oracle.words import Mode

DEPLOYBOT = "deploybot"
HOUSE = load_house()
NEVER = 10**15
PINS: dict[str, str] = {}
"""What the pins of each call read in the world now, by the call's id."""


class Push(Args):
    """What is pushed."""

    tag: str
    amount: int = 0


@tool(approval="always")
async def push_tag(push: Push) -> str:
    """Push a tag."""
    return push.tag


@push_tag.preview
async def shown(push: Push, call: Call) -> Card:
    """The card, with what it rests on."""
    return Card(f"Push {push.tag}", pins={"base": PINS.get(call.key.rpartition("-")[0], "p1")})


@dataclass
class Office:
    """Who is there, who may approve, and which agent is deployed."""

    people: told.People
    rule: Rule
    same: tuple[str, ...] = ()
    """What may not differ in what is granted."""
    brought: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """When the card of a request was first brought to each person, in milliseconds: as a deputy they may decide from then on."""
    listed: list[str] = field(default_factory=list[str])
    left: set[str] = field(default_factory=set[str])
    deploys: int = 0

    def __post_init__(self) -> None:
        self.listed = list(_people(self.people, frozenset[str]()).expand(self.rule.approvers))

    @property
    def agent(self) -> Agent:
        """The agent as it is deployed now."""
        return _agent(
            self.people,
            self.rule,
            tuple(self.listed),
            frozenset(self.left),
            self.deploys,
            self.same,
        )

    @property
    def toolbox(self) -> Toolbox:
        """The tools as they are deployed now."""
        return _toolbox(self.agent)

    def name(self, address: told.Address) -> str:
        """Who writes from there, as a log says it."""
        person = self.people.at(address)
        if person is None or person.name in self.left:
            return f"{address.channel}:{address.locator}"
        return person.name

    def lent(self, request: str, deputies: tuple[Deputy, ...]) -> tuple[Deputy, ...]:
        """Deputies with the time that the oracle knows: hours and reminders, which give it else, are no part of a case."""
        return tuple(
            each.model_copy(update={"since": self.brought.get((request, each.person), NEVER)})
            for each in deputies
        )

    def knows(self, address: told.Address) -> bool:
        """Whether somebody who is still there writes from that address."""
        person = self.people.at(address)
        return person is not None and person.name not in self.left


def plain(arguments: Arguments) -> dict[str, str | int]:
    """Arguments as the model writes them."""
    return dict(arguments)


@cache
def _people(people: told.People, left: frozenset[str]) -> People:
    here = [person for person in people.persons if person.name not in left]
    groups: dict[str, tuple[str, ...]] = {}
    for person in here:
        for group in person.groups:
            groups[group] = (*groups.get(group, ()), person.name)
    names = {person.name for person in here}
    known = {
        each.name: Person(name=each.name, deputy=each.deputy if each.deputy in names else None)
        for each in here
    }
    return People(known, groups)


@cache
def _tool(rule: Rule, deploys: int) -> Tool:
    condition, more = rule.when, rule.more
    return replace(
        push_tag,
        approving=Approving(
            approval=rule.mode.value,
            predicate=(lambda args: condition.holds(_arguments(args)))
            if rule.mode is Mode.WHEN and condition
            else None,
            quorum=(lambda args: rule.needs(_arguments(args))) if more else None,
        ),
        idempotent=rule.idempotent,
        seconds=rule.time_limit,
        source_digest=f"deploy {deploys}",
    )


def _arguments(push: Push) -> Arguments:
    return (("tag", push.tag), ("amount", push.amount))


@cache
def _agent(
    people: told.People,
    rule: Rule,
    listed: tuple[str, ...],
    left: frozenset[str],
    deploys: int,
    same: tuple[str, ...],
) -> Agent:
    pushing = _tool(rule, deploys)
    policy = Policy(
        approvers=listed,
        quorum=rule.quorum,
        self_approval="allowed" if rule.self_approval else None,
        deadline=rule.deadline,
        channels=rule.channels or None,
        words=None if rule.words else "denied",
        grant=GrantSaid(minutes=rule.grant_minutes, same=same, outside="allowed")
        if rule.grant_minutes and rule.quorum == 1 and rule.mode is not Mode.NEVER
        else None,
    )
    return Agent(
        name=DEPLOYBOT,
        folder=Path(DEPLOYBOT),
        front=FrontMatter(approvers=listed),
        body="Release what is asked for.",
        house=HOUSE,
        people=_people(people, left),
        tools={pushing.name: pushing},
        terms={pushing.name: terms_of(pushing, policy, listed)},
        sources={},
    )


@cache
def _toolbox(agent: Agent) -> Toolbox:
    agents: Mapping[str, Agent] = {DEPLOYBOT: agent}
    return Toolbox(agents, {})
