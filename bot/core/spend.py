"""Spend: what a thread's log says that it used. The logs alone are the books.

What the model chose counts when it chose it, be its step void by then: it was asked for. Work is the time that the model took to
answer, as whoever asked it measured, and the time of tools from their beginning to their end on the log, reads side by side once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.core.events import (
    CronTicked,
    DecideFailed,
    Event,
    Forked,
    MessageReceived,
    OutcomeUnknown,
    StepDecided,
    ToolEnded,
    ToolStarted,
)
from bot.core.measures import MEASURES, Amounts, is_alike, together
from bot.core.values import Proposal, Usage

USES = ("read", "write", "gated")
"""The kinds of call that use a tool, be it to read, to write or to ask for leave."""


@dataclass(frozen=True, slots=True)
class Spent:
    """One answer of a model, or a tool at work (then `model` is empty): when it came, for which agent and on whose behalf."""

    at: int
    agent: str
    person: str
    model: str
    usage: Usage
    amounts: Amounts

    @property
    def is_unpriced(self) -> bool:
        """Whether it used something whose price is not known."""
        return self.usage.micro_usd is None and self.usage.tokens > 0


def amounts(answer: StepDecided | DecideFailed) -> Amounts:
    """What an answer of the model used; of its calls, those that no limit closed at once."""
    made = [each for each in answer.calls if is_made(each)] if answer.type == "StepDecided" else []
    return {
        "micro_usd": answer.usage.micro_usd or 0,
        "tokens": answer.usage.tokens,
        "steps": int(answer.type == "StepDecided"),
        "calls": len(made),
        "wall_ms": answer.took,
        "cards": sum(each.kind == "gated" for each in made),
    }


def is_made(proposal: Proposal) -> bool:
    """Whether this uses a tool and is within the limits of its day."""
    return proposal.kind in USES and not proposal.beyond


def used(log: Sequence[Event], at: int) -> dict[str, int]:
    """By measure, what this log used in the day of that time; of what the hour limits, in the hour."""
    total: dict[str, int] = dict.fromkeys(MEASURES, 0)
    for each in spent(log):
        total = together(total, within(each, at))
    return total


def within(spent: Spent, at: int) -> Amounts:
    """What of this counts in the day and the hour of that time."""
    return {name: many for name, many in spent.amounts.items() if is_alike(name, spent.at, at)}


def spent(log: Sequence[Event]) -> Iterator[Spent]:
    """Every answer on this log, counted or void or failed, and every tool at work; what a copy has from its parent is the parent's."""
    agent = person = ""
    own = max((place for place, event in enumerate(log) if isinstance(event, Forked)), default=-1)
    folded, work = set[str](), _Work()
    for place, event in enumerate(log):
        if event.id in folded:
            continue
        folded.add(event.id)
        if isinstance(event, MessageReceived | CronTicked) and not person:
            agent, person = event.agent, event.actor
        took = work.after(event)
        if place <= own:
            continue
        if isinstance(event, StepDecided | DecideFailed) and event.model:
            yield Spent(event.at, agent, person, event.model, event.usage, amounts(event))
        elif took:
            yield Spent(event.at, agent, person, "", Usage(micro_usd=0), {"wall_ms": took})


@dataclass(slots=True)
class _Work:
    """Tools under way: since when, and for how long at most. Calls are named by what their step had seen and their place in it."""

    running: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    most: dict[str, int] = field(default_factory=dict[str, int])
    last: int = 0

    def after(self, event: Event) -> int:
        """How many milliseconds of work ended with this event that were not counted yet."""
        match event:
            case StepDecided(seen=seen, calls=calls):
                for index, each in enumerate(calls):
                    name = f"{seen}-{index}"
                    self.most[name] = each.time_limit_seconds * 1000
                    if each.kind == "read":
                        self.running[name] = event.at, self.most[name]
            case ToolStarted(call=call):
                name = _place(call)
                self.running[name] = event.at, self.most.get(name, 0)
            case ToolEnded(call=call) | OutcomeUnknown(call=call):
                return self._ended(_place(call), event.at)
            case _:
                pass
        return 0

    def _ended(self, name: str, at: int) -> int:
        began, most = self.running.pop(name, (at, 0))
        # A worker that was down in between was not at work: never longer than the call may take.
        took = max(0, min(at - max(began, self.last), most))
        self.last = at
        return took


def _place(call: str) -> str:
    return "-".join(call.split("-")[-2:])
