"""Steps: what the calls of a step mean to each other, and what a step leaves behind."""

from __future__ import annotations

from bot.core.calls import close
from bot.core.frozen import replace
from bot.core.thread import Asked, Call, Closed, Previewing, Ready, Thread

REMEMBERED = 8
CAME_ABOUT = ("returned", "happened")


def acts(call: Call) -> bool:
    """Whether this call changes the world: neither a read nor one of the built-in intents."""
    return call.proposal.kind in ("write", "gated")


def withdrawable(call: Call) -> bool:
    """An approval or a question can be taken back; an unknown outcome is settled by a human alone."""
    match call.phase:
        case _ if call.begun:
            return False
        case Asked():
            return call.proposal.kind != "limit"
        case Previewing():
            return call.open
        case _:
            return False


def is_hold(call: Call) -> bool:
    """Whether this is the standing question of a thread that is held."""
    return call.proposal.kind == "limit" and isinstance(call.phase, Asked)


def is_end(call: Call) -> bool:
    """Whether this call ends the work, or lets the thread rest with what is open."""
    return call.proposal.kind in ("say", "stand_by", "nothing") and isinstance(call.phase, Closed)


def standing(calls: tuple[Call, ...]) -> Call | None:
    """The standing question of a hold; at most one stands."""
    for call in calls:
        if is_hold(call):
            return call
    return None


def in_its_place(thread: Thread, gone: Call) -> str:
    """What else asks for the same tool, for whoever decides on what the model took back and may believe that it ended with it."""
    if not isinstance(gone.phase, Closed) or gone.phase.by != "model":
        return ""
    tool = gone.proposal.tool
    for each in thread.calls:
        is_newer = each.step > gone.step and each.proposal.tool == tool
        if is_newer and isinstance(each.phase, Asked | Previewing):
            return f"; {each.request} asks for {tool} in its place"
    return ""


def left_over(thread: Thread) -> tuple[tuple[Call, ...], tuple[Call, ...]]:
    """What a new step leaves of the earlier ones, and the requests decided last.

    Steps in which something is open stay whole, for the order of their calls counts. Requests that were decided are
    remembered for a while, so that a late press hears who decided; the log has them all.
    """
    alive = {call.step for call in thread.calls if not isinstance(call.phase, Closed)}
    past = thread.past
    for call in thread.calls:
        if call.proposal.kind in ("gated", "question") and call.step not in alive:
            past = (*past, call)[-REMEMBERED:]
    if not alive:
        return (), past
    return tuple([_opened(call) for call in thread.calls if call.step in alive]), past


def _opened(call: Call) -> Call:
    return call if call.open or isinstance(call.phase, Closed) else replace(call, open=True)


def in_turn(call: Call, calls: tuple[Call, ...]) -> bool:
    """Whether every earlier call of its step that changes the world is over."""
    return all(
        isinstance(other.phase, Closed)
        for other in calls
        if other.step == call.step and other.index < call.index and acts(other)
    )


def survey(calls: tuple[Call, ...]) -> tuple[tuple[Call, ...], bool]:
    """The calls after what broke, and whether anything of the latest step is not over. One pass: it is asked each time.

    A change that did not come about voids the later changes of its step, cards included; earlier ones never.
    """
    broken: dict[int, int] | None = None
    under_way = False
    for call in calls:
        if not isinstance(call.phase, Closed):
            under_way = under_way or not call.open
        elif call.phase.outcome not in CAME_ABOUT and acts(call):
            broken = broken or {}
            broken.setdefault(call.step, call.index)
    if not broken:
        return calls, under_way
    after = tuple(_after(call, broken.get(call.step)) for call in calls)
    return after, any(not call.open and not isinstance(call.phase, Closed) for call in after)


def _after(call: Call, broken: int | None) -> Call:
    unstarted = isinstance(call.phase, Previewing | Ready | Asked) and not call.begun
    if broken is None or call.index <= broken or not acts(call) or not unstarted:
        return call
    return close(call, "voided", "an earlier call of this step did not come about")
