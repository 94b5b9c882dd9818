"""Longer histories by chance, in which people race, impersonate, replay, leave and answer elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.oracle.cases import Case
from tests.oracle.domains import ACTS, ANY, CHANGES, CHANNELS, FIRST, POLICIES, SECOND, THIRD
from tests.oracle.facts import (
    CardShown,
    Claimed,
    Decision,
    Ended,
    Fact,
    FoundUnfinished,
    History,
    Proposed,
    WordTyped,
)
from tests.oracle.past import Past, digest, phase, requests, tries, version
from tests.oracle.policy import replay
from tests.oracle.rights import House
from tests.oracle.rules import Call, digest_of
from tests.oracle.sample import PEOPLE, STRANGER, THREAD, at
from tests.oracle.words import Phase, Word

NAMES = ("ana", "ben", "cyn", "dora", "eve")
TEXTS = ("approve", "deny no", "yes", "wait", "stop", "Approve!", "approve if green")


def life(seed: int, length: int) -> Case:
    """One life of two or three requests; cards are drawn as the oracle says they stand, all else is chance."""
    chance = Random(seed)
    policy = chance.choice(sorted(POLICIES))
    rule = replace(POLICIES[policy], grant_minutes=chance.choice((0, 10)))
    history: History = (proposal(chance, 0, "r1"),)
    now = 0
    while len(history) < length:
        now += chance.choice((0, 1, 1, 5, 30, 100, 400))
        history = (*history, *step(chance, House(PEOPLE, rule), history, now))
    return Case(
        f"life seed={seed} policy={policy} minutes={rule.grant_minutes}", PEOPLE, rule, history
    )


def step(chance: Random, house: House, history: History, now: int) -> History:
    """The next thing which happens."""
    past = replay(house, history)
    request = chance.choice(requests(past) or ["r1"])
    if not requests(past):
        return (proposal(chance, now, request),)
    kinds: list[tuple[int, Callable[[], History]]] = [
        (5, lambda: card(chance, past, request, now)),
        (6, lambda: decision(chance, past, history, request, now)),
        (2, lambda: (message(chance, now),)),
        (4, lambda: (Claimed(now, request),)),
        (2, lambda: CHANGES[chance.choice([name for name in CHANGES if name != "timer"])](now)),
        (2, lambda: ending(chance, past, request, now)),
        (1, lambda: (proposal(chance, now, chance.choice(("r2", "r3"))),)),
        (1, lambda: replayed(chance, history, now)),
    ]
    weights, makers = [weight for weight, _ in kinds], [maker for _, maker in kinds]
    return chance.choices(makers, weights)[0]()


def proposal(chance: Random, now: int, request: str) -> Proposed:
    """Somebody asks for one of three pushes."""
    by = at(chance.choice(CHANNELS), chance.choice(("ana", "ana", "ben", "eve")))
    return Proposed(
        now,
        Call(
            "push_tag",
            chance.choice((FIRST, SECOND, THIRD)),
            by,
            request,
            thread=chance.choice(("t1", "t1", "t2")),
        ),
    )


def card(chance: Random, past: Past, request: str, now: int) -> History:
    """The card of the version which is open is brought to the thread or to somebody."""
    if phase(past, request) is not Phase.ASKED:
        return ()
    number = version(past, request)
    to = chance.choice((THREAD, THREAD, at("mail", "dora"), at("slack", "ben"), at("mail", "cyn")))
    return (CardShown(now, request, number, digest(past, request, number), to),)


def decision(chance: Random, past: Past, history: History, request: str, now: int) -> History:
    """Somebody decides: mostly on the current card, sometimes on another, sometimes on a forged one."""
    word, text = chance.choice(
        [said for said in ACTS.values() if not isinstance(said, str)] + 4 * [(Word.ACCEPT, "")]
    )
    by = STRANGER if chance.random() < 0.05 else at(chance.choice(CHANNELS), chance.choice(NAMES))
    number = chance.choice(
        (version(past, request), version(past, request), version(past, request), 1)
    )
    named = digest(past, request, number)
    if chance.random() < 0.05:
        number, named = chance.choice(((number + 1, named), (number, digest_of("push_tag", THIRD))))
    new = chance.choice((FIRST, SECOND, THIRD)) if word is Word.EDIT else ()
    pattern = ANY if word is Word.ACCEPT and chance.random() < 0.2 else None
    bound = at("mail", chance.choice(NAMES)) if chance.random() < 0.05 else None
    key = f"m{len(history)}"
    return (
        Decision(
            now,
            request,
            word,
            by,
            number,
            named,
            key,
            new,
            text,
            chance.choice(NAMES),
            now + 50,
            pattern,
            bound,
        ),
    )


def message(chance: Random, now: int) -> Fact:
    """Somebody writes."""
    by = at(chance.choice(CHANNELS), chance.choice(NAMES))
    return WordTyped(
        now,
        by,
        chance.choice(TEXTS),
        chance.choice(("t1", "t2")),
        chance.random() < 0.5,
        now - chance.choice((0, 0, 60)),
    )


def ending(chance: Random, past: Past, request: str, now: int) -> History:
    """A call which started ends, now or late, or is found unfinished."""
    stands = phase(past, request)
    if stands in (Phase.STARTED, Phase.FOUND):
        return chance.choice(
            (
                (Ended(now, request, tries(past, request), chance.random() < 0.8),),
                (FoundUnfinished(now, request),),
            )
        )
    if tries(past, request) > 1 or stands is Phase.UNKNOWN:
        return (Ended(now, request, chance.randint(1, tries(past, request))),)
    return ()


def replayed(chance: Random, history: History, now: int) -> History:
    """An earlier message arrives a second time."""
    earlier = [fact for fact in history if isinstance(fact, Decision)]
    return (replace(chance.choice(earlier), at=now),) if earlier else ()
