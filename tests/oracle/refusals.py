"""Every reason for which a decision does not count, each looked for on its own."""

from tests.oracle.facts import Decision, Fact, WordTyped
from tests.oracle.past import (
    Past,
    Ruled,
    Ruling,
    claimed_at,
    digest,
    outcome,
    phase,
    requests,
    showings,
    version,
)
from tests.oracle.rights import (
    House,
    accepting_seats,
    count,
    deputises,
    known,
    listed,
    quorum_met,
    requesters,
    seats,
    supporters,
    voters,
)
from tests.oracle.words import Effect, Outcome, Phase, Refusal, Word

DECIDING = frozenset({Word.ACCEPT, Word.EDIT, Word.DENY, Word.ANSWER, Word.PASS})
"""The words of which the policy says which channels may carry them."""

ANSWERS = ("happened", "retry", "give-up")
"""What may be answered when the outcome of a try is unknown."""


def refusals(house: House, past: Past, said: Decision) -> frozenset[Refusal]:
    """Every reason for which a decision does not count; none means that it counts."""
    if said.request not in requests(past):
        return frozenset({Refusal.UNKNOWN_REQUEST})
    found = (
        replayed(past, said) | late(past, said) | carrier(house, said) | right(house, past, said)
    )
    found |= itself(house, past, said) | vote(house, past, said) | content(house, past, said)
    return frozenset(found | card(house, past, said) | too_early(house, past, said))


def replayed(past: Past, said: Decision | WordTyped) -> set[Refusal]:
    """The same message a second time changes nothing."""
    for ruled in past:
        if said.id and isinstance(ruled.fact, Decision | WordTyped) and ruled.fact.id == said.id:
            return {Refusal.REPLAYED}
    return set()


def late(past: Past, said: Decision) -> set[Refusal]:
    """A word counts while the request waits for that kind of word."""
    stands = phase(past, said.request)
    if stands is Phase.ASKED:
        return {Refusal.WRONG_WORD} if said.word is Word.ANSWER else set()
    if stands is Phase.UNKNOWN:
        fits = said.word is Word.ANSWER and said.text in ANSWERS
        return (
            set()
            if fits
            else {Refusal.WRONG_WORD if said.word is Word.ANSWER else Refusal.ALREADY_DECIDED}
        )
    ends = {
        Outcome.EXPIRED: Refusal.EXPIRED,
        Outcome.WITHDRAWN: Refusal.WITHDRAWN,
        Outcome.VOIDED: Refusal.VOIDED,
        Outcome.NOT_GATED: Refusal.NOT_ASKED,
    }
    return {ends.get(outcome(past, said.request), Refusal.ALREADY_DECIDED)}


def carrier(house: House, said: Decision) -> set[Refusal]:
    """The policy names the channels which may carry the decision; naming none, all may."""
    allowed = not house.rule.channels or said.by.channel in house.rule.channels
    return set() if allowed or said.word not in DECIDING else {Refusal.CHANNEL_NOT_ALLOWED}


def right(house: House, past: Past, said: Decision) -> set[Refusal]:
    """The person must be known and may decide; the requester may deny, and answer for an unknown outcome."""
    name = known(house, past, said.by)
    if not name:
        return {Refusal.UNKNOWN_PERSON}
    own = name in requesters(house, past, said.request)
    if seats(house, past, said.request, name) or (own and said.word is Word.DENY):
        return set()
    if own and said.word is Word.ANSWER and not accepts(past, said):
        return set()
    return {Refusal.NOT_APPROVER}


def accepts(past: Past, said: Decision) -> bool:
    """Whether the word lets a gated call run: to accept it, or to order its retry."""
    if said.word is Word.ACCEPT:
        return True
    gated = any(
        ruled.ruling.on(said.request) in (Effect.APPROVED, Effect.GRANTED) for ruled in past
    )
    return said.word is Word.ANSWER and said.text == "retry" and gated


