"""Fates: what has become of a card, read from the log: since when it is so, and what is told to those who come too late."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from bot.core.events import Event, MessageNoted, MessageReceived
from bot.core.names import call_id, version_of
from bot.core.reducer import evolve
from bot.core.thread import Asked, Call, Closed, Previewing, Thread
from bot.engine.desk import judged, thread_of
from bot.kit.channel import Changed, Fate

# As `bot.kit.arrival.Remark` is named.
_CHANGED = re.compile(r"(?P<about>.+)/(?P<how>edited|deleted)(?:/[^/]*)?", re.DOTALL)


def fate(thread: Thread, key: str, events: Iterable[Event]) -> Fate:
    """When the call of this card came to be as it is, and how all stood when this version of it was the one that counted."""
    state = then = Thread(thread.id)
    since, phase, id, version = 0, None, call_id(key), version_of(key)
    decided, approved = 0, ()
    for event in events:
        state = evolve(state, event)
        call = state.call(id)
        if call is None:
            continue
        if call.version == version:
            then = state
        if call.phase != phase:
            phase, since = call.phase, state.at
        if call.approved != approved:
            approved, decided = call.approved, state.at if call.approved else 0
    now = thread.call(id)
    return Fate(thread, since, then, decided, changed(now, events) if now else ())


def changed(call: Call, events: Iterable[Event]) -> tuple[Changed, ...]:
    """What became of the messages that asked since this call was chosen, while it waits for approval."""
    if not (isinstance(call.phase, Asked) and call.phase.about == "approval"):
        return ()
    asked, found = set[str](), dict[Changed, None]()
    for place, event in enumerate(events):
        if place < call.step and isinstance(event, MessageReceived):
            asked.add(event.id)
        elif place >= call.step and isinstance(event, MessageNoted):
            mark = _CHANGED.fullmatch(event.id)
            if mark and mark["about"] in asked:
                found[Changed(event.actor, mark["how"] == "deleted")] = None
    return tuple(found)


def told(reason: str, request: str, events: Sequence[Event], words: str) -> str:
    """Why these words did not count, with the time where the request had been decided before: as any channel can say it, in UTC."""
    position = next((place for place, event in enumerate(events) if event.id == words), 0)
    found = judged(thread_of(request), events, words).before if position else None
    call = found.call(request) if found else None
    if found is None or call is None or isinstance(call.phase, Asked | Previewing):
        return reason
    what = fate(found, request, events[:position])
    is_over = isinstance(call.phase, Closed) and "already approved" not in reason
    at = what.since if is_over else what.decided
    return f"{reason.removesuffix('.')}, {_minute(at)}." if at else reason


def _minute(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"
