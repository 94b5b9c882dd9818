"""Grants, however unlikely the log: nothing begins under one that an independent reading of the log does not allow."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.effects import Run, Send, next_effects
from bot.core.events import Cancelled, Paused, Resumed, ToolStarted
from bot.core.reducer import evolve
from bot.core.thread import Asked, Call, Previewing, Ready, Started, Thinking, Thread
from bot.core.values import Card
from tests.core.build import Story, begun, card, gated, grantable
from tests.core.grant_oracle import is_allowed

WHERE = ("staging",) * 8 + ("production", 1, True)
BY = ("bob",) * 8 + ("carol", "carol", "alice", "mallory")
WORDS = ("please", "deny, no", "stop", "approve", "go on", "go on")
SEEDS = st.integers(0, 2**32)


def lived(seed: int) -> Story:
    """A life of one thread in which people grant often, and much comes between."""
    chance, story = Random(seed), begun()
    for _ in range(chance.randint(20, 80)):
        act(chance, story)
    return story


def act(chance: Random, story: Story) -> None:
    """What comes next: most often what leads somewhere."""
    if next_effects(story.thread) and chance.random() < 0.93:
        _do(chance, story)
    elif chance.random() < 0.7:
        _decide(chance, story)
    else:
        _disturb(chance, story)


def _do(chance: Random, story: Story) -> None:
    """What a worker would do, now and then at the wrong time."""
    if isinstance(story.turn, Thinking):
        places = [gated(environment=chance.choice(WHERE), tag=chance.randint(1, 9)) for _ in "ab"]
        story.step(
            *places[: chance.choice((1, 1, 1, 2))],
            seen=story.thread.head - chance.choice((0,) * 9 + (1,)),
        )
        return
    for call in story.thread.calls:
        match call.phase:
            case Previewing():
                story.previewed(call.id, _card(chance))
                return
            case Started():
                story.ended(call.id, chance.choice(("returned",) * 5 + ("failed",)))
                return
            case Ready() | Asked(shown=None):
                _move(chance, story, call)
                return
            case _:
                pass


def _move(chance: Random, story: Story, call: Call) -> None:
    sends = [effect.key for effect in next_effects(story.thread) if isinstance(effect, Send)]
    if sends and chance.random() < 0.9:
        chance.choice((story.delivered,) * 9 + (story.undelivered,))(sends[0])
    else:
        story.started(call.id, call.n + chance.choice((0,) * 9 + (1,)))


def _card(chance: Random) -> Card:
    shown = grantable(
        chance.choice((1, 60, 60)),
        shown=card(
            approvers=chance.choice((("bob", "carol"),) * 4 + (("alice", "bob"), ("carol",))),
            quorum=chance.choice((1,) * 9 + (2,)),
            self_approval=chance.random() < 0.2,
            deadline_seconds=None,
        ),
    )
    changed = {"agent": "as it is now"} if chance.random() < 0.05 else {}
    outside = {"outside": {"tag": "look"}} if chance.random() < 0.1 else {}
    return shown.model_copy(update={**changed, **outside})


def _decide(chance: Random, story: Story) -> None:
    calls = [call for call in story.thread.calls if isinstance(call.phase, Asked)]
    calls = calls or list(story.thread.calls)
    if not calls:
        return
    request, by = chance.choice(calls).request, chance.choice(BY)
    match chance.choice(("grant",) * 12 + ("approve", "deny", "edit", "answer")):
        case "grant":
            story.grant(request, chance.choice((1, 30, 30, 60, 60, 61)), by)
        case "edit":
            story.edit(request, by, tag=0)
        case "answer":
            story.answer(request, "retry", by)
        case "deny":
            story.deny(request, by)
        case _:
            story.approve(request, by)


def _disturb(chance: Random, story: Story) -> None:
    calls = story.thread.calls
    match chance.randint(0, 9):
        case 0:
            story.message(chance.choice(WORDS), chance.choice(("alice", "bob", "carol")))
        case 1:
            story.noted("go on", chance.choice(("dave", "bob")))
        case 2 if calls:
            story.voided(chance.choice(calls).id)
        case 3:
            story.happens(chance.choice((Paused, Resumed, Resumed, Cancelled)))
        case 4:
            story.tell(chance.choice(story.log))
        case 5 if calls:
            story.unknown(chance.choice(calls).id)
        case 6 if chance.random() < 0.1:
            story.forked()
        case 7:
            story.message("go on", "alice")
        case _:
            story.wait(chance.choice((1, 20, 70, 2_000)))


def claims(story: Story) -> list[tuple[int, Call]]:
    """Where a call began under a grant."""
    thread, found = Thread("T"), list[tuple[int, Call]]()
    for at, event in enumerate(story.log):
        before, thread = thread, evolve(thread, event)
        if not isinstance(event, ToolStarted):
            continue
        old, new = before.call(event.call), thread.call(event.call)
        begins = old and new and isinstance(old.phase, Ready) and isinstance(new.phase, Started)
        if old and old.granted and begins:
            found.append((at, old))
    return found


@given(SEEDS)
@example(112227)  # A grant whose giver may ask, and a later card whose askers may not approve.
def test_nothing_begins_under_a_grant_that_the_log_does_not_allow(seed: int) -> None:
    story = lived(seed)
    for at, _ in claims(story):
        assert is_allowed(story.log, at, "T")


@given(SEEDS)
def test_nothing_is_due_under_a_grant_of_which_the_thread_was_not_told(seed: int) -> None:
    story = lived(seed)
    for effect in next_effects(story.thread):
        if isinstance(effect, Run) and (granted := story.call(effect.call).granted):
            assert granted.told
            assert f"{effect.call}~granted" in {getattr(row, "key", "") for row in story.log}


def test_such_lives_come_where_it_matters() -> None:
    """Else the two above would say nothing: of 300 lives many have a call that began under a grant, and many one that did not."""
    seen = Counter[str]()
    for seed in range(300):
        story = lived(seed)
        seen["begun"] += len(claims(story))
        seen["over"] += any("grant" in call.anew for call in story.thread.calls)
    assert seen["begun"] > 40, seen
    assert seen["over"] > 4, seen
