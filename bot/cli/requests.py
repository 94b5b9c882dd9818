"""Requests: the one that a person names, found in its thread; whatever is wrong with the name is said before anything is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.app import App
from bot.cli import wording
from bot.cli.errors import Failed
from bot.core.events import Event
from bot.core.names import call_id, version_of
from bot.core.outbox import Waiting, pending
from bot.core.reducer import evolve, replay
from bot.core.thread import (
    Asked,
    Call,
    Closed,
    Outcome,
    Ready,
    Started,
    Thread,
)
from bot.engine.desk import thread_of
from bot.engine.standing import NoSuchThread, reading

# What a human is asked about: all but these is never a request.
NEVER_ASKED = frozenset({"read", "await", "say", "stand_by", "nothing", "withdraw"})

PAST: dict[Outcome, str] = {
    "returned": "done",
    "happened": "it happened",
    "gave_up": "given up",
    "voided": "set aside",
    "unknown_in_parent": "left to the thread this is a copy of",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A call that a human is or was asked about, and its thread."""

    thread: Thread
    call: Call


async def find(app: App, request: str) -> Found:
    """What `request` names; Wrong where there is no such thing, Failed where it was decided long ago."""
    name = thread_of(request)
    try:
        events = await app.desk.events(name)
    except NoSuchThread:
        waiting = await _all_open(app)
        where = "" if waiting else ": nothing waits for a human"
        raise wording.wrong("request", request, waiting, where) from None
    with reading(name):
        thread = replay(name, events)
    call = thread.call(request)
    if call is None and (old := _once(name, events, request)):
        raise Failed(decided(old))
    if call is None or call.proposal.kind in NEVER_ASKED:
        raise wording.wrong("request", request, open_requests(thread), f" in {name}")
    version = version_of(request)
    if version is None or not 1 <= version <= call.version:
        raise wording.wrong("request", request, [call.request])
    return Found(thread, call)


def open_requests(thread: Thread) -> list[str]:
    return [waiting.request for waiting in pending(thread)]


async def _all_open(app: App) -> list[str]:
    return [request for thread in await app.desk.threads() for request in open_requests(thread)]


def _once(thread: str, events: Sequence[Event], request: str) -> Call | None:
    """The call as it was when the thread last remembered it."""
    found = None
    for state in states(thread, events):
        found = state.call(call_id(request)) or found
    return found if found and found.proposal.kind not in NEVER_ASKED else None


def states(thread: str, events: Sequence[Event]) -> Iterator[Thread]:
    """The thread after each of its events."""
    state = Thread(thread)
    for event in events:
        state = evolve(state, event)
        yield state


def asked_at(thread: str, log: Sequence[Event]) -> Mapping[str, int]:
    """When each showing of each request began to wait."""
    found: dict[str, int] = {}
    for state in states(thread, log):
        for call in state.calls:
            if isinstance(call.phase, Asked):
                found.setdefault(call.request, state.at)
    return found


def decided(call: Call) -> str:
    """That a request was decided, and by whom."""
    match call.phase:
        case Closed("happened" | "gave_up" as outcome, _, by):
            return f"This was already settled by {by or 'nobody'}: {PAST[outcome]}."
        case Closed(outcome, _, by) if by:
            return f"This was already {PAST.get(outcome, outcome)} by {by}."
        case Closed() | Ready() | Started() if call.approved:
            return f"This was already approved by {' and '.join(call.approved)}."
        case Closed(outcome):
            return f"This was already {PAST.get(outcome, outcome)}."
        case _:
            return "This was already decided."


def waiting(thread: Thread, call: Call) -> Waiting | None:
    """The request as it stands now; None: nobody is asked at this moment."""
    return next((each for each in pending(thread) if each.request == call.request), None)


def unknown_outcome(name: str, events: Sequence[Event], call_name: str) -> Call:
    """The call of this name whose outcome nobody knows."""
    thread = replay(name, events)
    call = thread.call(call_name) or _once(name, events, call_name)
    unknown = [each for each in thread.calls if _is_unknown(each)]
    if call is None:
        known = [each.id for each in unknown or thread.calls]
        raise wording.wrong("call", call_name, known, f" in {name}")
    if _is_unknown(call):
        return call
    if isinstance(call.phase, Closed):
        raise Failed(decided(call))
    raise Failed(f"The outcome of {call.id} is not unknown.")


def _is_unknown(call: Call) -> bool:
    return isinstance(call.phase, Asked) and call.phase.about == "unknown"
