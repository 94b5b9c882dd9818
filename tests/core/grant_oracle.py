"""Grant oracle: whether a log lets a call begin under a grant, judged from its rows alone, row by row and slowly; not by the core's own rules."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.core.events import (
    Cancelled,
    Delivered,
    Event,
    Forked,
    MessageNoted,
    MessageReceived,
    Paused,
    Previewed,
    StepDecided,
    ToolStarted,
    Verdict,
)
from bot.core.values import Proposal


def is_allowed(log: Sequence[Event], at: int, thread: str) -> bool:
    """Whether the row at this place, the claim of a first try, may be by a grant."""
    claim = log[at]
    assert isinstance(claim, ToolStarted)
    return any(_carries(log, given, at, claim, thread) for given in range(at))


def _carries(log: Sequence[Event], given: int, at: int, claim: ToolStarted, thread: str) -> bool:
    grant = log[given]
    if not isinstance(grant, Verdict) or not _is_first(log, given):
        return False
    named = grant.request.rpartition("-v")[0]
    first, call = _proposed(log, thread, named), _proposed(log, thread, claim.call)
    card, later = _card(log, grant.request, given), _card(log, f"{claim.call}-v1", at)
    if not (first and call and card and later and card[1].card.grant):
        return False
    may, minutes = card[1].card.grant, grant.minutes or 0
    requester = next(row.actor for row in log if isinstance(row, MessageReceived))
    own = card[1].card.self_approval and later[1].card.self_approval
    return all(
        (
            (grant.word, grant.v, grant.digest) == ("approve", 2, card[1].card.digest),
            1 <= minutes <= may.minutes,
            claim.at < grant.at + minutes * 60_000,
            grant.actor in card[1].card.approvers,
            grant.actor in later[1].card.approvers,
            own or grant.actor != requester,
            card[1].card.quorum == later[1].card.quorum == 1,
            card[1].card.agent == later[1].card.agent,
            first[1].tool == call[1].tool,
            _written(first[1], may.same) == _written(call[1], may.same),
            may.outside or set(later[1].card.outside) <= set(may.same),
            # Chosen by a step that had seen the grant, shown since, told before it began, and nothing in between ended it.
            given < _seen(log, call[0]),
            call[0] < later[0] < at,
            any(_tells(row, claim.call) for row in log[later[0] : at]),
            not any(_ends(row, grant.actor, own=own) for row in _new(log, given + 1, at)),
            not any(_is_about(row, claim.call) for row in log[later[0] + 1 : at]),
            claim.n == claim.run == 1,
        )
    )


def _new(log: Sequence[Event], since: int, until: int) -> list[Event]:
    """The rows between that are no redeliveries."""
    return [log[at] for at in range(since, until) if _is_first(log, at)]


def _is_first(log: Sequence[Event], at: int) -> bool:
    return all(row.id != log[at].id for row in log[:at])


def _proposed(log: Sequence[Event], thread: str, call: str) -> tuple[int, Proposal] | None:
    for place, row in enumerate(log):
        if isinstance(row, StepDecided) and _is_first(log, place):
            for index, proposal in enumerate(row.calls):
                if f"{thread}-{row.seen}-{index}" == call:
                    return place, proposal
    return None


def _seen(log: Sequence[Event], step: int) -> int:
    row = log[step]
    return row.seen if isinstance(row, StepDecided) else 0


def _card(log: Sequence[Event], request: str, before: int) -> tuple[int, Previewed] | None:
    for place, row in enumerate(log[:before]):
        if isinstance(row, Previewed) and f"{row.call}-v{row.version}" == request:
            return place, row
    return None


def _written(proposal: Proposal, names: Sequence[str]) -> list[str]:
    given = proposal.arguments
    return [json.dumps(given[name], sort_keys=True) if name in given else "-" for name in names]


def _tells(row: Event, call: str) -> bool:
    return isinstance(row, Delivered) and row.key == f"{call}~granted"


def _ends(row: Event, giver: str, *, own: bool) -> bool:
    match row:
        case Verdict(word="deny" | "edit") | Cancelled() | Paused() | Forked():
            return True
        case Verdict(word="answer", actor=by):
            return by == giver and not own
        case MessageReceived(text=text, actor=by):
            says = text.strip().lower()
            ends = says.startswith(("deny", "stop"))
            return ends or (by == giver and not own and says != "approve")
        case MessageNoted(actor=by, text=text):
            return by == giver and not own and text != "approve"
        case _:
            return False


def _is_about(row: Event, call: str) -> bool:
    """Whether it was shown anew before it began: then somebody was asked, and it is no grant's any more."""
    return isinstance(row, Previewed) and row.call == call and row.version > 1
