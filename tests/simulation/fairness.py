"""Fairness: what really began against what the log allowed, by a reading of the log that is its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.core import events
from bot.core.codec import digest
from bot.core.events import Event
from bot.core.values import Card, Proposal
from tests.core.grant_oracle import is_allowed
from tests.core.oracle import approved_cards
from tests.simulation.record import (
    Record,
    came_about,
    is_end,
    is_paused,
    is_retry,
    is_words,
)
from tests.simulation.world import READS, Start

REQUESTER = "alice"


def against(record: Record, start: Start) -> Iterator[str]:
    """Every reason why this start should not have been. Reads may begin as often as they like, and before their step is on the log."""
    if start.tool in READS:
        return
    claimed = record.claim(start)
    found = record.proposal(start.call)
    if found is None:
        yield "belongs to no step that counted"
        return
    seen, decided_at, proposal = found
    if claimed is None:
        yield "began without a claim"
        return
    place, before = claimed[0], record.between(0, claimed[0])
    if not start.is_held:
        yield "began after its worker had lost the thread"
    if is_paused(before):
        yield "began while the thread was paused"
    if start.run > 1 and not proposal.idempotent:
        yield "is not idempotent and was repeated"
    if any(map(is_words, record.between(seen, decided_at))):
        yield "was chosen by a step that had not seen a word"
    if start.n > 1:
        yield from _against_retry(record, start, proposal, before)
    elif start.run == 1:
        yield from _against_first(start, record, proposal, record.between(seen, place))
    yield from _against_arguments(record, start, proposal, before)


def _against_first(
    start: Start, record: Record, proposal: Proposal, since: Sequence[Event]
) -> Iterator[str]:
    if any(map(is_end, since)):
        yield "was cancelled"
    voiding = (
        at for at, event in enumerate(since) if is_words(event) and not record.may_answer(event)
    )
    words = max(voiding, default=None)
    if words is not None and not _is_gated(proposal, start, since):
        yield "a word had voided it"
    elif words is not None and not approved_cards(
        since[words:], start.call, REQUESTER, *record.askers(start.call)
    ):
        yield "a word had voided its approval"
    stem, index = start.call.rsplit("-", 1)
    for earlier in (f"{stem}-{number}" for number in range(int(index))):
        other = record.proposal(earlier)
        if other and other[2].kind in ("write", "gated") and not came_about(since, earlier):
            yield "began before an earlier change of its step"


def _against_retry(
    record: Record, start: Start, proposal: Proposal, before: Sequence[Event]
) -> Iterator[str]:
    tries = [
        event
        for event in before
        if isinstance(event, events.ToolStarted)
        and (event.call, event.n) == (start.call, start.n - 1)
    ]
    since = tries[-1].at + proposal.time_limit_seconds * 1000 if tries else 0
    orders = [event for event in before if is_retry(event, start.call)]
    if len(orders) < start.n - 1:
        yield "was tried again without an order"
    elif max(order.at for order in orders) < since:
        yield "was tried again while the first try could still run"


def _against_arguments(
    record: Record, start: Start, proposal: Proposal, before: Sequence[Event]
) -> Iterator[str]:
    """What ran is what was proposed, or the very thing that the latest card said and that its approvers agreed to."""
    if not _is_gated(proposal, start, before):
        if (start.tool, start.arguments) != (proposal.tool, proposal.arguments):
            yield "is not what was proposed"
        return
    versions = [
        event.version
        for event in before
        if isinstance(event, events.Previewed) and event.call == start.call
    ]
    # By version, not by place: an overslept worker may record an earlier card after a later one, or the same once more.
    cards = approved_cards(before, start.call, REQUESTER, *record.askers(start.call))
    approved = {each.version: each.card for each in reversed(cards)}
    card = approved.get(max(versions, default=0)) or granted(record, start)
    if card is None:
        yield "nobody approved it as it was shown last"
        return
    if digest(start.tool, dict(start.arguments), card.text, card.pins) != card.digest:
        yield "is not what was approved"
    pinned = card.pins.get("stock")
    if start.n == start.run == 1 and isinstance(pinned, int) and pinned < start.least_stock:
        yield "what it was approved on had changed"


def granted(record: Record, start: Start) -> Card | None:
    """The card of a call whose first try a grant let begin."""
    call, claim = start.call, record.claim(replace(start, n=1, run=1))
    if claim is None or not is_allowed(record.log, claim[0], call.rsplit("-", 2)[0]):
        return None
    return next(
        event.card
        for event in record.log
        if isinstance(event, events.Previewed) and event.call == call
    )


def _is_gated(proposal: Proposal, start: Start, before: Sequence[Event]) -> bool:
    return proposal.kind == "gated" or any(
        isinstance(event, events.CallVoided)
        and event.call == start.call
        and event.then == "preview"
        for event in before
    )