def itself(house: House, past: Past, said: Decision) -> set[Refusal]:
    """Nobody lets run what they asked for, nor does a deputy in their stead, unless the policy says so."""
    name = known(house, past, said.by)
    if house.rule.self_approval or not name or not accepts(past, said):
        return set()
    lent_only = bool(seats(house, past, said.request, name)) and not accepting_seats(
        house, past, said.request, name
    )
    return (
        {Refusal.SELF_APPROVAL}
        if lent_only or name in requesters(house, past, said.request)
        else set()
    )


def card(house: House, past: Past, said: Decision) -> set[Refusal]:
    """The decision names a card which was shown, which is the current one unless it denies, and its digest."""
    found: set[Refusal] = set()
    current = version(past, said.request)
    unknown = phase(past, said.request) is Phase.UNKNOWN
    if said.version < current and said.word is not Word.DENY:
        found.add(Refusal.STALE_VERSION)
    if (
        said.version > current
        or said.version < 1
        or not (unknown or showings(past, said.request, said.version))
    ):
        found.add(Refusal.NOT_SHOWN)
    if not 1 <= said.version <= current or said.digest != digest(past, said.request, said.version):
        found.add(Refusal.WRONG_DIGEST)
    if said.card_to is not None and known(house, past, said.card_to) != known(house, past, said.by):
        found.add(Refusal.CARD_OF_ANOTHER)
    return found


def vote(house: House, past: Past, said: Decision) -> set[Refusal]:
    """A person counts once, and an approver and their deputy count as one."""
    name = known(house, past, said.by)
    if said.word is not Word.ACCEPT or not accepting_seats(house, past, said.request, name):
        return set()
    before = supporters(house, past, said.request, said.at)
    if quorum_met(house, past, said.request, said.at):
        return set()
    if name in voters(house, past, said.request):
        return {Refusal.ALREADY_VOTED}
    more = count(house, past, said.request, before | {name}) > count(
        house, past, said.request, before
    )
    return set() if more or name in before else {Refusal.SEAT_TAKEN}


def content(house: House, past: Past, said: Decision) -> set[Refusal]:
    """What a decision carries with it must make sense."""
    found: set[Refusal] = set()
    approvers = listed(house, past)
    if said.word is Word.PASS and said.to not in approvers and not deputises(house, past, said.to):
        found.add(Refusal.PASS_TO_STRANGER)
    if said.word is Word.LATER and said.until <= said.at:
        found.add(Refusal.TIME_PAST)
    if said.pattern is not None and (said.word is not Word.ACCEPT or house.rule.grant_minutes == 0):
        found.add(Refusal.GRANT_NOT_OFFERED)
    return found


def effect_of(house: House, past: Past, said: Decision, fact: Fact) -> Effect:
    """What a decision which counts does; the fact is the press, or the message in which it was typed."""
    if said.word is Word.ACCEPT:
        with_it = (*past, Ruled(fact, Ruling(effects=((said.request, Effect.VOTED),))))
        return (
            Effect.APPROVED if quorum_met(house, with_it, said.request, said.at) else Effect.VOTED
        )
    if said.word is Word.DENY:
        own = not seats(house, past, said.request, known(house, past, said.by))
        return Effect.WITHDRAWN if own else Effect.DENIED
    if said.word is Word.ANSWER:
        return {
            "happened": Effect.HAPPENED,
            "retry": Effect.RETRY_ORDERED,
            "give-up": Effect.GIVEN_UP,
        }[said.text]
    others = {Word.EDIT: Effect.EDITED, Word.PASS: Effect.PASSED, Word.LATER: Effect.POSTPONED}
    return others.get(said.word, Effect.IGNORED)


def too_early(house: House, past: Past, said: Decision) -> set[Refusal]:
    """A retry is ordered only when the try before cannot still be running."""
    if phase(past, said.request) is not Phase.UNKNOWN or said.text != "retry":
        return set()
    return (
        {Refusal.TOO_EARLY}
        if said.at < claimed_at(past, said.request) + house.rule.time_limit
        else set()
    )
