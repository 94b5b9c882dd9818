"""Ladder: who is told next, and when, is a function of the thread and of what stands on the card."""

from __future__ import annotations

import pytest

from bot.core.effects import Send, timers
from bot.core.ladder import Step, keys, ladder, next_step, owed, timer
from bot.core.outbox import Approval, Reminder, address, message, pending
from bot.core.phrases import Language
from bot.core.thread import Asked, Previewing, Ready
from bot.core.values import Card, Deputy, Proposal, Rung, Word
from tests.core.build import HERE, Story, asking, card, gated, question, working, write

HOUR = 3_600


def climbing(*rungs: Rung, deadline_seconds: int | None = 10 * HOUR) -> Card:
    dave = Deputy(person="dave", of="bob", since=0)
    return card(deadline_seconds=deadline_seconds).model_copy(
        update={"deputies": (dave,), "ladder": rungs}
    )


RUNGS = (
    Rung(after_seconds=2 * HOUR, kind="escalate", to=("deputy", "erin")),
    Rung(after_seconds=HOUR),
)


def begun(story: Story) -> int:
    return story.log[-2].at


def test_steps_come_in_the_order_of_time_counted_from_when_it_was_asked() -> None:
    story, request = asking(climbing(*RUNGS))
    remind, escalate = ladder(story.thread, story.call(request))
    assert remind == Step(begun(story) + HOUR * 1000, "remind", ("bob", "carol"))
    assert escalate == Step(begun(story) + 2 * HOUR * 1000, "escalate", ("dave", "erin"))


def test_the_next_step_is_the_first_after_that_time() -> None:
    story, request = asking(climbing(*RUNGS))
    call = story.call(request)
    first = next_step(story.thread, call, story.now)
    assert first is not None
    second = next_step(story.thread, call, first.at)
    assert second is not None
    assert (first.kind, second.kind) == ("remind", "escalate")
    assert next_step(story.thread, call, second.at) is None


def test_whoever_voted_or_may_not_approve_is_not_told() -> None:
    two = climbing(Rung(after_seconds=HOUR)).model_copy(
        update={"quorum": 2, "approvers": ("alice", "bob", "carol")}
    )
    story, request = asking(two)
    story.approve(request, "bob")
    [step] = ladder(story.thread, story.call(request))
    assert step.to == ("carol",)


def test_what_would_come_after_the_deadline_or_reach_nobody_is_no_step() -> None:
    late = climbing(Rung(after_seconds=10 * HOUR), Rung(after_seconds=1, kind="escalate", to=()))
    story, request = asking(late)
    assert ladder(story.thread, story.call(request)) == ()


def test_without_a_deadline_it_is_counted_from_when_the_card_was_shown() -> None:
    story, request = asking(climbing(*RUNGS[1:], deadline_seconds=None))
    assert ladder(story.thread, story.call(request))[0].at == story.now + HOUR * 1000


def test_a_card_that_nobody_was_shown_and_what_is_no_approval_have_no_steps() -> None:
    story, (call, asked) = working(gated(), question("v1"))
    assert ladder(story.thread, story.call(call)) == ()
    assert ladder(story.thread, story.call(asked)) == ()
    story.previewed(call, climbing(*RUNGS, deadline_seconds=None))
    assert ladder(story.thread, story.call(call)) == ()
    story.approve(f"{call}-v1")
    assert ladder(story.thread, story.call(call)) == ()


# ---- what is asked of people without a card --------------------------------------------------------------------------
def put(*rungs: Rung, deadline_seconds: int | None = 10 * HOUR) -> Proposal:
    asked = question("v1", asked=("alice", "bob"), deadline_seconds=deadline_seconds)
    return asked.model_copy(update={"ladder": rungs})


