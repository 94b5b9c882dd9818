"""Play: one story from its first word to its end, with the deaths that are chosen, and what was found wrong with it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.core import events
from bot.core.effects import next_effects, timers
from bot.core.outbox import (
    Approval,
    Hold,
    Notice,
    Outgoing,
    Question,
    Reminder,
    Say,
    UnknownOutcome,
    pending,
)
from bot.core.reducer import evolve
from bot.core.thread import Closed, Thread
from bot.core.values import Proposal
from tests.crashpoints.fate import Death, Fate, Pass
from tests.crashpoints.scene import Scene
from tests.crashpoints.script import Story
from tests.simulation import judge, loop
from tests.simulation.chance import tamed
from tests.simulation.world import World

GLANCE_SECONDS = 0.5
LONGEST_SECONDS = 240.0
LAST_WORD = "done_for_now {'message': 'Done.'}"
End = dict[str, object]


@dataclass
class Played:
    """What came of one run."""

    found: list[str] = field(default_factory=list[str])
    end: End = field(default_factory=dict[str, object])
    passes: list[Pass] = field(default_factory=list[Pass])
    landed: list[tuple[Death, Pass]] = field(default_factory=list[tuple[Death, Pass]])
    tale: list[str] = field(default_factory=list[str])
    fell_at: list[int] = field(default_factory=list[int])
    """How many passes had begun at each death."""
    rested_at: int = 0
    """How many had begun when all first came to rest after a death."""

    @property
    def recovery(self) -> list[Pass]:
        """The passes from the last death to the first rest after the first."""
        return self.passes[self.fell_at[-1] : self.rested_at] if self.fell_at else []


def play(story: Story, deaths: Sequence[Death] = ()) -> Played:
    """The story once. The same deaths give the same run."""
    scene = Scene(story, lambda world, fault: Fate(world, deaths, fault))
    if deaths and deaths[0].number % 2:
        scene.crew.pause_seconds = 9.0
    fate = scene.fate
    played = Played(
        tale=scene.world.story, passes=fate.passes, landed=fate.landed, fell_at=fate.fell_at
    )
    try:
        with tamed(scene.world):
            loop.run(_whole(scene, played))
    except judge.Violation as violation:
        played.found.append(str(violation))
    for each in played.passes:
        each.task = None
    return played


async def _whole(scene: Scene, played: Played) -> None:
    fate = scene.fate
    scene.crew.begin()
    while True:
        await asyncio.sleep(GLANCE_SECONDS)
        threads = scene.world.threads()
        is_at_rest = _is_at_rest(scene.world, threads)
        if is_at_rest and played.landed and not played.rested_at:
            played.rested_at = len(played.passes)
        if is_at_rest:
            judge.surfaced(scene.world, threads)
        is_over = is_at_rest and scene.is_over() and all(map(_is_settled, threads))
        if is_over and not fate.is_sealed:
            break
        scene.go_on(threads)
        if asyncio.get_running_loop().time() > LONGEST_SECONDS:
            raise judge.Violation(f"it never ends: {_state(threads)}")
    played.found += [*judge.violations(scene.world), *_wrong_doubts(scene.world)]
    played.end = ended(scene.world)


def _is_settled(thread: Thread) -> bool:
    """Whether it waits for nobody and for no time."""
    return not (thread.paused or timers(thread) or pending(thread))


def _is_at_rest(world: World, threads: list[Thread]) -> bool:
    return bool(threads) and not world.server.wake and not any(map(next_effects, threads))


def _state(threads: list[Thread]) -> str:
    return "; ".join(f"{t.turn} {[(c.proposal.tool, c.phase) for c in t.calls]}" for t in threads)


# ---- what may be unknown -----------------------------------------------------------------------------------------
def _wrong_doubts(world: World) -> Iterator[str]:
    """An outcome is unknown exactly where a claim of what may not be repeated has no record of its end."""
    for name in world.server.logs:
        thread, left, ended = Thread(name), set[tuple[str, int]](), set[tuple[str, int]]()
        for event in world.log(name):
            before, thread = thread, evolve(thread, event)
            match event:
                case events.ToolStarted():
                    left.add((event.call, event.n))
                case events.ToolEnded():
                    ended.add((event.call, event.n))
                case events.OutcomeUnknown():
                    left.discard((event.call, event.n))
                    # One that comes late changes nothing, and nobody hears of it.
                    if (event.call, event.n) in ended and thread.calls != before.calls:
                        yield f"{event.call} ended and is called unknown"
                case _:
                    pass
        yield from (f"{call} was claimed and nothing says how it ended" for call, _ in left - ended)


# ---- how it ended ------------------------------------------------------------------------------------------------
def ended(world: World) -> End:
    """Everything that must be as it is without any death: outcomes, what was done and how often, what could be read."""
    calls, turns = dict[str, tuple[object, ...]](), list[object]()
    for name in sorted(world.server.logs):
        thread = Thread(name)
        for event in world.log(name):
            thread = evolve(thread, event)
            calls |= {
                call.id: (name, _named(call.proposal), _outcome(call.phase))
                for call in thread.calls
            }
        turns.append((name, type(thread.turn).__name__, thread.paused, thread.cancelled))
    return {
        "turns": turns,
        # A last word that somebody was quicker than is as good as one that was never chosen.
        "calls": sorted(map(str, (c for c in calls.values() if c[1:] != (LAST_WORD, "voided")))),
        "starts": _starts(world),
        "letters": sorted(world.server.letters),
        "shown": sorted({_read(each.message) for each in world.ledger.shown} - {""}),
    }


def _named(proposal: Proposal) -> str:
    return (
        f"{proposal.tool} {dict(proposal.arguments)}"
        if proposal.tool != "read_more"
        else "read_more"
    )


def _outcome(phase: object) -> object:
    """What a human says of it is as good as a result."""
    match phase:
        case Closed(outcome="happened" | "returned"):
            return "came about"
        case Closed(outcome="gave_up" | "failed"):
            return "came to nothing"
        case Closed(outcome):
            return outcome
        case _:
            return phase


def _starts(world: World) -> object:
    """What may not be repeated counts each time; what may, counts once."""
    once = {"look", "glance", "store"}
    counted = Counter(
        f"{start.thread} {start.tool} {dict(start.arguments)}" for start in world.ledger.starts
    )
    return sorted(
        (what, 1 if what.split()[1] in once else times) for what, times in counted.items()
    )


def _read(message: Outgoing) -> str:
    match message:
        case Say(text=text):
            return f"says {text}"
        case Question(question=text):
            return f"asks {text}"
        case Approval():
            return f"wants {message.tool} {dict(message.arguments)} approved {message.text}"
        case Hold():
            return f"holds {message.why}"
        case Notice():
            return f"notes {message.code}"
        case Reminder():
            return f"reminds {message.to}"
        case UnknownOutcome():
            return ""
