"""What each fact does, given nothing but the facts before it and their rulings."""

from tests.oracle.claims import ASK_ANEW, moved, obstacles
from tests.oracle.facts import (
    ArgumentsChanged,
    Claimed,
    Decision,
    Ended,
    Fact,
    FoundUnfinished,
    LimitExtended,
    Looked,
    Proposed,
    Withdrawn,
    WordTyped,
)
from tests.oracle.past import (
    Past,
    Ruled,
    Ruling,
    call_of,
    digest,
    phase,
    requests,
    showings,
    tries,
    version,
)
from tests.oracle.refusals import effect_of, refusals, replayed
from tests.oracle.rights import House, involved, known, quorum_met
from tests.oracle.rules import Arguments
from tests.oracle.typed import Said, read
from tests.oracle.words import Effect, Obstacle, Phase, Refusal, Word

NOTHING = Ruling()


def refused(*why: Refusal) -> Ruling:
    """The fact counts for nothing."""
    return Ruling(refusals=frozenset(why), counts=False)


def rule_on(house: House, past: Past, fact: Fact) -> Ruling:
    """What a fact does."""
    match fact:
        case Proposed():
            return on_proposed(house, past, fact)
        case Decision():
            return on_decision(house, past, fact)
        case WordTyped():
            return on_words(house, past, fact)
        case ArgumentsChanged():
            return on_arguments(house, past, fact)
        case Withdrawn():
            return on_withdrawn(past, fact)
        case Looked() | Claimed():
            return on_look(house, past, fact)
        case FoundUnfinished():
            return on_found(house, past, fact)
        case Ended():
            return on_ended(past, fact)
        case LimitExtended():
            fits = known(house, past, fact.by) in involved(house, past)
            return NOTHING if fits else refused(Refusal.NOT_APPROVER)
        case _:
            return NOTHING


def on_proposed(house: House, past: Past, fact: Proposed) -> Ruling:
    """A call is free, covered by a grant, or asked about; one equal to a call under way is malformed."""
    call = fact.call
    if call.request in requests(past):
        return refused(Refusal.REPLAYED)
    for other in requests(past):
        under_way = phase(past, other) in (Phase.STARTED, Phase.FOUND, Phase.UNKNOWN)
        if (
            under_way
            and call_of(past, other).thread == call.thread
            and digest(past, other, version(past, other)) == call.digest
        ):
            return refused(Refusal.SAME_AS_STARTED)
    return begun(house, past, fact, call.request, call.arguments, fact.at)


def begun(
    house: House, past: Past, fact: Fact, request: str, arguments: Arguments, at: int
) -> Ruling:
    """A version which the model chose needs nobody, or is covered, or is asked about."""
    if not house.rule.gates(arguments):
        return Ruling(effects=((request, Effect.FREE),))
    asked = Ruling(effects=((request, Effect.ASKED),))
    covered = quorum_met(house, (*past, Ruled(fact, asked)), request, at)
    return Ruling(effects=((request, Effect.GRANTED),)) if covered else asked


def on_arguments(house: House, past: Past, fact: ArgumentsChanged) -> Ruling:
    """Other arguments void the card and make a new one, as long as nothing started."""
    if phase(past, fact.request) not in (Phase.ASKED, Phase.READY):
        return NOTHING
    return begun(house, past, fact, fact.request, fact.arguments, fact.at)


def on_decision(house: House, past: Past, fact: Decision) -> Ruling:
    """A decision counts when there is no reason against it."""
    why = refusals(house, past, fact)
    return (
        refused(*why)
        if why
        else Ruling(effects=((fact.request, effect_of(house, past, fact, fact)),))
    )


def on_words(house: House, past: Past, fact: WordTyped) -> Ruling:
    """A message is a verdict, a stop, or words for the model."""
    if replayed(past, fact):
        return refused(Refusal.REPLAYED)
    said = read(fact.text)
    if said.said is Said.APPROVE:
        return typed_verdict(house, past, fact, Word.ACCEPT, "")
    if said.said is Said.DENY:
        return typed_verdict(house, past, fact, Word.DENY, said.reason)
    if said.said is Said.STOP:
        return stopped(house, past, fact)
    return remark(house, past, fact)


