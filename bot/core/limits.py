"""Limits: how far a thread may go by itself. Each ends in a question to a human, never in silence."""

from __future__ import annotations

from bot.core.events import DecideFailed, StepDecided
from bot.core.frozen import replace
from bot.core.thread import Tally, Thread, Why

HOLD_CHOICES: dict[Why, tuple[str, str]] = {
    "steps": ("Extend", "Stop"),
    "failures": ("Extend", "Stop"),
    "money": ("Extend", "Stop"),
    "time": ("Extend", "Stop"),
    "model": ("Try again", "Stop"),
}


def reached(thread: Thread, at: int) -> Why | None:
    """The limit that this thread has reached at this time."""
    tally, limits = thread.tally, thread.limits
    if limits.micro_usd is not None and tally.micro_usd >= limits.micro_usd + tally.allowance:
        return "money"
    if limits.wall_seconds is not None and at - tally.since >= limits.wall_seconds * 1000:
        return "time"
    if tally.steps >= limits.steps:
        return "steps"
    return "failures" if tally.failures >= limits.failures else None


def spoken(tally: Tally, at: int) -> Tally:
    """A human spoke: steps and failures count anew, and so does the time."""
    return replace(tally, steps=0, failures=0, malformed=0, since=at)


def spent(tally: Tally, event: StepDecided | DecideFailed) -> Tally:
    """What a model call cost is kept, whether its step counted or not."""
    return replace(
        tally,
        micro_usd=tally.micro_usd + (event.usage.micro_usd or 0),
        tokens=tally.tokens + event.usage.tokens,
    )


def stepped(tally: Tally, event: StepDecided) -> Tally:
    """One more step, and its cost; what configuration wrote (prefetch) counts as none."""
    by_model, usage = event.actor == "model", event.usage
    return replace(
        tally,
        steps=tally.steps + by_model,
        malformed=0 if by_model else tally.malformed,
        micro_usd=tally.micro_usd + (usage.micro_usd or 0),
        tokens=tally.tokens + usage.tokens,
    )


def extended(thread: Thread, at: int) -> Tally:
    """A human lets the thread go on: as far again, by every measure."""
    tally = spoken(thread.tally, at)
    spent_so_far = max(tally.micro_usd - (thread.limits.micro_usd or 0), 0)
    return replace(tally, allowance=spent_so_far + (thread.limits.micro_usd or 0))