def test_a_question_is_asked_again_as_an_approval_is() -> None:
    story, (asked,) = working(put(*RUNGS, Rung(after_seconds=3 * HOUR, to=("bob",))))
    story.shown()
    steps = ladder(story.thread, story.call(asked))
    assert [(step.kind, step.to) for step in steps] == [
        ("remind", ("alice", "bob")),
        ("escalate", ("erin",)),  # Nobody stands in for somebody who is only asked.
        ("remind", ("bob",)),
    ]


def test_what_may_have_happened_is_not_reminded_of() -> None:
    story, request = asking(climbing(*RUNGS))
    story.approve(request)
    call = request.removesuffix("-v1")
    story.started(call)
    story.unknown(call)
    assert ladder(story.thread, story.call(call)) == ()


# ---- who is left out -------------------------------------------------------------------------------------------------
def test_a_step_that_names_people_reminds_those_alone() -> None:
    story, request = asking(climbing(Rung(after_seconds=HOUR, to=("carol",))))
    assert ladder(story.thread, story.call(request))[0].to == ("carol",)


def test_a_deputy_who_is_named_and_may_not_decide_is_not_told() -> None:
    of_alice = Deputy(person="dave", of="alice", since=0)
    rung = Rung(after_seconds=HOUR, kind="escalate", to=("dave", "erin"))
    barred = card(approvers=("alice", "bob"), deadline_seconds=10 * HOUR)
    story, request = asking(barred.model_copy(update={"deputies": (of_alice,), "ladder": (rung,)}))
    assert ladder(story.thread, story.call(request))[0].to == ("erin",)


def test_whoever_wants_to_hear_of_it_later_does_so_then_and_not_before() -> None:
    story, request = asking(climbing(*RUNGS[1:]))
    until = story.now + 5 * HOUR * 1000
    story.verdict(request, "later", "bob", until=until)
    assert [(step.at, step.to) for step in ladder(story.thread, story.call(request))] == [
        (begun_of(story, request) + HOUR * 1000, ("carol",)),
        (until, ("bob",)),
    ]


@pytest.mark.parametrize("word", ["pass", "ignore"])
def test_whoever_leaves_it_to_others_is_not_reminded_while_there_is_one(word: Word) -> None:
    story, request = asking(climbing(*RUNGS[1:]))
    # A time beside it says nothing: only `later` takes one.
    said = story.now + 5 * HOUR * 1000
    story.verdict(request, word, "bob", to="carol", until=said)
    assert [step.to for step in ladder(story.thread, story.call(request))] == [("carol",)]
    story.verdict(request, word, "carol", to="bob")
    assert ladder(story.thread, story.call(request))[0].to == ("bob", "carol")


@pytest.mark.parametrize("word", ["pass", "ignore"])
def test_whoever_leaves_it_to_too_few_who_may_approve_it_is_reminded_all_the_same(
    word: Word,
) -> None:
    """Alice asked for it, so she can do no more than deny; and one who has approved approves no second time."""
    both = climbing(*RUNGS[1:]).model_copy(update={"approvers": ("alice", "carol")})
    two = climbing(*RUNGS[1:]).model_copy(update={"quorum": 2})
    for of, first in ((both, ""), (two, "bob")):
        story, request = asking(of)
        if first:
            story.approve(request, first)
        story.verdict(request, word, "carol", to=first or "alice")
        assert [step.to for step in ladder(story.thread, story.call(request))] == [("carol",)]


def begun_of(story: Story, request: str) -> int:
    phase = story.phase(request)
    assert isinstance(phase, Asked)
    assert phase.until is not None
    return phase.until - 10 * HOUR * 1000


# ---- driven by a timer -----------------------------------------------------------------------------------------------
def climb(story: Story, request: str, hours: float) -> None:
    """The timer of the request, so long after it was asked."""
    story.now = begun_of(story, request) + int(hours * HOUR * 1000) - 1000
    story.fired(timer(story.call(request)))


def owes(story: Story) -> list[str]:
    return [effect.key for effect in story.effects if isinstance(effect, Send)]


