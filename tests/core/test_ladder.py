"""Ladder: who is told next, and when, is a function of the thread and of what stands on the card."""

from __future__ import annotations

from bot.core.ladder import Step, ladder, next_step
from bot.core.values import Card, Deputy, Rung
from tests.core.build import Story, asking, card, gated, question, working

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
