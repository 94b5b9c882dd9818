"""Compact: where a log that has outgrown its budget is cut, and what stands in the place of the part before.

No model is involved: the same log and the same room give the same cut and the same summary. The newest part stays as it
is, within half the room; a quarter is for the summary; the rest is what the thread may grow by before it is cut again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from bot.core.context import block
from bot.core.element import element, text
from bot.core.events import Compacted, Event
from bot.core.reducer import evolve
from bot.core.summary import summary
from bot.core.thread import Thread
from bot.core.weight import pictured, weight

MOST_SUMMARY_BYTES = 60_000
KEPT_PART, SUMMARY_PART = 2, 4


def compaction(events: Sequence[Event], thread_id: str, room: int) -> tuple[int, str] | None:
    """How many events a summary stands for from now on, and the summary; None: even the shortest does not fit.

    `room` is what all blocks together may weigh. The first event still rendered comes after the latest compaction.
    """
    weights = list(_weights(events, thread_id))
    most = min(room // SUMMARY_PART, MOST_SUMMARY_BYTES)
    newest = _cut(weights, room // KEPT_PART, _covered(events) + 1)
    for upto in dict.fromkeys((newest, len(weights))):
        told = summary(events[:upto], thread_id, most)
        if upto and _told(told, upto) + sum(weights[upto:]) <= room:
            return upto, told
    return None


def _weights(events: Sequence[Event], thread_id: str) -> Iterator[int]:
    """What each event adds to the context, were nothing summed up."""
    thread = Thread(thread_id)
    for event in events:
        after = evolve(thread, event)
        said = "" if event.id in thread.ids else block(thread, event, after)
        yield weight(said) + pictured(event) if said else 0
        thread = after


def _covered(events: Sequence[Event]) -> int:
    """How many events the summary at hand stands for."""
    uptos = (event.upto if isinstance(event, Compacted) else 0 for event in events)
    return max((upto for at, upto in enumerate(uptos) if upto <= at), default=0)


def _cut(weights: Sequence[int], most: int, least: int) -> int:
    """The first of the newest events that together weigh no more than this; never one before `least`."""
    fitting = sum(total <= most for total in accumulate(reversed(weights)))
    return min(max(len(weights) - fitting, least), len(weights))


def _told(summary: str, upto: int) -> int:
    return weight(element("summary", text(summary), ("events", f"1 to {upto}")))
