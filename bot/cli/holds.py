"""Holds: a limit that a thread is held at, in words: how much is used of it, and what the choices mean."""

from __future__ import annotations

from bot.cli.output import clock
from bot.core.outbox import Hold
from bot.core.thread import Thread, Why

MICRO = 1_000_000


def used(thread: Thread, waiting: Hold) -> str:
    """How much of it is used."""
    tally, limits = thread.tally, thread.limits
    match waiting.why:
        case "steps":
            return f"{tally.steps} of {limits.steps} steps are taken since somebody spoke."
        case "failures":
            return f"{tally.failures} of {limits.failures} calls in a row failed."
        case "money":
            most = (limits.micro_usd or 0) + tally.allowance
            return f"{tally.micro_usd / MICRO:.4f} of {most / MICRO:.4f} USD are spent."
        case "time":
            return f"it works since {clock(tally.since)} and may for {limits.wall_seconds} s."
        case "calls":
            return f"{tally.calls} of {limits.calls} calls are made since somebody spoke."
        case "tokens":
            most = (limits.tokens or 0) + tally.token_allowance
            return f"{tally.tokens:,} of {most:,} tokens are used."
        case "cards":
            return f"{limits.cards_per_hour} approvals were asked for within an hour."
        case "model" | "day":
            return waiting.reason


def stopping(why: Why) -> str:
    """What the second choice means."""
    if why == "day":
        return "Stop leaves what it is for waiting until that day or hour is over"
    return "Stop cancels the work; a later message wakes the thread"


def going_on(thread: Thread, why: Why) -> str:
    """What the first choice means."""
    limits = thread.limits
    match why:
        case "steps":
            return f"Extend lets it take {limits.steps} more steps"
        case "failures":
            return f"Extend counts failures from 0 again, up to {limits.failures}"
        case "money":
            return f"Extend lets it spend {(limits.micro_usd or 0) / MICRO:.4f} USD more"
        case "time":
            return f"Extend lets it work for {limits.wall_seconds} s more"
        case "calls":
            return f"Extend lets it make {limits.calls} more calls"
        case "tokens":
            return f"Extend lets it use {limits.tokens or 0:,} more tokens"
        case "cards":
            return f"Extend lets it ask for {limits.cards_per_hour} more approvals"
        case "day":
            return "Extend allows as much again from what is used, in that day or hour"
        case "model":
            return "Try again asks the model once more"
