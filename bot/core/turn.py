"""Turn: what the thread as a whole does next, as it follows from its calls; the one gate to the model is here."""

from __future__ import annotations

from pydantic import JsonValue

from bot.core import addresses, askers, calls, limits, steps, verdicts
from bot.core.frozen import replace
from bot.core.owed import Code, Notice
from bot.core.thread import (
    IDLE,
    THINKING,
    WORKING,
    Call,
    Held,
    Ready,
    Started,
    Tally,
    Thread,
    Why,
    Working,
    is_closed,
)
from bot.core.values import Proposal

ERRORS: frozenset[Why] = frozenset({"model", "failures"})
"""What holds a thread because something went wrong. The schedule that is known to fail asks nobody about one more of them."""


def changed(
    thread: Thread,
    before: Call,
    after: Call,
    at: int,
    *,
    heard: int | None = None,
    tally: Tally | None = None,
) -> Thread:
    """One call changed. At rest or in thought only a request made ready or closed changes the turn."""
    thread = put(thread, after, heard, tally)
    stirs = (
        isinstance(thread.turn, Working)
        or isinstance(after.phase, Ready)
        or (before.open and is_closed(after))
    )
    # A word or a result that came while the last message was on its way is still to be thought about.
    ended = thread.heard == thread.stepped and steps.is_end(after)
    return settle(thread, at, ended=ended) if stirs else thread


def settle(thread: Thread, at: int, *, ended: bool) -> Thread:
    """The turn that follows from the calls as they are now; `ended`: the last to change was the end of the work."""
    after, under_way = steps.survey(thread.calls)
    if after is not thread.calls:
        thread = replace(thread, calls=after)
    if under_way:
        return thread if isinstance(thread.turn, Working) else replace(thread, turn=WORKING)
    if thread.cancelled or ended:
        return replace(thread, turn=IDLE)
    return think(thread, at)


def think(thread: Thread, at: int) -> Thread:
    """The one gate to the model: a limit that is reached asks a human first."""
    why = limits.reached(thread, at)
    if why:
        return hold(thread, why)
    return replace(_released(thread), turn=THINKING)


def _released(thread: Thread) -> Thread:
    """The thread without a standing question of a hold: at most one stands."""
    if not steps.standing(thread.calls):
        return thread
    after = tuple(
        calls.close(call, "voided") if steps.is_hold(call) else call for call in thread.calls
    )
    return replace(thread, calls=after)


def hold(thread: Thread, why: Why, reason: str = "") -> Thread:
    """A limit or a dead end becomes a question to whoever is asked in this thread."""
    standing = next(
        (call for call in thread.calls if steps.is_hold(call) and call.proposal.tool == why), None
    )
    if standing:
        return replace(thread, turn=Held(standing.id, why))
    thread = _released(thread)
    choices: list[JsonValue] = [*limits.HOLD_CHOICES[why]]
    proposal = Proposal(
        kind="limit",
        tool=why,
        arguments={"reason": reason, "options": {"choices": choices}},
        asked=thread.asked or _beginners(thread),
        apart=thread.apart,
    )
    id = f"{thread.id}-{thread.head}-hold"
    call = Call(id, thread.head, 0, proposal, calls.begin(proposal, thread.at), open=True)
    if thread.quiet and why in ERRORS:
        over = calls.close(call, "gave_up", reason)
        return replace(thread, turn=IDLE, calls=(*thread.calls, over))
    return replace(thread, turn=Held(id, why), calls=(*thread.calls, call))


def _beginners(thread: Thread) -> tuple[str, ...]:
    return tuple(dict.fromkeys(who for who in (thread.requester, *thread.creators) if who))


def noticed(thread: Thread, code: Code, text: str = "", name: str = "notice") -> Thread:
    notice = Notice(f"{thread.id}-{thread.head}-{name}", code, text)
    return replace(thread, notices=(*thread.notices, notice))


def put_elsewhere(thread: Thread, call: Call, name: str = "notice") -> Thread:
    """The thread is told where else this is asked."""
    there = addresses.taken(call)
    if there is None:
        return thread
    what = call.proposal.tool if call.card else verdicts.titled(call)
    return noticed(thread, "asked_there", f"{what}, {there.name}", name)


def told(thread: Thread, key: str) -> Thread:
    return replace(thread, notices=tuple(notice for notice in thread.notices if notice.key != key))


def put(
    thread: Thread, after: Call, heard: int | None = None, tally: Tally | None = None
) -> Thread:
    """The thread with this call in the place of what it was, and what changed with it; one of the past has no place any more."""
    calls = tuple([after if call.id == after.id else call for call in thread.calls])
    heard = thread.heard if heard is None else heard
    return replace(thread, calls=calls, heard=heard, tally=tally or thread.tally)


def spoke(thread: Thread, at: int) -> Thread:
    return replace(thread, heard=thread.head, tally=limits.spoken(thread.tally, at))


def cancel(thread: Thread) -> Thread:
    """Everything unstarted and open is void; what is started ends and is recorded; the model is not asked."""
    after = tuple(verdicts.cancelled(call) for call in thread.calls)
    running = any(isinstance(call.phase, Started) for call in after)
    turn = WORKING if running else IDLE
    thread = askers.dropped(thread)
    return replace(thread, calls=after, turn=turn, heard=thread.head, cancelled=True, grants=())
