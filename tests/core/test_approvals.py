"""Approvals: every refusal is one sentence its author can act on."""

from __future__ import annotations

import pytest

from bot.core.approvals import choices, may_approve, may_retry_at, pick, requesters
from bot.core.values import Proposal
from tests.core.build import asking, begun, card, doubtful, question, working


def test_may_approve_says_whose_approval_would_count() -> None:
    story, request = asking(card(approvers=("alice", "bob", "carol")))
    story.edit(request, by="carol", size=1)
    call = story.call(request)
    assert call.card is not None
    assert requesters(story.thread, call) == ("alice", "carol")
    may = [
        may_approve(story.thread, call, call.card, person)
        for person in ("alice", "bob", "carol", "dave", "")
    ]
    assert may == [False, True, False, False, False]


def test_may_approve_follows_self_approval() -> None:
    story, request = asking(card(approvers=("alice",), self_approval=True))
    call = story.call(request)
    assert call.card is not None
    assert may_approve(story.thread, call, call.card, "alice")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"choices": ["red", 2]}, ("red", "2")),
        ({"choices": []}, ()),
        ({"choices": "red"}, ()),
        ({"format": "yes_no"}, ("Yes", "No")),
        ({"format": "free_text"}, ()),
        (None, ()),
        ("red", ()),
    ],
)
def test_a_question_offers_its_choices(options: object, expected: tuple[str, ...]) -> None:
    ask = Proposal.model_validate(
        {"kind": "question", "tool": "ask", "arguments": {"options": options}}
    )
    story, (call,) = working(ask)
    assert choices(story.call(call)) == expected


def test_an_unknown_outcome_offers_three_ways_by_label_number_or_keyword() -> None:
    story, request = doubtful()
    call = story.call(request)
    assert choices(call) == ("It happened", "Try again", "Give up")
    picked = [
        pick(call, text)
        for text in ("It happened", "2", "give up", "give-up", "RETRY", "happened", "no")
    ]
    assert picked == ["happened", "retry", "give-up", "give-up", "retry", "happened", None]


def test_a_try_cannot_still_be_running_after_its_time_limit() -> None:
    story, request = doubtful()
    call = story.call(request)
    assert may_retry_at(call) == call.started_at + 60_000


def test_a_question_takes_answers_of_those_asked_on_its_current_version() -> None:
    story, (call,) = working(question("red"))
    story.approve(f"{call}-v1", by="alice")
    assert "takes an answer" in story.refusal()
    story.answer(f"{call}-v1", "red", by="mallory")
    assert "mallory" in story.refusal()
    story.answer(f"{call}-v2", "red")
    assert "out of date" in story.refusal()
    story.answer(f"{call}-v1", "any words", by="alice")
    assert story.call(call).phase.text == "any words"  # type: ignore[union-attr]  # an answered call is closed
    story.answer(f"{call}-v1", "red")
    assert story.refusal() == "This was already answered by alice."


def test_a_question_to_nobody_says_what_to_do() -> None:
    story, (call,) = working(question(asked=()))
    story.answer(f"{call}-v1", "red")
    assert "name approvers" in story.refusal()


def test_a_request_of_another_thread_is_none_of_ours() -> None:
    story = begun()
    story.approve("U-1-0-v1")
    assert "no such request" in story.refusal()


def test_somebody_without_a_name_is_not_allowed() -> None:
    story, request = asking()
    story.deny(request, by="")
    assert story.refusal() == "Somebody unknown is not among those who may decide this: bob, carol."


def test_an_unknown_outcome_takes_one_of_three_words() -> None:
    story, request = doubtful()
    story.answer(request, "maybe")
    assert story.refusal() == "This takes one of: happened, retry, give-up."
