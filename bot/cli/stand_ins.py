"""Stand-ins: who decides on an approval, or answers a question, in whose place, from when on and until when, as commands tell it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.cli.output import clock
from bot.core import deciders, deputies
from bot.core.outbox import Approval
from bot.core.thread import Call
from bot.core.values import Deputy


def standing_in(waiting: Approval, now: int) -> tuple[str, ...]:
    """Those who can decide now in somebody's place, and have not."""
    known = (*deciders.left(waiting), *waiting.votes)
    found = (each.person for each in waiting.in_place if each.since <= now)
    return tuple(dict.fromkeys(each for each in found if each not in known))


def stand_ins(waiting: Approval, now: int) -> Iterator[str]:
    """Who decides in whose place, from when on and until when."""
    return _told(waiting.in_place, "decide", waiting.until, now)


def answering(call: Call, until: int | None, now: int) -> Iterator[str]:
    """Who answers a question in whose place, from when on and until when."""
    return _told(deputies.of_question(call), "answer", until, now)


def _told(found: Sequence[Deputy], does: str, until: int | None, now: int) -> Iterator[str]:
    end = f", until {clock(until)}" if until is not None else ""
    for each in found:
        begun = each.since <= now
        since = f"since {clock(each.since)}" if begun else f"from {clock(each.since)} on"
        yield f"{each.person} {does + 's' if begun else 'will ' + does} in the place of {each.of}, {since}{end}"
