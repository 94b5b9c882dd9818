"""Frames: what is said about a thread as a whole, by a human or by the engine: it stands, goes on, ends, or is another's copy."""

from __future__ import annotations

from typing import assert_never

from bot.core import askers, calls, days, grants, human, turn
from bot.core.events import Cancelled, DayReached, Forked, Halted, Paused, Resumed, ScheduleFared
from bot.core.frozen import replace
from bot.core.house import HOUSE
from bot.core.slots import PREFIX
from bot.core.thread import IDLE, Thread


def framed(
    thread: Thread, event: Paused | Resumed | Cancelled | Halted | DayReached | Forked
) -> Thread:
    """The thread after such a word. A halt and a day that is spent are the house's: elsewhere it is on record that it was told."""
    match event.type:
        case "Paused":
            return replace(grants.ended(thread, f"{event.actor} paused it"), paused=True)
        case "Resumed":
            return replace(thread, paused=False)
        case "Cancelled":
            return turn.cancel(thread)
        case "Halted":
            return turn.noticed(thread, "halted", event.text) if thread.address else thread
        case "DayReached":
            if thread.id == HOUSE:
                return days.reached(thread, event)
            thread = replace(thread, short=event)
            return turn.noticed(thread, "spent", event.text) if thread.address else thread
        case "Forked":
            return _fork(thread, event)
        case _:
            assert_never(event)


def fared(thread: Thread, event: ScheduleFared) -> Thread:
    """Told where the schedule speaks; on its own log it is on record alone."""
    if thread.id.startswith(PREFIX) or not event.told or event.address is None:
        return thread
    return turn.noticed(human.opened(thread, event), event.told, event.text)


def _fork(thread: Thread, event: Forked) -> Thread:
    """A child starts at rest, in its own place; what its parent may be doing is shown there and never done."""
    return replace(
        askers.dropped(thread),
        address=event.address or thread.address,
        fallback=None,
        calls=tuple(calls.forked(call) for call in thread.calls),
        turn=IDLE,
        heard=thread.head,
        notices=(),
        refusals=(),
        grants=(),
    )
