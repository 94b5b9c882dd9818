"""Small histories in every combination, and longer ones by chance; deterministic, each with a readable name."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from math import prod
from random import Random

from tests.oracle.cases import Case
from tests.oracle.domains import (
    ACTORS,
    ACTS,
    CHANGES,
    CHANNELS,
    CORE,
    DEADLINE,
    NAMINGS,
    POLICIES,
    STATES,
    TIMES,
    act,
    ask_deputy,
)
from tests.oracle.facts import CardShown, Claimed, History
from tests.oracle.further import FURTHER
from tests.oracle.lives import life
from tests.oracle.past import digest, phase, version
from tests.oracle.policy import replay
from tests.oracle.rights import House
from tests.oracle.sample import PEOPLE, THREAD, press
from tests.oracle.sides import across, asking, grants, pairs
from tests.oracle.words import Phase

Axes = dict[str, tuple[str, ...]]
"""For every axis the values it takes."""


WHOLE: Axes = {
    "policy": tuple(POLICIES),
    "actor": ACTORS,
    "time": TIMES,
    "channel": CHANNELS,
    "state": tuple(STATES),
    "act": tuple(ACTS),
    "naming": NAMINGS,
    "change": tuple(CHANGES),
    "then": tuple(CHANGES),
}
"""Every combination: too many to run them all, so they are numbered and sampled."""

PLAIN: Axes = {
    "policy": ("always/1",), "actor": ("ben",), "time": ("before",), "channel": ("slack",), "state": ("asked",),
    "act": ("accept",), "naming": ("current",), "change": ("none",), "then": ("none",),
}  # fmt: skip
"""The plainest value of every axis, for the rings which do not vary it."""

CLICKS = ("accept", "edit", "deny", "type-approve", "type-deny")
ANSWERS = ("happened", "retry", "give-up", "accept")

RINGS: dict[str, Axes] = {
    "click": PLAIN
    | {"policy": tuple(POLICIES), "actor": ACTORS, "time": TIMES[1:], "channel": CHANNELS, "act": CLICKS},
    "state": PLAIN | {"policy": CORE, "state": tuple(STATES), "actor": ACTORS, "act": tuple(ACTS), "naming": NAMINGS},
    "change": PLAIN | {
        "policy": ("always/1", "always/2", "when-it-holds/1", "never/1"), "state": ("asked", "one-vote"),
        "actor": ("ben", "cyn", "dora-asked"), "change": tuple(CHANGES), "then": tuple(CHANGES),
    },
    "retry": PLAIN | {
        "policy": ("always/1", "always/2", "always/1/self", "never/1", "idempotent"), "state": ("unknown", "running"),
        "actor": ACTORS, "time": TIMES[:2], "act": ANSWERS, "change": tuple(CHANGES),
    },
}  # fmt: skip
"""The rings of which every combination is run."""


def size(axes: Axes) -> int:
    """How many combinations there are."""
    return prod(len(values) for values in axes.values())


def numbered(axes: Axes, number: int) -> dict[str, str]:
    """The combination of that number, the last axis turning fastest."""
    chosen: dict[str, str] = {}
    for axis, values in reversed(axes.items()):
        number, place = divmod(number, len(values))
        chosen[axis] = values[place]
    return {axis: chosen[axis] for axis in axes}


def case(ring: str, chosen: dict[str, str]) -> Case:
    """A state, what somebody says in it, two changes, a claim; then whoever is asked anew is answered and claimed."""
    rule, place = POLICIES[chosen["policy"]], STATES[chosen["state"]]
    start = ask_deputy(place) if chosen["actor"] == "dora-asked" else place.facts
    times = {
        "soon": 45,
        "before": 500,
        "at-the-deadline": place.since + DEADLINE,
        "after": place.since + DEADLINE + 1,
    }
    when = times[chosen["time"]]
    said = act(chosen["act"], chosen["actor"], chosen["channel"], when, place, chosen["naming"])
    changes = (*CHANGES[chosen["change"]](when + 1), *CHANGES[chosen["then"]](when + 2))
    changes = tuple(sorted(changes, key=lambda fact: fact.at))
    last = max([when, *(fact.at for fact in changes)])
    history = (*start, said, *changes, Claimed(last + 1, "r1"))
    name = " ".join(
        [ring, *(f"{axis}={value}" for axis, value in chosen.items() if (value,) != PLAIN[axis])]
    )
    return Case(name, PEOPLE, rule, second_chance(House(PEOPLE, rule), history, last + 2))


def second_chance(house: House, history: History, when: int) -> History:
    """The history, with the card then open shown, accepted by cyn, and claimed twice."""
    past = replay(house, history)
    if phase(past, "r1") is Phase.ASKED:
        number = version(past, "r1")
        card = CardShown(when, "r1", number, digest(past, "r1", number), THREAD)
        answer = replace(press("cyn", when=when + 1, version=number), digest=card.digest)
        history = (*history, card, answer)
    return (*history, Claimed(when + 2, "r1"), Claimed(when + 3, "r1"))


def ring(name: str, step: int = 1, start: int = 0) -> Iterator[Case]:
    """Every case of a ring, or every so manieth."""
    axes = RINGS[name]
    for number in range(start, size(axes), step):
        yield case(name, numbered(axes, number))


def sampled(seed: int, count: int) -> Iterator[Case]:
    """Some of all combinations of every axis, by chance."""
    chance = Random(seed)
    for _ in range(count):
        yield case("whole", numbered(WHOLE, chance.randrange(size(WHOLE))))


SIDES = {"across": across, "pairs": pairs, "grants": grants, "asking": asking, **FURTHER}
"""The rings which are not made of one request in one state."""

COUNTS = {
    "click": 21420,
    "state": 21504,
    "change": 11616,
    "retry": 12320,
    "across": 2025,
    "pairs": 504,
    "grants": 3456,
    "asking": 1134,
    "again": 1920,
    "leave": 4032,
    "rest": 4552,
    "second": 2214,
}
"""How many cases each ring has: 86,697 in all."""


def exhaustive(step: int = 1, start: int = 0) -> Iterator[Case]:
    """Every case of every ring, or every so manieth."""
    for name in RINGS:
        yield from ring(name, step, start)
    for side in SIDES.values():
        yield from islice(side(), start, None, step)


def lives(seed: int, count: int, length: int = 20) -> Iterator[Case]:
    """Longer histories by chance; each has a seed of its own in its name."""
    for number in range(count):
        yield life(seed * 1_000_000 + number, length)
