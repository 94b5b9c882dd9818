"""Sense: whether a step that the model chose makes sense now; if not, one sentence that says what to do instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core import steps
from bot.core.thread import Asked, Call, Closed, Started, Thread
from bot.core.values import Proposal
from bot.core.visible import on_one_line, shortened

ALONE = frozenset(("await", "say", "nothing", "stand_by"))
MOST_CHARACTERS = 500
_MOST_NAME_CHARACTERS = 80
_MOST_NAMES = 3


def malformed(thread: Thread, proposals: Sequence[Proposal]) -> str | None:
    """Why this step cannot be taken, at most 500 characters, for the model to read; None: it can."""
    if not proposals:
        return "The step is empty: choose a tool, or end with done_for_now or nothing_to_do."
    return next(
        (shortened(reason, MOST_CHARACTERS) for reason in _reasons(thread, proposals)), None
    )


def _reasons(thread: Thread, proposals: Sequence[Proposal]) -> Iterator[str]:
    for index, proposal in enumerate(proposals):
        yield from _doubling(proposals[:index], proposal)
        if proposal.kind in ALONE and len(proposals) > 1:
            yield f"{_name(proposal.tool)} stands alone in a step: take the other calls first, or leave them out."
        yield from _ending(thread, proposal)
        yield from _repeating(thread, proposal)
        yield from _withdrawing(thread, proposal)


def _ending(thread: Thread, proposal: Proposal) -> Iterator[str]:
    """The work ends only when nothing is asked any more; standing by needs something to stand by for."""
    still_open = _open(thread)
    if proposal.kind in ("say", "nothing") and still_open:
        yield (
            f"{_name(proposal.tool)} ends the work, but {_listed(still_open)} is still open: "
            "choose stand_by to leave it open, or withdraw it first."
        )
    if proposal.kind == "stand_by" and not still_open:
        yield f"{_name(proposal.tool)} needs an open request and there is none: choose done_for_now or another call."


def _doubling(earlier: Sequence[Proposal], proposal: Proposal) -> Iterator[str]:
    """Nothing that changes the world is asked for twice in one breath."""
    acts = proposal.kind in ("write", "gated")
    if acts and any(_same(proposal, other) for other in earlier):
        yield f"{_name(proposal.tool)} stands in this step twice with the same arguments: propose it once."


def _same(one: Proposal, other: Proposal) -> bool:
    return (one.tool, one.arguments) == (other.tool, other.arguments)


def _repeating(thread: Thread, proposal: Proposal) -> Iterator[str]:
    """What may already be happening is not proposed a second time."""
    for call in thread.calls:
        if _same(call.proposal, proposal) and _is_under_way(call):
            yield (
                f"{_name(proposal.tool)} with these very arguments was started and has not ended, or nobody knows "
                "how it ended: do not propose it again; choose stand_by until a human has settled it."
            )


def _withdrawing(thread: Thread, proposal: Proposal) -> Iterator[str]:
    if proposal.kind != "withdraw":
        return
    request = str(proposal.arguments.get("request", ""))
    call = thread.call(request)
    if call is None or not steps.withdrawable(call):
        able = tuple(call for call in _open(thread) if steps.withdrawable(call))
        instead = f"open are {_listed(able)}" if able else "nothing is open that could be withdrawn"
        yield f"There is no open request {_name(request)} to withdraw: {instead}."


def _open(thread: Thread) -> tuple[Call, ...]:
    """What a human can still answer; while the model is asked, the frame's own holds are over."""
    return tuple(call for call in thread.calls if not isinstance(call.phase, Closed))


def _is_under_way(call: Call) -> bool:
    match call.phase:
        case Started():
            return True
        case Asked(about):
            return about == "unknown"
        case _:
            return False


def _listed(calls: tuple[Call, ...]) -> str:
    names = [f"{_name(call.proposal.tool)} {call.id}" for call in calls[:_MOST_NAMES]]
    more = len(calls) - len(names)
    return ", ".join([*names, f"{more} more"] if more else names)


def _name(name: str) -> str:
    return shortened(on_one_line(name), _MOST_NAME_CHARACTERS)
