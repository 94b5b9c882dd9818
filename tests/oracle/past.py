"""Questions about the past, each answered by reading all of it again."""

from dataclasses import dataclass

from tests.oracle.facts import (
    AgentChanged,
    ArgumentsChanged,
    CardShown,
    Claimed,
    Decision,
    Fact,
    Halted,
    LimitExtended,
    LimitReached,
    PinMoved,
    Proposed,
    Resumed,
)
from tests.oracle.people import Address
from tests.oracle.rules import Arguments, Call, digest_of
from tests.oracle.words import AFTER, BEGINS, Effect, Obstacle, Outcome, Phase, Refusal

Effects = tuple[tuple[str, Effect], ...]
"""What a fact did, request by request."""


@dataclass(frozen=True)
class Ruling:
    """What a fact did, or every reason for which it did nothing."""

    effects: Effects = ()
    refusals: frozenset[Refusal] = frozenset()
    obstacles: frozenset[Obstacle] = frozenset()
    counts: bool = True

    def on(self, request: str) -> Effect | None:
        """The effect on one request."""
        for name, effect in self.effects:
            if name == request:
                return effect
        return None


@dataclass(frozen=True)
class Ruled:
    """A fact with its ruling."""

    fact: Fact
    ruling: Ruling


Past = tuple[Ruled, ...]


def effects_on(past: Past, request: str) -> list[tuple[int, Effect]]:
    """Every effect on a request, with its place in the past."""
    found: list[tuple[int, Effect]] = []
    for index, ruled in enumerate(past):
        effect = ruled.ruling.on(request)
        if effect is not None:
            found.append((index, effect))
    return found


def requests(past: Past) -> list[str]:
    """The requests proposed, in order."""
    return [
        ruled.fact.call.request
        for ruled in past
        if isinstance(ruled.fact, Proposed) and ruled.ruling.effects
    ]


def call_of(past: Past, request: str) -> Call:
    """The call as it was proposed."""
    for ruled in past:
        if (
            isinstance(ruled.fact, Proposed)
            and ruled.fact.call.request == request
            and ruled.ruling.effects
        ):
            return ruled.fact.call
    raise LookupError(request)


def phase(past: Past, request: str) -> Phase:
    """Where a call stands."""
    moves = [AFTER[effect][0] for _, effect in effects_on(past, request) if effect in AFTER]
    return moves[-1] if moves else Phase.ABSENT


def outcome(past: Past, request: str) -> Outcome:
    """What became of a request so far."""
    moves = [AFTER[effect][1] for _, effect in effects_on(past, request) if effect in AFTER]
    return moves[-1] if moves else Outcome.ABSENT


def begins(past: Past, request: str) -> list[int]:
    """Where each version begins."""
    return [index for index, effect in effects_on(past, request) if effect in BEGINS]


def version(past: Past, request: str) -> int:
    """The current version, counted from 1."""
    return len(begins(past, request))


def arguments(past: Past, request: str, at_version: int | None = None) -> Arguments:
    """The arguments of a version, by default the current one."""
    starts = begins(past, request)
    until = starts[(at_version or len(starts)) - 1]
    found: Arguments = ()
    for ruled in past[: until + 1]:
        if ruled.ruling.on(request) in BEGINS:
            if isinstance(ruled.fact, Proposed):
                found = ruled.fact.call.arguments
            elif isinstance(ruled.fact, ArgumentsChanged | Decision):
                found = ruled.fact.arguments
    return found


def digest(past: Past, request: str, at_version: int) -> str:
    """The digest of a version."""
    return digest_of(call_of(past, request).tool, arguments(past, request, at_version))


def showings(past: Past, request: str, at_version: int) -> list[tuple[int, CardShown]]:
    """Every showing of a version, with its place in the past; nothing is shown of what has not begun."""
    found: list[tuple[int, CardShown]] = []
    starts = begins(past, request)
    if not 1 <= at_version <= len(starts):
        return found
    for index, ruled in enumerate(past):
        if (
            index > starts[at_version - 1]
            and isinstance(ruled.fact, CardShown)
            and ruled.fact.request == request
            and ruled.fact.version == at_version
        ):
            found.append((index, ruled.fact))
    return found


def drawn(past: Past, request: str) -> int:
    """The place where the current card was drawn: its first showing, or the version's beginning."""
    shown = showings(past, request, version(past, request))
    return shown[0][0] if shown else begins(past, request)[-1]


def pins(past: Past, request: str) -> str:
    """What the pins of a call read in the world now."""
    found = call_of(past, request).pins
    for ruled in past:
        if isinstance(ruled.fact, PinMoved) and ruled.fact.request == request:
            found = ruled.fact.pins
    return found


def pins_moved(past: Past, request: str) -> bool:
    """Whether the pins read otherwise than when the card was drawn."""
    return pins(past, request) != pins(past[: drawn(past, request) + 1], request)


def agent_changed(past: Past, agent: str, since: int) -> bool:
    """Whether an agent changed after a place in the past."""
    return any(
        isinstance(ruled.fact, AgentChanged) and ruled.fact.agent == agent
        for ruled in past[since + 1 :]
    )


def halted(past: Past, agent: str) -> bool:
    """Whether the kill switch is on for an agent."""
    on: set[str] = set()
    for ruled in past:
        if isinstance(ruled.fact, Halted):
            on.add(ruled.fact.agent)
        elif isinstance(ruled.fact, Resumed):
            on = on - {ruled.fact.agent} if ruled.fact.agent else set()
    return "" in on or agent in on


def limited(past: Past) -> bool:
    """Whether a limit was reached and nobody extended it."""
    reached: set[str] = set()
    for ruled in past:
        if isinstance(ruled.fact, LimitReached):
            reached.add(ruled.fact.limit)
        elif isinstance(ruled.fact, LimitExtended) and ruled.ruling.counts:
            reached.discard(ruled.fact.limit)
    return bool(reached)


def tries(past: Past, request: str) -> int:
    """The number of the current try: one more than the retries a human ordered."""
    return 1 + len([1 for _, effect in effects_on(past, request) if effect is Effect.RETRY_ORDERED])


def claimed_at(past: Past, request: str) -> int:
    """When the last claim which counted was made."""
    times = [
        ruled.fact.at
        for ruled in past
        if isinstance(ruled.fact, Claimed) and ruled.ruling.on(request) is Effect.CLAIMED
    ]
    return times[-1] if times else 0


def origin(past: Past, request: str) -> Address:
    """Where the thread of a request began, and where its result returns."""
    return call_of(past, request).origin
