"""Fallback: when a second model is asked in the place of the first. Read from the log alone, so every worker does the same.

The first is out when it failed three times in a row or cannot be asked at all: that failure says who is asked `instead`.
For ten minutes from then on the second has every question; then the first is tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.events import DecideFailed, Event, StepDecided
from bot.core.thread import Thinking, Thread
from bot.model.port import ModelFailed
from bot.model.undecided import Kind

TRIES = 3
STAY_MS = 600_000


@dataclass(frozen=True, slots=True)
class Models:
    """Who is asked, and who is when the first cannot be; empty: nobody."""

    first: str
    second: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a failure comes to: who is asked instead, and what is said of it."""

    kind: Kind
    reason: str
    instead: str = ""


def asked_next(models: Models, events: Sequence[Event], now: int) -> str:
    """The model that the next question goes to."""
    outage = _outage(models, events)
    return models.second if outage and now - outage.at < STAY_MS else models.first


def trouble(
    models: Models, thread: Thread, events: Sequence[Event], asked: str, error: ModelFailed
) -> Trouble:
    """What follows from this failure of the model that was asked."""
    if asked == models.first and models.second and _is_out(thread, error):
        return Trouble("transient", error.reason, models.second)
    kind = "permanent" if error.kind in ("unavailable", "picture") else error.kind
    outage = _outage(models, events)
    if asked == models.first or outage is None or kind in ("malformed", "refusal"):
        return Trouble(kind, error.reason)
    both = f"{models.first}: {outage.reason} {models.second}, asked instead: {error.reason}"
    return Trouble(kind, both)


def _is_out(thread: Thread, error: ModelFailed) -> bool:
    """Whether another model could do what this one did not. A refusal and a bad request are the same everywhere."""
    if error.kind == "transient" and isinstance(thread.turn, Thinking):
        return thread.turn.tries + 1 >= TRIES
    return error.kind == "unavailable"


def _outage(models: Models, events: Sequence[Event]) -> DecideFailed | None:
    """The failure since which the second model is asked, if nothing has ended that."""
    for event in reversed(events):
        match event:
            case DecideFailed(instead=second, model=first) if second:
                return event if (first, second) == (models.first, models.second) else None
            case DecideFailed(kind="permanent", model=model) if model == models.second:
                return None
            case StepDecided(model=model) if model == models.first:
                return None
            case _:
                pass
    return None
