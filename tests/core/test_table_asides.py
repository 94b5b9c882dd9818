"""What somebody who is asked says instead of deciding: it is on record, and decides nothing."""

from __future__ import annotations

import pytest

from bot.core import asides
from bot.core.effects import timers
from bot.core.thread import Asked, Ready
from bot.core.values import Aside
from tests.core.build import Story, asking, card, doubtful, question, stand_by, working


def put_off(story: Story, request: str, word: str, by: str = "bob", **more: object) -> None:
    assert word in ("pass", "later", "ignore")
    story.verdict(request, word, by, **more)  # pyright: ignore[reportArgumentType]


def test_it_is_on_record_who_passed_a_request_to_whom() -> None:
    story, request = asking()
    put_off(story, request, "pass", to="carol")
    assert story.call(request).asides == (Aside(by="bob", word="pass", to="carol"),)
    assert story.outcome(request) == "Asked"


@pytest.mark.parametrize("word", ["pass", "later", "ignore"])
def test_whoever_put_it_off_may_still_decide(word: str) -> None:
    story, request = asking()
    put_off(story, request, word, to="carol", until=story.now + 60_000)
    story.approve(request, by="bob")
    assert story.phase(request) == Ready()


def test_later_moves_no_deadline() -> None:
    story, request = asking()
    deadline = timers(story.thread)[request]
    put_off(story, request, "later", until=story.now + 60_000)
    assert timers(story.thread)[request] == deadline
    assert story.call(request).asides == (
        Aside(by="bob", word="later", until=story.now - 1000 + 60_000),
    )


def test_what_somebody_said_last_takes_the_place_of_what_they_said_before() -> None:
    story, request = asking()
    put_off(story, request, "ignore", by="carol")
    put_off(story, request, "ignore")
    put_off(story, request, "pass", to="carol")
    assert [each.word for each in story.call(request).asides] == ["ignore", "pass"]


def test_those_who_will_not_decide_are_not_waited_for() -> None:
    story, request = asking()
    put_off(story, request, "ignore")
    assert asides.waits_for(story.call(request)) == ("carol",)
    put_off(story, request, "ignore", by="carol")
    assert asides.waits_for(story.call(request)) == ("bob", "carol")


@pytest.mark.parametrize(
    ("word", "more", "sentence"),
    [
        (
            "pass",
            {"to": "mallory"},
            "mallory may not decide this either; it is asked of bob, carol.",
        ),
        ("pass", {}, "Whoever has no name may not decide this either"),
        ("pass", {"to": "bob"}, "It is passed to somebody else who is asked: carol."),
        ("later", {"until": 5}, "That time has passed"),
        ("later", {}, "That time has passed"),
        (
            "later",
            {"until": 1_000_604_000},
            "Its deadline is 1970-01-12 13:56 UTC; later takes a time before",
        ),
        ("ignore", {"by": "mallory"}, "mallory is not among those who may decide this"),
        ("ignore", {"digest": "another"}, "What was decided on is not what would run"),
    ],
)
def test_what_does_not_fit_is_refused(word: str, more: dict[str, str], sentence: str) -> None:
    story, request = asking()
    put_off(story, request, word, **more)
    assert sentence in story.refusal()
    assert story.call(request).asides == ()


def test_an_old_card_is_not_put_off() -> None:
    story, request = asking()
    story.message("hm")
    story.previewed(request)
    put_off(story, request, "ignore")
    assert "out of date" in story.refusal()


def test_what_is_over_is_not_put_off() -> None:
    story, request = asking()
    story.wait(600)
    put_off(story, request, "ignore")
    assert story.refusal() == "The deadline for this has passed."


def test_a_request_is_passed_on_by_the_channels_of_its_policy_alone() -> None:
    story, request = asking(card().model_copy(update={"channels": ("slack",)}))
    put_off(story, request, "pass", to="carol", channel="email")
    assert story.refusal() == "This is decided by slack alone."
    put_off(story, request, "ignore", channel="email")
    assert [each.word for each in story.call(request).asides] == ["ignore"]


def test_a_question_is_passed_on_among_those_who_are_asked() -> None:
    story, (call,) = working(question(asked=("alice", "bob")))
    put_off(story, f"{call}-v1", "pass", by="alice", to="bob")
    assert story.call(call).asides == (Aside(by="alice", word="pass", to="bob"),)


def test_an_unknown_outcome_takes_an_answer_alone() -> None:
    story, request = doubtful()
    put_off(story, request, "ignore", by="alice")
    assert "it takes an answer, not ignore" in story.refusal()


def test_a_step_in_flight_that_has_not_seen_it_counts() -> None:
    story, request = asking()
    story.message("hm")
    story.previewed(request)
    head = story.thread.head
    put_off(story, f"{request.removesuffix('-v1')}-v2", "ignore")
    story.step(stand_by(), seen=head)
    assert isinstance(story.phase(request), Asked)
    assert story.thread.stepped > head


def test_it_outlasts_a_new_showing_of_the_same_call() -> None:
    story, request = asking()
    put_off(story, request, "ignore")
    story.message("hm")
    story.previewed(request)
    assert asides.waits_for(story.call(request)) == ("carol",)