def test_each_step_has_its_timer_one_after_the_other_beside_the_deadline() -> None:
    story, request = asking(climbing(*RUNGS))
    at = begun_of(story, request)
    name = timer(story.call(request))
    assert timers(story.thread) == {request: at + 36_000_000, name: at + HOUR * 1000}
    climb(story, request, 1)
    assert timers(story.thread) == {request: at + 36_000_000, name: at + 2 * HOUR * 1000}
    climb(story, request, 2)
    assert timers(story.thread) == {request: at + 36_000_000}


def test_a_reminder_is_owed_until_it_is_delivered_and_then_no_more() -> None:
    story, request = asking(climbing(*RUNGS))
    turn, heard = story.turn, story.thread.heard
    climb(story, request, 1)
    [key] = owes(story)
    assert keys(story.call(request)) == (key,)
    said = message(story.thread, key)
    assert isinstance(said, Reminder)
    assert said == Reminder(key, request, said.text, ("bob", "carol"))
    assert address(story.thread, key) == HERE
    story.delivered(key)
    assert owes(story) == []
    assert keys(story.call(request)) == ()
    assert message(story.thread, key) is None
    climb(story, request, 1)  # The same timer, told twice.
    assert owes(story) == []
    assert (story.turn, story.thread.heard) == (turn, heard), "nobody said or decided anything"


def test_what_cannot_be_delivered_is_owed_no_more_and_the_thread_hears_of_it() -> None:
    story, request = asking(climbing(*RUNGS))
    climb(story, request, 1)
    story.undelivered(owes(story)[0])
    assert [notice.code for notice in story.thread.notices] == ["undelivered"]
    assert owes(story) == [story.thread.notices[0].key]


def test_a_timer_that_comes_too_early_reminds_nobody() -> None:
    story, request = asking(climbing(*RUNGS))
    before = story.call(request)
    climb(story, request, 0.5)
    assert story.call(request) == before


def test_steps_that_came_due_while_nobody_was_there_are_told_in_one() -> None:
    story, request = asking(climbing(*RUNGS))
    climb(story, request, 3)
    [key] = owes(story)
    said = message(story.thread, key)
    assert isinstance(said, Reminder)
    assert (said.to, said.apart) == (("bob", "carol", "dave", "erin"), True)


def test_what_could_not_be_sent_in_time_is_told_first_and_under_its_own_key() -> None:
    story, request = asking(climbing(*RUNGS))
    climb(story, request, 1)
    [first] = owes(story)
    climb(story, request, 2)
    assert owes(story) == [first], "it may have been told before a crash, and is looked for"
    said = message(story.thread, first)
    assert isinstance(said, Reminder)
    assert said.to == ("bob", "carol")
    story.delivered(first)
    [second] = owes(story)
    said = message(story.thread, second)
    assert isinstance(said, Reminder)
    assert said.to == ("dave", "erin")
    story.delivered(second)
    assert owes(story) == []


def test_the_first_is_told_in_the_thread_and_the_second_to_each_alone_too() -> None:
    story, request = asking(climbing(Rung(after_seconds=HOUR), Rung(after_seconds=2 * HOUR)))
    apart = list[bool]()
    for hours in (1, 2):
        climb(story, request, hours)
        said = message(story.thread, owes(story)[0])
        assert isinstance(said, Reminder)
        apart.append(said.apart)
        story.shown()
    assert apart == [False, True]


def test_whoever_approved_since_is_not_told() -> None:
    two = climbing(Rung(after_seconds=HOUR)).model_copy(update={"quorum": 2})
    story, request = asking(two)
    climb(story, request, 1)
    story.approve(request, "bob")
    reminder = owed(story.call(request))
    assert reminder is not None
    assert reminder.to == ("carol",)


