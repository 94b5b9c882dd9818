"""Stories: scripted lives of a thread. Together they pass every await of the engine that leads to the outside."""

from __future__ import annotations

from dataclasses import replace

from pydantic import JsonValue

from bot.core import events
from bot.core.codec import digest
from bot.core.house import HOUSE
from bot.engine.curb import WAITING
from bot.model.port import ModelFailed
from tests.crashpoints.cast import SPOILT
from tests.crashpoints.scene import Scene
from tests.crashpoints.script import (
    SWIFT,
    Beat,
    Line,
    Once,
    Story,
    Trouble,
    Use,
    When,
    always,
    answers,
    does,
    done,
    job,
    never,
    presses,
    says,
    shown,
    started,
    use,
)
from tests.simulation.world import Fault

OVER = "<result|<happened|<error|<given_up|<denied|<answer|<expired|<elapsed|<approved"
ASKED = says("please")
LARGE = digest("look-a-done" + "." * 30_000)[:16]


def once(*calls: Use) -> tuple[Line, ...]:
    """A model that makes these calls, and is done whatever comes of them."""
    return ("please", use(*calls)), (OVER, done())


def ask(question: str = "Which?") -> Use:
    options: JsonValue = {"format": "multiple_choice", "choices": ["red", "blue"], "ask": ["bob"]}
    return "request_human_input", {"question": question, "options": options}


# ---- what people wait for ------------------------------------------------------------------------------------
def is_thought_about(scene: Scene) -> bool:
    asked = (each for each in scene.fate.passes if each.port == "model")
    return any("after" not in each.states for each in asked)


def is_paused_and_still(scene: Scene) -> bool:
    threads = scene.world.threads()
    return all(thread.paused for thread in threads) and not scene.world.server.wake


def is_halted(scene: Scene) -> bool:
    return any(isinstance(event, events.Halted) for event in written(scene))


def is_held_back(scene: Scene) -> bool:
    """Or it was all done before the halt that a death had put off came in."""
    is_late = any(isinstance(event, events.Halted) for event in scene.world.log(HOUSE))
    is_still = not scene.world.server.wake and not scene.world.server.timers
    held = any(name == WAITING for _, name in scene.world.server.timers)
    return held or (is_late and is_still)


def is_renewed(scene: Scene) -> bool:
    return scene.crew.is_renewed


def is_shown(tool: str) -> When:
    return lambda scene: scene.card(tool, 1) is not None


def written(scene: Scene) -> list[events.Event]:
    return [event for thread in scene.world.server.logs for event in scene.world.log(thread)]


def is_told(scene: Scene) -> bool:
    return any(isinstance(event, events.DeliveryFailed) for event in written(scene))


def is_delivered(scene: Scene) -> bool:
    return any(isinstance(event, events.Delivered) for event in written(scene))


def is_dead(scene: Scene) -> bool:
    return any(letter.is_dead for letter in scene.world.server.letters.values())


def is_revived(scene: Scene) -> bool:
    return "revive" in scene.did


def is_buried(scene: Scene) -> bool:
    return SPOILT in scene.world.server.letters


def has_decided(times: int) -> When:
    return lambda scene: len(steps(scene)) >= times


def steps(scene: Scene) -> list[events.StepDecided]:
    return [event for event in written(scene) if isinstance(event, events.StepDecided)]


def is_summed_up(scene: Scene) -> bool:
    return any(isinstance(event, events.Compacted) for event in written(scene))


def is_asked_of_the_second(scene: Scene) -> bool:
    return any(step.model == "b-model" for step in steps(scene))


def is_left(scene: Scene) -> bool:
    return any("written by a newer version" in line for line in scene.world.story)


def is_undelivered(scene: Scene) -> bool:
    return bool(scene.world.server.letters)


def waits(when: When) -> Beat:
    """Nobody does anything, but the story is not over before this is so."""
    return does(lambda _: None, when)


def cancels(when: When) -> Beat:
    return does(lambda scene: scene.frame(events.Cancelled), when)