def typed_verdict(house: House, past: Past, fact: WordTyped, word: Word, reason: str) -> Ruling:
    """A typed verdict is about the one open approval, on the version shown when it was written."""
    found = [] if house.rule.words else [Refusal.WORDS_DENIED]
    opened = open_in(past, fact.thread, Phase.ASKED)
    if len(opened) != 1:
        return refused(*found, Refusal.AMBIGUOUS if opened else Refusal.NOTHING_OPEN)
    request = opened[0]
    seen = seen_by_then(past, request, fact.at if fact.written_at is None else fact.written_at)
    named = digest(past, request, seen) if seen else ""
    press = Decision(fact.at, request, word, fact.by, seen, named, text=reason)
    why = [*found, *refusals(house, past, press)]
    return (
        refused(*why) if why else Ruling(effects=((request, effect_of(house, past, press, fact)),))
    )


def seen_by_then(past: Past, request: str, when: int) -> int:
    """The newest version which had been shown at a time; 0 if none had."""
    for number in range(version(past, request), 0, -1):
        if any(showing.at <= when for _, showing in showings(past, request, number)):
            return number
    return 0


def open_in(past: Past, thread: str, *phases: Phase) -> list[str]:
    """The requests of a thread which stand in one of some phases."""
    return [
        name
        for name in requests(past)
        if call_of(past, name).thread == thread and phase(past, name) in phases
    ]


def stopped(house: House, past: Past, fact: WordTyped) -> Ruling:
    """A stop by somebody involved voids all which has not started."""
    if known(house, past, fact.by) not in involved(house, past):
        return refused(Refusal.NOT_APPROVER)
    names = open_in(past, fact.thread, Phase.ASKED, Phase.READY)
    return Ruling(
        effects=tuple((name, Effect.VOIDED) for name in names),
        obstacles=frozenset({Obstacle.CANCELLED}),
    )


def remark(house: House, past: Past, fact: WordTyped) -> Ruling:
    """Words addressed to the bot re-issue open cards, and void what was ready and had not started."""
    if not fact.addressed or not known(house, past, fact.by):
        return NOTHING
    asked = [(name, Effect.REISSUED) for name in open_in(past, fact.thread, Phase.ASKED)]
    ready = [(name, Effect.VOIDED) for name in open_in(past, fact.thread, Phase.READY)]
    return Ruling(
        effects=(*asked, *ready), obstacles=frozenset({Obstacle.HUMAN_SPOKE} if ready else ())
    )


def on_withdrawn(past: Past, fact: Withdrawn) -> Ruling:
    """What is open can be withdrawn."""
    opened = phase(past, fact.request) is Phase.ASKED
    return Ruling(effects=((fact.request, Effect.WITHDRAWN),)) if opened else NOTHING


def on_look(house: House, past: Past, fact: Looked | Claimed) -> Ruling:
    """A look finds what stands in the way; a claim is a look which, finding nothing, claims."""
    why, request = obstacles(house, past, fact.request, fact.at), fact.request
    stands = phase(past, request)
    if stands is Phase.READY and Obstacle.HALTED in why:
        return Ruling(((request, Effect.VOIDED),), obstacles=why, counts=False)
    if stands is Phase.READY and why & ASK_ANEW:
        return Ruling(((request, Effect.ASKED_ANEW),), obstacles=why, counts=False)
    if (
        stands is Phase.ASKED
        and showings(past, request, version(past, request))
        and moved(past, request)
    ):
        return Ruling(
            ((request, Effect.ASKED_ANEW),), obstacles=why | moved(past, request), counts=False
        )
    if why or isinstance(fact, Looked):
        return Ruling(obstacles=why, counts=not why)
    return Ruling(effects=((request, Effect.CLAIMED),))


def on_found(house: House, past: Past, fact: FoundUnfinished) -> Ruling:
    """A call found unfinished runs again under its key if idempotent, as often as it is found so; otherwise a human is asked."""
    if phase(past, fact.request) not in (Phase.STARTED, Phase.FOUND):
        return NOTHING
    return Ruling(
        effects=((fact.request, Effect.RUN_AGAIN if house.rule.idempotent else Effect.UNKNOWN),)
    )


def on_ended(past: Past, fact: Ended) -> Ruling:
    """A result closes its try, late or not, as long as no later try started."""
    stands, current = phase(past, fact.request), tries(past, fact.request)
    running = stands in (Phase.STARTED, Phase.FOUND, Phase.UNKNOWN) and fact.n == current
    waiting = stands in (Phase.READY, Phase.ASKED) and fact.n == current - 1
    if not running and not waiting:
        return NOTHING
    return Ruling(effects=((fact.request, Effect.RETURNED if fact.returned else Effect.FAILED),))