def test_nobody_is_reminded_of_what_is_decided() -> None:
    story, request = asking(climbing(*RUNGS))
    climb(story, request, 1)
    story.approve(request)
    assert story.phase(request) == Ready()
    assert owes(story) == []
    assert timer(story.call(request)) not in timers(story.thread)


def test_a_question_that_is_put_anew_reminds_by_itself_but_escalates_all_the_same() -> None:
    story, (asked,) = working(put(*RUNGS))
    story.shown()
    request = f"{asked}-v1"
    climb(story, request, 1)
    story.message("a word", by="zoe")
    again = story.call(asked).request
    story.shown()
    assert owes(story) == []
    climb(story, again, 2)
    story.message("another word", by="zoe")
    assert not any("remind" in key for key in owes(story)), "nothing before the question is there"
    story.shown()
    reminder = owed(story.call(asked))
    assert reminder is not None
    assert reminder.to == ("erin",)


def test_what_came_due_together_is_told_to_others_alone_once_the_request_stands_there_anew() -> (
    None
):
    story, (asked,) = working(put(*RUNGS))
    story.shown()
    climb(story, f"{asked}-v1", 3)
    story.message("a word", by="zoe")
    story.shown()
    reminder = owed(story.call(asked))
    assert reminder is not None
    assert reminder.to == ("erin",), "whoever is asked has the new one before them"


def test_a_card_that_is_shown_anew_calls_deputies_and_nobody_who_was_asked_before() -> None:
    story, request = asking(climbing(*RUNGS))
    climb(story, request, 3)
    call = story.call(request).id
    story.voided(call)
    story.previewed(call, climbing(*RUNGS).model_copy(update={"approvers": ("bob",)}))
    story.shown()
    reminder = owed(story.call(call))
    assert reminder is not None
    assert reminder.to == ("dave", "erin"), "carol was asked and is no more"


def test_nobody_is_reminded_where_all_who_would_be_have_approved_since() -> None:
    alone = climbing(Rung(after_seconds=HOUR, to=("bob",))).model_copy(update={"quorum": 2})
    story, request = asking(alone)
    climb(story, request, 1)
    story.approve(request, "bob")
    assert owes(story) == []


@pytest.mark.parametrize(
    ("language", "reminder", "others"),
    [
        ("en", "This still waits for a word from you: ", "others are told"),
        ("de", "Das wartet noch auf eine Antwort: ", "andere"),
    ],
)
def test_it_says_what_waits_and_until_when(language: Language, reminder: str, others: str) -> None:
    story, request = asking(climbing(*RUNGS))
    climb(story, request, 1)
    said = message(story.thread, owes(story)[0], language)
    assert isinstance(said, Reminder)
    (waiting,) = pending(story.thread)
    assert isinstance(waiting, Approval)
    until = waiting.until
    assert until is not None
    assert said.text.startswith(f"{reminder}{request} (deploy), ")
    assert said.text.endswith("1970-01-12 23:46 UTC")
    story.shown()
    climb(story, request, 2)
    said = message(story.thread, owes(story)[0], language)
    assert isinstance(said, Reminder)
    assert others in said.text


def test_where_there_is_no_deadline_none_is_named() -> None:
    story, request = asking(climbing(*RUNGS[1:], deadline_seconds=None))
    story.wait(HOUR)
    story.fired(timer(story.call(request)))
    said = message(story.thread, owes(story)[0])
    assert isinstance(said, Reminder)
    assert said.text.endswith(f"{request} (deploy)")


def test_a_reminder_of_what_was_decided_long_ago_leaves_alone_what_runs_now() -> None:
    """The call under way was forgotten, and with it that nobody knew its outcome (seed 697 of the simulation)."""
    story, request = asking(climbing(Rung(after_seconds=HOUR)))
    story.approve(request)
    story.ran(request.removesuffix("-v1"))
    (call,) = story.step(write())
    story.started(call)
    story.fired(f"{request}~remind")
    story.unknown(call)
    assert isinstance(story.phase(call), Previewing | Asked)
