"""Outcomes: what became of a slot, by the log of the thread that it began."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import turn
from bot.core.events import (
    Cancelled,
    DecideFailed,
    Delivered,
    DeliveryFailed,
    Event,
    StepDecided,
)
from bot.core.names import request_of
from bot.core.outbox import Hold, pending
from bot.core.reducer import replay
from bot.core.slots import Slot, SlotsSettled, tick_id
from bot.core.thread import Asked, Call, Closed, Held, Idle, Thinking, Thread
from bot.engine.desk import Desk
from bot.engine.standing import NoSuchThread, Standing
from bot.kit.slotbook import Fate

GONE = "its thread is not begun, or its log is gone"
_WELL = ("waiting_for_human", "resting")


async def fate(desk: Desk, schedule: str, slot: Slot) -> Fate:
    """The outcome of a slot, why, where its thread stands, and whether that is a failure. Raises what reading a log raises."""
    if slot.outcome != "ran":
        state = "failed" if slot.outcome == "failed" else "void"
        return Fate(slot.outcome, slot.why, "", state)
    try:
        standing, events = await desk.standing(slot.thread), await desk.events(slot.thread)
    except NoSuchThread:
        return Fate("ran", GONE, "", "open")
    tick = tick_id(schedule, slot.at)
    if standing.thread is not None and (busy := _passed_over(slot.thread, events, tick)):
        return Fate("skipped", busy, "", "void")
    phase = str(standing.phase)
    if standing.halt and standing.is_held_back and not _is_begun(events, tick):
        return Fate("waiting", f"halted by {standing.halt.words}", phase, "open")
    if lost := _lost(events):
        return Fate("delivery_failed", lost, phase, "failed")
    if error := _error(standing, events):
        return Fate("failed", error, phase, "failed")
    if slot.why:  # It spoke at its fallback, since its address takes nothing.
        return Fate("ran", slot.why, phase, "failed")
    if phase == "cancelled":
        return Fate("ran", "", phase, "void")
    # What a limit of a day holds may still fail.
    ends = phase in _WELL and standing.short is None
    is_over = ends and standing.thread is not None and _is_shown(standing.thread)
    return Fate("ran", "", phase, "well" if is_over else "open")


async def fates(desk: Desk, events: Sequence[Event], most: int) -> list[tuple[Slot, Fate]]:
    """What became of so many of the latest slots on record there, the latest first."""
    settled = [event for event in events if isinstance(event, SlotsSettled)]
    slots = [(slot, each.schedule) for each in settled for slot in each.slots]
    slots.sort(key=lambda pair: -pair[0].at)
    return [(slot, await fate(desk, schedule, slot)) for slot, schedule in slots[:most]]


def _passed_over(thread: str, events: Sequence[Event], tick: str) -> str:
    """What the thread was at when the slot came to it; empty: it began it, or has yet to.

    The clock looks before it settles a slot, and what comes in between, another slot or somebody's word, was first.
    """
    place = next((place for place, event in enumerate(events) if event.id == tick), 0)
    before = replay(thread, events[:place])
    if isinstance(before.turn, Idle):
        return ""
    busy = Standing(thread, before.at, before)
    return f"{thread} is still at it: {busy.waiting_for or busy.phase}"


def _is_begun(events: Sequence[Event], tick: str) -> bool:
    """Whether anything was decided since this slot came to the thread."""
    place = next((place for place, event in enumerate(events) if event.id == tick), len(events))
    return any(isinstance(event, StepDecided | DecideFailed) for event in events[place:])


def is_held(thread: Thread) -> bool:
    """Whether an error alone keeps it: it asks how to go on, and nothing else."""
    return _held(thread) is not None and all(isinstance(each, Hold) for each in pending(thread))


def _lost(events: Sequence[Event]) -> str:
    """Why the first of what arrived nowhere did not; empty: all that was sent arrived somewhere."""
    arrived = {request_of(event.key) for event in events if isinstance(event, Delivered)}
    failed = (event for event in events if isinstance(event, DeliveryFailed))
    return next((each.reason for each in failed if request_of(each.key) not in arrived), "")


def _error(standing: Standing, events: Sequence[Event]) -> str:
    """What went wrong with the thread, as far as nobody has mended it; empty: nothing."""
    thread = standing.thread
    if standing.letter is not None and standing.letter.is_dead:
        return standing.letter.failure
    if thread is None:
        return standing.trouble
    if thread.unreadable:
        return f"event {thread.unreadable} of its log cannot be read"
    if asked := _held(_before_its_end(thread, events)):
        return _words(asked.why, asked.reason)
    if isinstance(thread.turn, Thinking) and thread.turn.told:
        return _reason(events)
    return _given_up(thread) if isinstance(thread.turn, Idle) else ""


def _before_its_end(thread: Thread, events: Sequence[Event]) -> Thread:
    """The thread; where the next slot took its place, as it was then."""
    ends = [place for place, each in enumerate(events) if isinstance(each, Cancelled)]
    is_over = thread.cancelled and bool(ends) and events[ends[-1]].actor == "clock"
    return replay(thread.id, events[: ends[-1]]) if is_over else thread


def _held(thread: Thread) -> Hold | None:
    if not isinstance(thread.turn, Held) or thread.turn.why not in turn.ERRORS:
        return None
    return next((each for each in pending(thread) if isinstance(each, Hold)), None)


def _given_up(thread: Thread) -> str:
    """The error with which a slot of a schedule that is known to fail ended, without a word."""
    last = thread.calls[-1] if thread.calls else None
    if last is None or last.proposal.kind != "limit" or not isinstance(last.phase, Closed):
        return ""
    return _words(last.proposal.tool, last.phase.text) if last.phase.outcome == "gave_up" else ""


def _words(why: str, reason: str) -> str:
    return reason or ("several attempts failed in a row" if why == "failures" else why)


def _reason(events: Sequence[Event]) -> str:
    failed = [event for event in events if isinstance(event, DecideFailed)]
    return failed[-1].reason if failed else ""


def _is_shown(thread: Thread) -> bool:
    """Whether whoever is asked can know of it."""
    return all(_stands(call) for call in thread.calls)


def _stands(call: Call) -> bool:
    return not isinstance(call.phase, Asked) or call.phase.shown is not None
