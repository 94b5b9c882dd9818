"""Reducer: everything that changes what is so is in this file and in `calls`, the table of phases.

Theory of operation: `evolve(thread, event)` says what is so after one more event. Each event either concerns one call
(then `calls` says what becomes of it and `_settle` what becomes of the turn) or the thread as a whole. A human's word
outranks a step of the model: whatever a person, a deadline or a result has changed raises `heard`, and a step chosen
from an older head is void when it arrives. The core raises no errors: what does not fit changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never, get_args

from bot.core import (
    askers,
    calls,
    delivery,
    frames,
    grants,
    human,
    ladder,
    limits,
    refusals,
    steps,
    turn,
)
from bot.core.events import (
    UNREADABLE,
    CronTicked,
    DecideFailed,
    Event,
    Known,
    ScheduleFared,
    StepDecided,
    TimerFired,
    Unknown,
)
from bot.core.frozen import replace
from bot.core.ids import Ids
from bot.core.thread import WORKING, Call, Closed, Idle, Tally, Thinking, Thread
from bot.core.values import Proposal

KINDS = {kind.__name__ for kind in get_args(Known)}
TROUBLE_MS = 120_000  # A model that fails for this long is worth a word to the human who waits.


def replay(id: str, log: Iterable[Event]) -> Thread:
    """The thread that this log tells of: `evolve` over all of it, with one set of ids for the whole."""
    thread, folded = Thread(id), dict[str, None]()
    for event in log:
        if event.id in folded:
            thread = replace(thread, head=thread.head + 1)
        else:
            folded[event.id] = None
            thread = _folded(replace(thread, head=thread.head + 1, at=event.at), event)
    return replace(thread, ids=Ids(folded))


def evolve(thread: Thread, event: Event) -> Thread:
    """What is so after one more event. An id already folded changes nothing but the head."""
    if event.id in thread.ids:
        return replace(thread, head=thread.head + 1)
    ids = thread.ids.add(event.id)
    return _folded(replace(thread, head=thread.head + 1, at=event.at, ids=ids), event)


def _folded(thread: Thread, event: Event) -> Thread:
    return _unread(thread, event) if type(event) is Unknown else _fold(thread, event)


def _unread(thread: Thread, event: Unknown) -> Thread:
    """A kind of event that is new is passed over; what may have been a claim or a denial stops the thread."""
    if event.type in KINDS and event.v > 1:
        return replace(thread, newer=True)
    is_garbled = event.type in KINDS or event.type == UNREADABLE
    return replace(thread, unreadable=thread.unreadable or thread.head) if is_garbled else thread


def _fold(thread: Thread, event: Known) -> Thread:  # noqa: C901 - a closed union: one arm an event
    # Matched by its tag: an isinstance check of a pydantic class that fails costs a microsecond, and most fail.
    match event.type:
        case "StepDecided":
            return _step(thread, event)
        case "Delivered":
            return delivery.delivered(thread, event)
        case "MessageReceived":
            return grants.heard(human.message(thread, event), event, thread.calls)
        case (
            "ToolStarted"
            | "ToolEnded"
            | "OutcomeUnknown"
            | "CallVoided"
            | "Previewed"
            | "PreviewRefused"
        ):
            return _fact(thread, event)
        case "Verdict":
            return grants.verdict(thread, event)
        case "DeliveryFailed" | "Bounced":
            return delivery.lost(thread, event)
        case "TimerFired":
            return _timer(thread, event)
        case "DecideFailed":
            return _undecided(thread, event)
        case "VerdictRefused":
            return refusals.told(thread, event)
        case "CronTicked" | "ScheduleFared":
            return _tick(thread, event)
        case "Paused" | "Resumed" | "Cancelled" | "Halted" | "DayReached" | "Forked":
            return frames.framed(thread, event)
        case "MessageNoted":
            return human.doubted(grants.heard(thread, event), event)
        case "Compacted" | "Lifted" | "SlotsSettled" | "ScheduleSet":
            return thread
        case _:
            assert_never(event)


# ---- what the model chose --------------------------------------------------------------------------------------------
def _step(thread: Thread, event: StepDecided) -> Thread:
    if not isinstance(thread.turn, Thinking) or event.seen < thread.heard:
        return replace(thread, tally=limits.spent(thread.tally, event), short=None)
    new = tuple([calls.new(thread, event, index, each) for index, each in enumerate(event.calls)])
    new = limits.within(thread.tally, event.limits, new, event.at)
    kept, past = steps.left_over(thread)
    thread = replace(
        thread,
        tally=limits.stepped(thread.tally, event, new),
        limits=event.limits,
        asked=event.asked,
        apart=event.apart,
        decided=True,
        short=None,
        past=past,
        heard=thread.head,  # A second step that was chosen before this one has not seen it.
        stepped=thread.head,
        calls=(*kept, *new),
        turn=WORKING,
    )
    for call in new:
        thread = turn.put_elsewhere(thread, call, f"put{call.index}")
    return turn.settle(_withdrawn(thread, new), event.at, ended=bool(new) and steps.is_end(new[-1]))


def _withdrawn(thread: Thread, new: tuple[Call, ...]) -> Thread:
    for call in new:
        if call.proposal.kind == "withdraw":
            thread = _without(thread, call.proposal)
    return thread


def _without(thread: Thread, withdrawal: Proposal) -> Thread:
    target = thread.call(str(withdrawal.arguments.get("request")))
    if target is None or not steps.withdrawable(target):
        return thread
    reason = str(withdrawal.arguments.get("reason", ""))
    return turn.put(thread, calls.close(target, "withdrawn", reason, "model"))


def _undecided(thread: Thread, event: DecideFailed) -> Thread:
    thread = replace(thread, tally=limits.spent(thread.tally, event), short=None)
    if not isinstance(thread.turn, Thinking) or event.seen < thread.heard:
        return thread
    if event.kind == "transient":
        return _try_later(thread, thread.turn, event)
    if event.kind == "malformed" and not thread.tally.malformed:
        tally = replace(thread.tally, malformed=1)
        return turn.think(replace(thread, tally=tally), event.at)
    return turn.hold(thread, "model", event.reason)


def _try_later(thread: Thread, thinking: Thinking, event: DecideFailed) -> Thread:
    """Asked again later; a human hears of it once, when the trouble has lasted."""
    since, retry_at = thinking.since or event.at, event.at + event.retry_in
    told = thinking.told or retry_at - since >= TROUBLE_MS
    thread = replace(thread, turn=Thinking(retry_at, thinking.tries + 1, since, told))
    is_news = told and not thinking.told and not thread.quiet
    return turn.noticed(thread, "model_trouble", event.reason) if is_news else thread


# ---- what effects did ------------------------------------------------------------------------------------------------
def _fact(thread: Thread, event: calls.Move) -> Thread:
    call = thread.call(event.call)
    if call is None or (event.type == "ToolStarted" and not steps.in_turn(call, thread.calls)):
        return thread
    after = grants.moved(thread, call, event)
    if after is call:
        return thread
    if event.type in ("ToolEnded", "PreviewRefused"):
        tally = _counted(thread.tally, after)
        return turn.changed(thread, call, after, event.at, heard=thread.head, tally=tally)
    if event.type == "CallVoided" and event.then == "close":
        thread = turn.noticed(replace(thread, heard=thread.head), "gone", event.reason)
    is_card = event.type == "Previewed"
    if is_card and event.version == 1:
        thread = turn.put_elsewhere(thread, after)
    tally = limits.shown(thread.tally, thread.limits, event.at) if is_card else None
    return turn.changed(thread, call, after, event.at, tally=tally)


def _counted(tally: Tally, call: Call) -> Tally:
    """Failures in a row; a success ends the row."""
    if isinstance(call.phase, Closed) and call.phase.outcome == "failed":
        return replace(tally, failures=tally.failures + 1)
    return replace(tally, failures=0) if tally.failures else tally


def _timer(thread: Thread, event: TimerFired) -> Thread:
    if event.name == "retry":
        return _retry(thread, event)
    call = thread.call(event.name)
    if call and event.name == ladder.timer(call):
        return turn.put(thread, ladder.climbed(thread, call, event.at))
    if call is None or event.name not in (call.id, call.request):
        return thread
    after = calls.fire(call, event.at)
    if after is call:
        return thread
    tally = replace(thread.tally, since=event.at)
    return turn.changed(thread, call, after, event.at, heard=thread.head, tally=tally)


def _retry(thread: Thread, event: TimerFired) -> Thread:
    match thread.turn:
        case Thinking(int(retry_at)) if event.at >= retry_at:
            if why := limits.reached(thread, event.at):
                return turn.hold(thread, why)
            return replace(thread, turn=replace(thread.turn, retry_at=None))
        case _:
            return thread


def _tick(thread: Thread, event: CronTicked | ScheduleFared) -> Thread:
    """Whoever made the schedule asks for what it leads to, and so does who ran it by hand, whoever began the thread."""
    if event.type == "ScheduleFared":
        return frames.fared(thread, event)
    who = dict.fromkeys((*thread.creators, event.creator, event.actor, *event.askers))
    thread = replace(human.opened(thread, event), creators=tuple(each for each in who if each))
    if not isinstance(thread.turn, Idle):
        return thread
    so_far = askers.standing(thread)
    begun = replace(thread, cancelled=False, quiet=event.quiet, askers=so_far)
    return turn.think(turn.spoke(begun, event.at), event.at)
