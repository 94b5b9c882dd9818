"""What forbids to claim a call: looked at again before every claim."""

from tests.oracle.past import (
    Past,
    agent_changed,
    begins,
    call_of,
    drawn,
    halted,
    limited,
    phase,
    pins_moved,
)
from tests.oracle.rights import House, accepting_seats, grants, quorum_met, retry_by, voices
from tests.oracle.words import Effect, Obstacle, Phase

ASK_ANEW = frozenset(
    {Obstacle.PIN_MOVED, Obstacle.AGENT_CHANGED, Obstacle.APPROVER_REMOVED, Obstacle.GRANT_OVER}
)
"""The obstacles for which an approval is void and a human is asked anew."""


def moved(past: Past, request: str) -> frozenset[Obstacle]:
    """What moved in the world since the card was drawn."""
    found: set[Obstacle] = set()
    if pins_moved(past, request):
        found.add(Obstacle.PIN_MOVED)
    if agent_changed(past, call_of(past, request).agent, drawn(past, request)):
        found.add(Obstacle.AGENT_CHANGED)
    return frozenset(found)


def obstacles(house: House, past: Past, request: str, now: int) -> frozenset[Obstacle]:
    """Everything which forbids to claim a call now; nothing means that it may be claimed."""
    stands = phase(past, request)
    if stands is Phase.ABSENT:
        return frozenset({Obstacle.NOT_PROPOSED})
    found: set[Obstacle] = set()
    words = {
        Phase.ASKED: Obstacle.NOT_APPROVED,
        Phase.STARTED: Obstacle.STARTED,
        Phase.UNKNOWN: Obstacle.OUTCOME_UNKNOWN,
        Phase.CLOSED: Obstacle.CLOSED,
    }
    if stands in words:
        found.add(words[stands])
    if stands is Phase.READY and gated(past, request):
        found |= moved(past, request) | unsupported(house, past, request, now)
    if halted(past, call_of(past, request).agent):
        found.add(Obstacle.HALTED)
    if limited(past):
        found.add(Obstacle.LIMIT_REACHED)
    return frozenset(found)


def gated(past: Past, request: str) -> bool:
    """Whether the current version needed an approval."""
    return past[begins(past, request)[-1]].ruling.on(request) is not Effect.FREE


def unsupported(house: House, past: Past, request: str, now: int) -> set[Obstacle]:
    """Whether those who approved, or ordered the retry, no longer carry it, and why."""
    orderer = retry_by(house, past, request)
    deserted = orderer is not None and not accepting_seats(house, past, request, orderer)
    if quorum_met(house, past, request, now) and not deserted:
        return set()
    covering = grants(house, past, request)
    names = voices(house, past, request) + [grant.by for grant in covering if now < grant.until]
    found = {Obstacle.GRANT_OVER for grant in covering if grant.until <= now}
    if deserted or any(not accepting_seats(house, past, request, name) for name in names):
        found.add(Obstacle.APPROVER_REMOVED)
    return found
