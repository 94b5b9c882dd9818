"""Words answer what stood before their author when they were written, and nothing that came later."""

from __future__ import annotations

import pytest

from bot.core.effects import Run
from bot.core.thread import Asked, Held, Thinking
from bot.core.values import Limits
from tests.core.build import Story, begun, doubtful, question, read, stand_by, working

LATER = 2_000_000_000
EARLIER = LATER - 1


def asked(*choices: str) -> tuple[Story, str]:
    """A question that stands since LATER by the clock of its channel."""
    story, (ask,) = working(question(*choices))
    story.delivered(f"{ask}-v1", LATER)
    return story, ask


def in_doubt() -> tuple[Story, str]:
    """A write whose first try is over for certain, and whose outcome is asked since LATER."""
    story, request = doubtful()
    story.delivered(request, LATER)
    story.wait(60)
    return story, request


def held(limits: Limits) -> Story:
    """Held at a limit, which is asked since LATER."""
    story = begun()
    (look,) = story.step(read(), limits=limits, micro_usd=100)
    story.ended(look)
    assert isinstance(story.turn, Held)
    story.delivered(story.call(story.turn.request).request, LATER)
    return story


def test_words_that_are_older_than_a_question_do_not_answer_it() -> None:
    story, ask = asked("keep it", "DELETE it")
    story.message("2", written=EARLIER)
    assert story.outcome(ask) == "Asked"
    assert story.call(ask).version == 2
    assert story.turn == Thinking()


@pytest.mark.parametrize("written", [LATER, None])
def test_words_that_are_not_older_answer_it(written: int | None) -> None:
    story, ask = asked("red", "blue")
    story.message("2", written=written)
    assert story.outcome(ask) == "answered"


def test_words_answer_a_question_of_which_we_do_not_know_yet_that_it_stands_there() -> None:
    story, (ask,) = working(question("red", "blue"))
    story.message("2", written=LATER)
    assert story.outcome(ask) == "answered"


def test_of_two_questions_words_answer_the_one_that_stood_there() -> None:
    story, (one, other) = working(question(), question())
    story.delivered(f"{one}-v1", EARLIER)
    story.delivered(f"{other}-v1", LATER)
    story.message("blue", written=EARLIER)
    assert (story.outcome(one), story.outcome(other)) == ("answered", "Asked")


def test_whoever_names_a_question_has_seen_it() -> None:
    story, (ask,) = working(question())
    story.delivered(f"{ask}-v1")
    story.message("hm", by="dave")
    story.message(f"{ask}: blue", written=EARLIER)
    assert story.outcome(ask) == "answered"


@pytest.mark.parametrize("text", ["Try again", "2", "retry", "T-1-0: try again", "it happened"])
def test_words_that_are_older_than_an_unknown_outcome_settle_nothing(text: str) -> None:
    story, request = in_doubt()
    story.message(text, written=EARLIER)
    assert story.phase(request) == Asked("unknown")
    assert not any(isinstance(effect, Run) for effect in story.effects)
    assert story.turn == Thinking()


@pytest.mark.parametrize("text", ["Try again", "T-1-0: try again"])
def test_words_settle_no_unknown_outcome_of_which_nobody_was_told(text: str) -> None:
    story, request = doubtful()
    story.wait(60)
    story.message(text)
    assert story.phase(request) == Asked("unknown")


@pytest.mark.parametrize("text", ["Try again", "T-1-0-v2: try again"])
def test_words_that_saw_the_unknown_outcome_settle_it(text: str) -> None:
    story, _ = in_doubt()
    story.message(text, written=LATER)
    assert story.effects == (Run("T-1-0", 2, 1, claim=True),)


def test_a_second_doubt_is_not_settled_by_words_that_were_said_to_the_first() -> None:
    story, request = in_doubt()
    story.message("Try again", written=LATER)
    story.started(request, n=2)
    story.unknown(request, n=2)
    story.delivered(story.call(request).request, LATER + 60_000)
    story.wait(60)
    story.message("Try again", written=LATER + 1_000)
    assert story.phase(request) == Asked("unknown")
    assert story.call(request).n == 2


def test_words_that_are_older_than_a_hold_extend_nothing() -> None:
    story = held(Limits(micro_usd=100))
    story.message("Extend", written=EARLIER)
    assert isinstance(story.turn, Held)
    story.shown()
    story.message("Extend", written=story.now)
    assert story.turn == Thinking()


def test_words_that_are_older_than_a_hold_of_many_steps_wake_it_as_any_words_do() -> None:
    story = held(Limits(steps=1))
    story.message("Extend", written=EARLIER)
    assert story.turn == Thinking()
    story.step(stand_by())
    assert story.thread.refusals == ()
