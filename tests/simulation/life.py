"""Life: one seed, one thread; then quiet, honest people, and the judgement."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from random import Random

from bot.core.effects import next_effects
from bot.core.events import Forked
from bot.core.reducer import replay
from bot.core.thread import Idle, is_closed
from tests.simulation import people
from tests.simulation.bugs import fold_with
from tests.simulation.judge import violations
from tests.simulation.workers import worker
from tests.simulation.world import ROOT, Bug, Store, World

EVERYWHERE = ("MessageReceived", "Cancelled", "Paused", "Resumed")


class Violation(AssertionError):
    """A life broke a promise. Says the seed and how the story went."""


def live(seed: int, bug: Bug = "") -> Counter[str]:
    """One life. Gives what was seen in it; raises `Violation` if a promise was broken."""
    store = Store(fold_with(bug), checks_head=bug != "no_head_check")
    world = World(Random(seed), store, bug)
    try:
        _storm(world)
        _calm(world)
        _judge(world)
    except Violation as broken:
        raise Violation(f"seed {seed}: {broken}\n{_story(world, str(broken))}") from None
    world.seen["events"] += len(store.log)
    world.seen["starts"] += len(world.starts)
    world.seen["tries ordered again"] += sum(start.n > 1 for start in world.starts)
    world.seen["idempotent repetitions"] += sum(start.run > 1 for start in world.starts)
    return world.seen


def _storm(world: World) -> None:
    """Two or three workers, people, deaths; in any order."""
    alive = dict[str, Iterator[None]]()
    for tick in range(world.random.randint(150, 500)):
        world.pass_time(world.random.randint(0, 4))
        roll = world.random.random()
        if roll < 0.14:
            people.act(world)
        elif roll < 0.19 and alive:
            _kill(world, alive)
        elif len(alive) < 2 or (roll < 0.26 and len(alive) < 3):
            alive[f"w{tick}"] = worker(world, f"w{tick}")
        else:
            _advance(world, alive)
    for sleeper in alive.values():
        _finish(sleeper)


def _kill(world: World, alive: dict[str, Iterator[None]]) -> None:
    """One of them, or all at once."""
    names = list(alive) if world.chance(0.5) else [world.random.choice(list(alive))]
    for name in names:
        alive.pop(name)
        world.seen["killed"] += 1


def _advance(world: World, alive: dict[str, Iterator[None]]) -> None:
    name = world.random.choice(list(alive))
    for _ in range(world.random.choice((1, 1, 1, 4))):
        if next(alive[name], _GONE) is _GONE:
            alive.pop(name)
            return


_GONE = object()


def _finish(busy: Iterator[None]) -> None:
    """It works until nothing is left to do, which must come."""
    if sum(1 for _ in islice(busy, 5_000)) == 5_000:
        raise Violation("a worker always finds something to do")


def _calm(world: World) -> None:
    """No more faults: everything that was begun comes to an end."""
    for round_ in range(400):
        world.pass_time(7)
        _finish(worker(world, f"calm{round_}"))
        people.settle(world)
        at_rest = isinstance(world.thread.turn, Idle) and all(map(is_closed, world.thread.calls))
        if at_rest and not next_effects(world.thread):
            return
    raise Violation(f"it never rests: {world.thread.turn} {world.thread.calls}")


def _judge(world: World) -> None:
    found = violations(world.store.log, world.starts)
    if not world.bug and replay(ROOT, world.store.log) != world.thread:
        found.append("the log does not replay to the same thread")
    if world.bug == "":
        found += _of_the_child(world)
    if found:
        raise Violation(found[0])


def _of_the_child(world: World) -> list[str]:
    """A child of any moment of this life lives on by itself: nothing that its parent proposed ever begins there."""
    cut = world.random.randint(0, len(world.store.log))
    child = World(world.random, counted=10_000)
    for event in world.store.log[:cut]:
        child.store.known.discard(event.id)
        child.store.append(event)
    child.store.now = world.now
    child.store.append(Forked(id="fork", at=world.now, parent=ROOT, head=cut))
    if next_effects(child.thread) or not all(map(is_closed, child.thread.calls)):
        return [f"the child at {cut} has its parent's work"]
    people.say(child, people.WORDS, "alice")
    _calm(child)
    inherited = [start for start in child.starts if int(start.call.split("-")[1]) < cut]
    return [
        *(f"the child at {cut} began {start}" for start in inherited),
        *violations(child.store.log, child.starts),
    ]


def _story(world: World, about: str) -> str:
    """The log, a line an event: what names the call that the verdict is about, and what concerns all."""
    named = re.search(rf"{ROOT}-\d+-\d+", about)
    told = [
        f"{place:4} {event.at // 1000 % 10_000:5} s {event!r}"[:400]
        for place, event in enumerate(world.store.log)
        if not named or named[0] in repr(event) or event.type in EVERYWHERE
    ]
    return "\n".join(told[-40:])
