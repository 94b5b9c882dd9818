"""Lineage: a log as another thread has it. Names follow the thread they belong to; what people and the model said stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from bot.core.events import Event, Forked, Known, StepDecided, Unknown
from bot.core.values import Proposal

# Fields that name events, calls, requests, keys and timers. The `request` of a step is a digest and holds no such name.
NAMES = ("id", "call", "request", "key", "name", "verdict", "doubts")


def copied(events: Iterable[Event], parent: str, child: str) -> list[Event]:
    """The parent's events as the child's log has them: it folds to what the parent's folds to, under the child's names.

    What this version cannot read is kept as it came: it folds as nothing here, and names nothing that is there.
    """
    own = re.compile(rf"(?<![A-Za-z0-9]){re.escape(parent)}(?![A-Za-z0-9])")
    return [
        event if isinstance(event, Unknown) else _renamed(event, own, child) for event in events
    ]


def home(events: Sequence[Event], head: int, thread: str) -> str:
    """The thread in which the first `head` of these events came about: this one, or the one it was copied from."""
    later = (event.parent for event in events[head:] if isinstance(event, Forked))
    return next(later, thread)


def _renamed(event: Known, own: re.Pattern[str], child: str) -> Known:
    names = {name: getattr(event, name) for name in NAMES if name in type(event).model_fields}
    changes: dict[str, object] = {name: own.sub(child, text) for name, text in names.items()}
    if isinstance(event, StepDecided):
        changes["calls"] = tuple(_proposed(call, own, child) for call in event.calls)
    return event.model_copy(update=changes)


def _proposed(proposal: Proposal, own: re.Pattern[str], child: str) -> Proposal:
    """A withdrawal names a request; all other arguments are the model's own words."""
    request = proposal.arguments.get("request")
    if proposal.kind != "withdraw" or not isinstance(request, str):
        return proposal
    arguments: dict[str, JsonValue] = {**proposal.arguments, "request": own.sub(child, request)}
    return proposal.model_copy(update={"arguments": arguments})
