"""Delivery: what became of the messages that a thread owes."""

from __future__ import annotations

from bot.core import calls, turn
from bot.core.events import Delivered, DeliveryFailed
from bot.core.frozen import replace
from bot.core.thread import Asked, Saying, Thread, delivery_key


def delivered(thread: Thread, event: Delivered) -> Thread:
    """The channel took it: a message is said, a card is shown."""
    if any(notice.key == event.key for notice in thread.notices):
        return turn.told(thread, event.key)
    call = thread.call(event.key)
    if call is None or delivery_key(call) != event.key:
        return thread
    match call.phase:
        case Saying():
            return turn.changed(thread, call, calls.close(call, "said"), event.at)
        case Asked() as phase:
            return turn.put(thread, replace(call, phase=replace(phase, shown=event.at)))
        case _:
            return thread


def failed(thread: Thread, event: DeliveryFailed) -> Thread:
    """The channel refused it for good: a message is closed and the thread told, a card tries the next address."""
    if any(notice.key == event.key for notice in thread.notices):
        return turn.told(thread, event.key)
    call = thread.call(event.key)
    if call is None or delivery_key(call) != event.key:
        return thread
    warned = turn.noticed(thread, "undelivered", f"{call.proposal.tool}: {event.reason}")
    match call.phase:
        case Saying():
            return turn.changed(warned, call, calls.close(call, "failed", event.reason), event.at)
        case Asked() as phase:
            return turn.put(warned, replace(call, phase=replace(phase, copy=phase.copy + 1)))
        case _:
            return thread