# ---- the stories ---------------------------------------------------------------------------------------------
READS = (
    Story("a read", once(job("look", "a")), (ASKED,)),
    Story("a read that ends at once", once(job("look", "a", "at once")), (ASKED,)),
    Story("a slow read", once(job("look", "a", "slow")), (ASKED,)),
    Story(
        "a worker that was stopped while the model thought",
        once(job("look", "a", "at once")),
        (ASKED,),
        faults=(Once(Fault("stall", 2.0), "model", "ask", "after"),),
    ),
    Story(
        "reads side by side",
        once(job("look", "a"), job("look", "b"), job("look", "c", "broken")),
        (ASKED,),
    ),
    Story("a read that is kept for a while", once(job("glance", "a")), (ASKED,)),
    Story(
        "a large result, and more of it",
        (
            ("please", use(job("look", "a", "large"))),
            ("look-a-done", use(("read_more", {"ref": LARGE, "page": 2}))),
            ("of: 2", done()),
        ),
        (ASKED,),
    ),
    Story("a picture that the model is shown", once(job("look", "a", "picture")), (ASKED,)),
    Story(
        "a listener that remembers how far it has read",
        once(job("look", "a")),
        (ASKED,),
        reads_on=True,
    ),
    Story("what is read first by configuration", (("", done()),), (says("please", agent="usher"),)),
)
A_WRITE = Story("a write", once(job("note", "a")), (ASKED,))
WRITES = (
    A_WRITE,
    Story(
        "two writes and a read",
        once(job("note", "a"), job("look", "b"), job("note", "b")),
        (ASKED,),
    ),
    Story("a write that fails", once(job("note", "a", "broken")), (ASKED,), unsure={1: "give-up"}),
    Story("an idempotent write", once(job("store", "a")), (ASKED,)),
    Story(
        "an idempotent write, unclear at first", once(job("store", "a", "unsure once")), (ASKED,)
    ),
    Story("an unknown outcome that happened", once(job("note", "a", "unsure once")), (ASKED,)),
    Story(
        "an unknown outcome that is tried again",
        once(job("note", "a", "unsure once")),
        (ASKED,),
        unsure={1: "retry"},
    ),
    Story(
        "an unknown outcome that is given up",
        once(job("note", "a", "unsure once")),
        (ASKED,),
        unsure={1: "give-up"},
    ),
    Story(
        "a worker that oversleeps its lease between claim and start",
        once(job("note", "a")),
        (ASKED,),
        faults=(Once(Fault("stall", 10.0), "store", "append claim", "after"),),
        as_good=(A_WRITE,),
    ),
    Story(
        "a worker that oversleeps its lease before a second try",
        once(job("note", "a", "unsure once")),
        (ASKED,),
        faults=(
            Once(Fault("stall", 10.0), "store", "append claim", "after", since=started("note")),
        ),
        unsure={1: "retry"},
    ),
)
APPROVALS = (
    Story("an approval", once(job("ship", "a")), (ASKED, presses("approve", "ship", "bob"))),
    Story("a denial", once(job("ship", "a")), (ASKED, presses("deny", "ship", "bob"))),
    Story("a preview that refuses", once(job("ship", "a", "refused")), (ASKED,)),
    Story(
        "an edit, and then two approve",
        once(job("launch", "a")),
        (
            ASKED,
            presses("edit", "launch", "mallory", item="b"),
            presses("approve", "launch", "bob", version=2),
            presses("approve", "launch", "carol", version=2),
        ),
    ),
    Story(
        "a pin that moves before the press",
        once(job("ship", "a")),
        (
            ASKED,
            does(Scene.restock, is_shown("ship")),
            presses("approve", "ship", "bob"),
            presses("approve", "ship", "carol", version=2),
        ),
    ),
    Story(
        "a verdict that does not count",
        once(job("ship", "a")),
        (ASKED, presses("approve", "ship", "mallory"), presses("approve", "ship", "bob")),
    ),
    Story(
        "a deploy under an open card",
        once(job("ship", "a")),
        (
            ASKED,
            does(lambda scene: scene.relieve("other approvers"), is_shown("ship")),
            Beat(is_renewed, lambda scene: scene.press("approve", "ship", 1, "mallory", {})),
            presses("approve", "ship", "bob", version=2),
        ),
    ),
)
WAITS = (
    Story("a question", once(ask()), (ASKED, answers("1"))),
    # Longer than two deaths can keep it from being seen.
    Story("a question that nobody answers", once(ask()), (ASKED,), question_seconds=40),
    Story("a sleep", once(("await", {"seconds": 3, "reason": "later"})), (ASKED,)),
    Story(
        "a model that is away for a while",
        once(job("look", "a")),
        (ASKED,),
        trouble=Trouble(
            lambda: ModelFailed("transient", "529", retry_seconds=2.0),
            lambda scene: scene.world.now() % 1_000_000 > 6_000,
        ),
    ),
    Story(
        "a model that refuses",
        once(job("look", "a")),
        (ASKED, answers("1", by="alice")),
        trouble=Trouble(lambda: ModelFailed("refusal", "no"), lambda scene: "1" in scene.did),
    ),
)
SLOW = once(job("note", "a", "slow"))
TWO_WORDS = (*SLOW, ("also", done("That too.")))
MORE_WORK = (
    *once(job("note", "a")),
    ("also", use(job("store", "b"))),
    ("store-b-done", done()),
)
LATE_WORD = Story("a word after the end", TWO_WORDS, (ASKED, says("also", shown("Done"))))
VOID_WORD = Story("a word while a tool runs", MORE_WORK, (ASKED, says("also", started("note"))))
EARLY_WORD = Story(
    "a word between a step and its claim",
    MORE_WORK,
    (ASKED, says("also", has_decided(1))),
    faults=(Once(Fault("delay", 2.0), "store", "append claim", "before"),),
)
LATE_VOID_WORD = Story("a word after the end", MORE_WORK, (ASKED, says("also", shown("Done"))))
# The message is out, its record is not: what comes in between finds it owed, and withdraws what people have read.
UNRECORDED = (Once(Fault("delay", 2.0), "channel", "send", "after"),)
SENT_WORD = Story(
    "a word between a message and its record",
    TWO_WORDS,
    (ASKED, says("also", shown("Done"))),
    faults=UNRECORDED,
)
WORDS = (
    Story(
        "a word while a tool runs",
        TWO_WORDS,
        (ASKED, says("also", started("note"))),
        as_good=(LATE_WORD, SENT_WORD),
    ),
    Story(
        "a word while the model thinks",
        MORE_WORK,
        (ASKED, says("also", is_thought_about)),
        as_good=(VOID_WORD, EARLY_WORD, LATE_VOID_WORD),
    ),
    Story(
        "a cancellation while a tool runs",
        SLOW,
        (ASKED, cancels(started("note"))),
        as_good=(
            Story("a cancellation of what is done", SLOW, (ASKED, cancels(shown("Done")))),
            Story(
                "a cancellation between a message and its record",
                SLOW,
                (ASKED, cancels(shown("Done"))),
                faults=UNRECORDED,
            ),
        ),
    ),
    Story(
        "a pause while a tool runs",
        SLOW,
        (
            ASKED,
            does(lambda scene: scene.frame(events.Paused), started("note")),
            does(lambda scene: scene.frame(events.Resumed), is_paused_and_still),
        ),
    ),
)
HALTS = (
    Story(
        "halted, and lifted while it comes to rest",
        once(job("note", "a")),
        (
            does(lambda scene: scene.switch(events.Halted), always),
            says("please", is_halted),
            does(lambda scene: scene.switch(events.Lifted), shown("halted")),
        ),
        faults=(
            Once(Fault("delay", 6.0), "store", "append fact+Delivered", "before"),
            # The house is slow to wake it: so it sees by itself, when it rests, that there is something new there.
            Once(Fault("delay", 9.0), "store", "hasten", "before", since=shown("halted")),
        ),
    ),
    Story(
        "halted while it works",
        once(job("note", "a"), job("note", "b")),
        (
            ASKED,
            does(lambda scene: scene.switch(events.Halted), started("note")),
            does(lambda scene: scene.switch(events.Lifted), is_held_back),
        ),
    ),
)
DELIVERIES = (
    Story(
        "a message that is bounced",
        (("please", done()), ("<undelivered", done("Once more."))),
        (ASKED,),
        faults=(Once(Fault("bounce"), "channel", "send", "before", 9, is_told),),
    ),
    Story(
        "a channel that is away too often",
        (("please", done()),),
        (ASKED,),
        faults=(Once(Fault("refuse"), "channel", "send", "before", 2),),
    ),
)
TROUBLES = (
    Story(
        "a store that is away for a moment",
        once(job("look", "a")),
        (ASKED,),
        faults=(Once(Fault("refuse"), "store", "append fact+ToolEnded", "before"),),
    ),
    Story(
        "a store that is slow to read",
        once(job("note", "a")),
        (ASKED,),
        faults=(Once(Fault("delay", 0.2), "store", "read", "before", 20),),
    ),
    Story(
        "a newer version that writes, and goes on",
        SLOW,
        (ASKED, does(Scene.write_newer, shown("Done")), does(Scene.read_newer, is_left)),
    ),
    Story(
        "a thread that is parked, and revived once its cause is gone",
        (("please", done()),),
        (ASKED, does(Scene.revive, is_dead)),
        faults=(Once(Fault("refuse"), "channel", "send", "before", 99, is_revived),),
        patience=replace(SWIFT, away_tries=2),
    ),
    Story(
        "a timer on what is no log",
        SLOW,
        (ASKED, does(Scene.spoil, started("note")), waits(is_buried)),
    ),
    Story(
        "a payload that nobody can read",
        (("please", done()),),
        (ASKED, does(Scene.bury, shown("Done"))),
    ),
    Story(
        "a card that cannot be shown, and a word meanwhile",
        (
            ("please", use(job("ship", "a"))),
            ("also", use(job("look", "b"))),
            ("look-b-done", use(("stand_by", {"message": "I wait."}))),
            ("ship-a-done|<happened", done()),
        ),
        (
            ASKED,
            says("also", is_undelivered),
            waits(shown("I wait")),
            presses("approve", "ship", "bob", version=2),
        ),
        faults=(Once(Fault("refuse"), "channel", "send", "before", 99, has_decided(2)),),
    ),
)
INDEXES = (
    Story(
        "a rebuild while a tool runs",
        SLOW,
        (ASKED, does(Scene.rebuild, started("note"))),
    ),
    Story(
        "a question whose timer is made anew from the log",
        once(ask()),
        (ASKED, does(Scene.lose_indexes, lambda scene: scene.asked() is not None)),
        question_seconds=40,
    ),
)
LENGTHS = (
    Story(
        "a fork that reads on in a large result",
        (
            ("please", use(job("look", "a", "large"))),
            ("look-a-done", done()),
            ("also", use(("read_more", {"ref": LARGE, "page": 2}))),
            ("of: 2", done("Read.")),
        ),
        (ASKED, does(lambda scene: scene.fork("also"), is_delivered)),
    ),
    Story(
        "a log that outgrows its budget",
        (
            ("please", use(job("look", "a"), job("look", "b"))),
            ("look-b-done", use(job("look", "c"), job("look", "d"))),
            ("look-d-done", done()),
        ),
        (ASKED, waits(is_summed_up)),
        context_tokens=190,
    ),
    Story(
        "a second model, asked because the first is out",
        once(job("look", "a")),
        (ASKED, waits(is_asked_of_the_second)),
        trouble=Trouble(lambda: ModelFailed("unavailable", "gone"), never, of="a-model"),
        second="b-model",
    ),
)
PROCESSES = (
    Story(
        "a worker that is told to leave",
        SLOW,
        (ASKED, does(Scene.relieve, started("note"))),
    ),
    Story(
        "two threads side by side",
        once(job("note", "a"), job("look", "b")),
        (ASKED, says("please", thread=1)),
    ),
    Story(
        "a thread begun at a terminal, and a look at all of them",
        once(job("look", "a")),
        (does(lambda scene: scene.launch("please"), always), does(Scene.look, shown("Done"))),
    ),
)
PARTS: dict[str, tuple[Story, ...]] = {
    "reads, writes and long logs": (*READS, *WRITES, *LENGTHS),
    "approvals, waits, halts and indexes": (*APPROVALS, *WAITS, *HALTS, *INDEXES),
    "words, deliveries, troubles and processes": (*WORDS, *DELIVERIES, *TROUBLES, *PROCESSES),
}
STORIES = tuple(story for part in PARTS.values() for story in part)
