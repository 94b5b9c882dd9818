"""Limits: how far a thread may go by itself. Each ends in a question to a human, never in silence."""

from __future__ import annotations

from bot.core import calls
from bot.core.events import DecideFailed, StepDecided
from bot.core.frozen import replace
from bot.core.spend import USES
from bot.core.thread import Call, Closed, Tally, Thread, Why
from bot.core.values import Limits

HOLD_CHOICES: dict[Why, tuple[str, str]] = {
    "steps": ("Extend", "Stop"),
    "failures": ("Extend", "Stop"),
    "money": ("Extend", "Stop"),
    "time": ("Extend", "Stop"),
    "model": ("Try again", "Stop"),
    "calls": ("Extend", "Stop"),
    "tokens": ("Extend", "Stop"),
    "cards": ("Extend", "Stop"),
    "day": ("Extend", "Stop"),
}
NOT_BY_WORDS: tuple[Why, ...] = ("money", "tokens", "time", "cards")
"""What a plain message does not extend: it takes the answer."""
HOUR_MS = 3_600_000


def reached(thread: Thread, at: int) -> Why | None:
    """The limit that this thread has reached at this time."""
    tally, limits = thread.tally, thread.limits
    if limits.micro_usd is not None and tally.micro_usd >= limits.micro_usd + tally.allowance:
        return "money"
    if limits.tokens is not None and tally.tokens >= limits.tokens + tally.token_allowance:
        return "tokens"
    if limits.wall_seconds is not None and at - tally.since >= limits.wall_seconds * 1000:
        return "time"
    if tally.steps >= limits.steps:
        return "steps"
    if tally.failures >= limits.failures:
        return "failures"
    return _of_calls(tally, limits, at)


def _of_calls(tally: Tally, limits: Limits, at: int) -> Why | None:
    if limits.calls is not None and tally.calls >= limits.calls:
        return "calls"
    most = limits.cards_per_hour
    return "cards" if most is not None and len(_lately(tally, at)) >= most else None


def within(tally: Tally, limits: Limits, new: tuple[Call, ...], at: int) -> tuple[Call, ...]:
    """The calls of a step, of which those beyond a limit are closed at once; the human is asked when the others are over."""
    if limits.calls is None and limits.cards_per_hour is None:
        return new
    left = _left(limits.calls, tally.calls)
    cards = _left(limits.cards_per_hour, len(_lately(tally, at)))
    kept: list[Call] = []
    for call in new:
        uses = is_use(call) and not isinstance(call.phase, Closed)
        asks = uses and call.proposal.kind == "gated"
        if uses and left <= 0:
            kept.append(_beyond(call, f"{limits.calls} calls"))
        elif asks and cards <= 0:
            kept.append(_beyond(call, f"{limits.cards_per_hour} cards an hour"))
        else:
            left, cards = left - uses, cards - asks
            kept.append(call)
    return tuple(kept)


def _beyond(call: Call, words: str) -> Call:
    return calls.close(call, "voided", f"Not done: the limit of {words} is reached.")


def _left(most: int | None, used: int) -> int:
    """How many are left; where there is no limit, more than any step has."""
    return 1_000_000 if most is None else most - used


def is_use(call: Call) -> bool:
    """Whether this uses a tool, be it to read, to write or to ask for leave."""
    return call.proposal.kind in USES


def shown(tally: Tally, limits: Limits, at: int) -> Tally:
    """One more card stands before its approvers. Kept only where they are counted."""
    if limits.cards_per_hour is None:
        return tally
    return replace(tally, cards=(*_lately(tally, at), at))


def _lately(tally: Tally, at: int) -> tuple[int, ...]:
    return tuple(shown for shown in tally.cards if shown > at - HOUR_MS)


def spoken(tally: Tally, at: int) -> Tally:
    """A human spoke: steps, calls and failures count anew, and so does the time."""
    return replace(tally, steps=0, calls=0, failures=0, malformed=0, since=at)


def spent(tally: Tally, event: StepDecided | DecideFailed) -> Tally:
    """What a model call cost is kept, whether its step counted or not."""
    return replace(
        tally,
        micro_usd=tally.micro_usd + (event.usage.micro_usd or 0),
        tokens=tally.tokens + event.usage.tokens,
    )


def stepped(tally: Tally, event: StepDecided, new: tuple[Call, ...]) -> Tally:
    """One more step with these calls, and its cost; what configuration wrote (prefetch) counts as none."""
    uses = len([c for c in new if is_use(c) and not isinstance(c.phase, Closed)])
    by_model, usage = event.actor == "model", event.usage
    return replace(
        tally,
        steps=tally.steps + by_model,
        calls=tally.calls + uses * by_model,
        malformed=0 if by_model else tally.malformed,
        micro_usd=tally.micro_usd + (usage.micro_usd or 0),
        tokens=tally.tokens + usage.tokens,
    )


def extended(thread: Thread, at: int) -> Tally:
    """A human lets the thread go on: as far again, by every measure."""
    tally = spoken(thread.tally, at)
    micro_usd, tokens = thread.limits.micro_usd or 0, thread.limits.tokens or 0
    return replace(
        tally,
        allowance=max(tally.micro_usd - micro_usd, 0) + micro_usd,
        token_allowance=max(tally.tokens - tokens, 0) + tokens,
        cards=(),
    )
