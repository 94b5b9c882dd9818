"""Spend: what a thread's log says that its model calls used. The logs alone are the books."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core.events import CronTicked, DecideFailed, Event, Forked, MessageReceived, StepDecided
from bot.core.values import Usage


@dataclass(frozen=True, slots=True)
class Spent:
    """One answer of a model: when it came, for which agent and on whose behalf."""

    at: int
    agent: str
    person: str
    model: str
    usage: Usage

    @property
    def is_unpriced(self) -> bool:
        """Whether it used something whose price is not known."""
        return self.usage.micro_usd is None and self.usage.tokens > 0


def spent(log: Sequence[Event]) -> Iterator[Spent]:
    """Every answer on this log, counted or void or failed; what a copy has from its parent is the parent's."""
    agent = person = ""
    own = max((place for place, event in enumerate(log) if isinstance(event, Forked)), default=-1)
    folded = set[str]()
    for place, event in enumerate(log):
        if isinstance(event, MessageReceived | CronTicked) and not person:
            agent, person = event.agent, event.actor
        answers = isinstance(event, StepDecided | DecideFailed)
        if answers and event.model and place > own and event.id not in folded:
            yield Spent(event.at, agent, person, event.model, event.usage)
        folded.add(event.id)
