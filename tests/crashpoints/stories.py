"""Stories: scripted lives of a thread. Together they pass every await of the engine that leads to the outside."""

from __future__ import annotations

from pydantic import JsonValue

from bot.core import events
from bot.core.codec import digest
from bot.model.port import ModelFailed
from tests.crashpoints.scene import Scene
from tests.crashpoints.script import (
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


def is_renewed(scene: Scene) -> bool:
    return scene.crew.is_renewed


def is_shown(tool: str) -> When:
    return lambda scene: scene.card(tool, 1) is not None


def is_told(scene: Scene) -> bool:
    logs = (scene.world.log(thread) for thread in scene.world.server.logs)
    return any(isinstance(event, events.DeliveryFailed) for log in logs for event in log)


def cancels(when: When) -> Beat:
    return does(lambda scene: scene.frame(events.Cancelled), when)


# ---- the stories ---------------------------------------------------------------------------------------------
READS = (
    Story("a read", once(job("look", "a")), (ASKED,)),
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
    ("also", use(job("note", "b"))),
    ("note-b-done|<happened", done()),
)
LATE_WORD = Story("a word after the end", TWO_WORDS, (ASKED, says("also", shown("Done"))))
VOID_WORD = Story("a word while a tool runs", MORE_WORK, (ASKED, says("also", started("note"))))
LATE_VOID_WORD = Story("a word after the end", MORE_WORK, (ASKED, says("also", shown("Done"))))
WORDS = (
    Story(
        "a word while a tool runs",
        TWO_WORDS,
        (ASKED, says("also", started("note"))),
        as_good=(LATE_WORD,),
    ),
    Story(
        "a word while the model thinks",
        MORE_WORK,
        (ASKED, says("also", is_thought_about)),
        as_good=(VOID_WORD, LATE_VOID_WORD),
    ),
    Story(
        "a cancellation while a tool runs",
        SLOW,
        (ASKED, cancels(started("note"))),
        as_good=(Story("a cancellation of what is done", SLOW, (ASKED, cancels(shown("Done")))),),
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
        faults=(Once(Fault("refuse"), "channel", "send", "before", 5),),
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
    "reads and writes": (*READS, *WRITES),
    "approvals and waits": (*APPROVALS, *WAITS),
    "words, deliveries and processes": (*WORDS, *DELIVERIES, *PROCESSES),
}
STORIES = tuple(story for part in PARTS.values() for story in part)
