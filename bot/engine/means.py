"""Means: what may be used in a day, or of cards in an hour, by the whole bot, an agent and each person; and who extends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.core import days
from bot.core.measures import HOURLY, MEASURES, Amounts, of_most, period_of, scoped
from bot.core.thread import Thread
from bot.core.values import Address

Most = Amounts
"""What may be used, by measure; what is not named is not limited."""


@dataclass(frozen=True, slots=True)
class Means:
    """The limits of all and of each person, and of the agents that have one; `owner` is asked."""

    bot: Most
    person: Most
    agents: Mapping[str, Most]
    owner: str
    bound: Callable[[str], Amounts]
    """The most that one question of this agent can use, of what is known only after."""
    places: tuple[Address, ...] = ()
    """Where the owner is reached: each is tried where the one before refuses it, and in the end the console."""

    @property
    def are_limited(self) -> bool:
        return any((self.bot, self.person, *self.agents.values()))

    def of(self, agent: str, person: str) -> dict[str, Most]:
        """By scope, what limits a thread of this agent that this person began."""
        found = {"all": self.bot, f"agent:{agent}": self.agents.get(agent, {})}
        return {**found, f"person:{person}": self.person}

    def now(self, house: Thread, agent: str, person: str, at: int) -> dict[str, Most]:
        """The same as it was extended by that time."""
        return {
            scope: extended(house, scope, most, at)
            for scope, most in self.of(agent, person).items()
        }


def extended(house: Thread, scope: str, most: Most, at: int) -> dict[str, int]:
    """These limits of the day and the hour of that time, as they were extended by then."""
    found: dict[str, int] = {}
    for of_hour in (False, True):
        named = {name: many for name, many in most.items() if (name in HOURLY) is of_hour}
        if named:
            period = period_of(next(iter(named)), at)
            found |= days.most(house, period, scope, named)
    return found


def keyed(amounts: Amounts, at: int) -> dict[str, int]:
    """By the names under which the books of that day have them: what an hour limits is kept by the hour."""
    return {key_of(name, at): amounts[name] for name in MEASURES if name in amounts}


def key_of(measure: str, at: int) -> str:
    return period_of(measure, at)[11:] + measure if measure in HOURLY else measure


def measure_of(key: str) -> str:
    """The measure that is kept under this name."""
    return next(name for name in MEASURES if key.endswith(name))


def beyond(scope: str, measure: str, most: int) -> str:
    """The limit that a call is beyond, in words."""
    often = "an hour" if measure in HOURLY else "a day"
    return f"the limit of {most:,} {measure} {often} for {scoped(scope)} is reached"


def reason(scope: str, period: str, measure: str, used: int, most: int) -> str:
    """What is reached, in words."""
    day, _, hour = period.partition("T")
    when = f"{day}, {hour}:00 to {hour}:59 UTC" if hour else day
    return f"{scoped(scope)}, {when}: {of_most(measure, used, most)}"
