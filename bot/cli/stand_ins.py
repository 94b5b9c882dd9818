"""Stand-ins: who decides on an approval in whose place, from when on and until when, as commands tell it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cli.output import clock
from bot.core import deciders
from bot.core.outbox import Approval


def standing_in(waiting: Approval, now: int) -> tuple[str, ...]:
    """Those who can decide now in somebody's place, and have not."""
    known = (*deciders.left(waiting), *waiting.votes)
    found = (each.person for each in waiting.in_place if each.since <= now)
    return tuple(dict.fromkeys(each for each in found if each not in known))


def stand_ins(waiting: Approval, now: int) -> Iterator[str]:
    """Who decides in whose place, from when on and until when."""
    for each in waiting.in_place:
        begun = each.since <= now
        since = f"since {clock(each.since)}" if begun else f"from {clock(each.since)} on"
        until = f", until {clock(waiting.until)}" if waiting.until is not None else ""
        yield f"{each.person} {'decides' if begun else 'will decide'} in the place of {each.of}, {since}{until}"
