"""The table, rows of what runs: at most one start, the order of writes, and what nobody knows."""

from __future__ import annotations

import pytest

from bot.core.effects import Doubt, Run, Send
from bot.core.events import Cancelled
from bot.core.outbox import UnknownOutcome, pending
from bot.core.thread import Asked, Closed, Idle, Ready, Started, Thinking, Working
from tests.core.build import Story, card, doubtful, gated, read, working, write


def test_a_write_is_claimed_before_it_runs() -> None:
    story, (call,) = working(write())
    assert story.effects == (Run(call, 1, 1, claim=True),)
    story.started(call)
    assert story.phase(call) == Started()


def test_a_read_is_never_claimed() -> None:
    story, (call,) = working(read())
    story.started(call)
    assert story.phase(call) == Ready()
    story.ended(call)
    assert story.outcome(call) == "returned"


def test_writes_go_one_by_one_in_the_order_proposed() -> None:
    story, (one, two) = working(write(), write())
    assert story.effects == (Run(one, 1, 1, claim=True),)
    story.started(two)
    assert story.phase(two) == Ready()
    story.ran(one)
    assert story.effects == (Run(two, 1, 1, claim=True),)


def test_an_approved_call_waits_for_the_writes_before_it() -> None:
    story, (first, second) = working(write(), gated())
    story.previewed(second)
    story.approve(f"{second}-v1")
    assert story.effects == (Run(first, 1, 1, claim=True),)
    story.started(second)
    assert story.phase(second) == Ready()


@pytest.mark.parametrize("outcome", ["failed", "denied", "expired", "gave_up"])
def test_a_change_that_did_not_come_about_voids_the_later_ones_cards_included(outcome: str) -> None:
    story, calls = working(
        read(), write("before"), gated("this"), gated("card"), write("after"), read()
    )
    story.ran(calls[1])
    story.previewed(calls[2])
    story.previewed(calls[3])
    match outcome:
        case "failed":
            story.approve(f"{calls[2]}-v1")
            story.ran(calls[2], "failed")
        case "denied":
            story.deny(f"{calls[2]}-v1")
        case "expired":
            story.wait(600)
            story.fired(f"{calls[2]}-v1")
        case _:
            story.approve(f"{calls[2]}-v1")
            story.started(calls[2])
            story.unknown(calls[2])
            story.answer(f"{calls[2]}-v2", "give-up")
    outcomes = [story.outcome(call) for call in calls]
    assert outcomes == ["Ready", "returned", outcome, "voided", "voided", "Ready"]


def test_what_happened_after_all_voids_nothing() -> None:
    story, (one, two) = working(write(), write())
    story.started(one)
    story.unknown(one)
    story.answer(f"{one}-v2", "happened")
    assert story.effects == (Run(two, 1, 1, claim=True),)


@pytest.mark.parametrize(("n", "run"), [(2, 1), (1, 2), (0, 1)])
def test_a_claim_under_another_number_is_none(n: int, run: int) -> None:
    story, (call,) = working(write())
    story.started(call, n, run)
    assert story.phase(call) == Ready()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_result_of_what_never_started_is_none(n: int) -> None:
    story, (call,) = working(write())
    story.ended(call, n=n)
    assert story.phase(call) == Ready()


def test_a_fact_about_an_unknown_call_changes_nothing() -> None:
    story, _ = working(write())
    before = story.thread.calls
    story.started("T-7-0")
    story.ended("T-7-0")
    story.unknown("T-7-0")
    assert story.thread.calls == before


def test_a_claim_is_never_repeated_by_itself() -> None:
    story, (call,) = working(write())
    story.started(call)
    assert story.effects == (Doubt(call, 1),)
    story.started(call)
    story.started(call, run=2)
    assert story.phase(call) == Started(1)


def test_after_a_stop_an_idempotent_call_found_started_is_not_begun_again() -> None:
    story, (call,) = working(write(idempotent=True))
    story.started(call)
    story.message("stop")
    assert [effect for effect in story.effects if isinstance(effect, Run | Doubt)] == [
        Doubt(call, 1)
    ]


def test_an_idempotent_call_found_started_runs_again_under_a_fresh_claim() -> None:
    story, (call,) = working(write(idempotent=True))
    story.started(call)
    assert story.effects == (Run(call, 1, 2, claim=True),)
    story.started(call, run=2)
    assert story.phase(call) == Started(2)
    story.started(call, run=2)
    assert story.phase(call) == Started(2)
    story.ended(call)
    assert story.outcome(call) == "returned"


def test_an_unknown_outcome_is_a_question_to_a_human() -> None:
    story, request = doubtful()
    assert story.phase(request) == Asked("unknown")
    assert story.effects == (Send(request),)
    assert story.turn == Working()


def test_a_doubt_about_an_earlier_try_changes_nothing() -> None:
    story, (call,) = working(write())
    story.started(call)
    story.unknown(call, n=2)
    assert story.phase(call) == Started()


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("happened", "happened"),
        ("It happened", "happened"),
        ("1", "happened"),
        ("Give up.", "gave_up"),
        ("3", "gave_up"),
    ],
)
def test_a_human_settles_an_unknown_outcome(text: str, outcome: str) -> None:
    story, request = doubtful()
    story.answer(request, text)
    assert story.outcome(request) == outcome
    assert story.turn == Thinking()


def test_a_reply_settles_an_unknown_outcome_in_its_own_words_alone() -> None:
    story, request = doubtful()
    story.shown()
    story.message("it happened")
    assert story.outcome(request) == "happened"
    story, request = doubtful()
    story.shown()
    story.message("hm, no idea")
    assert story.outcome(request) == "Asked"
    assert story.turn == Thinking()


@pytest.mark.parametrize(("by", "text"), [("mallory", "happened"), ("alice", "perhaps")])
def test_nothing_else_settles_an_unknown_outcome(by: str, text: str) -> None:
    story, request = doubtful()
    story.answer(request, text, by=by)
    story.approve(request, by="alice")
    assert story.outcome(request) == "Asked"
    assert len(story.thread.refusals) == 2


def test_trying_again_is_not_offered_while_the_first_try_may_still_run() -> None:
    story, request = doubtful(write(time_limit_seconds=60))
    started_at = story.call(request).started_at
    story.wait((started_at + 59_999 - story.now) / 1000 - 1)
    story.answer(request, "retry")
    assert story.outcome(request) == "Asked"
    assert "1 s" in story.refusal()
    story.answer(request, "Try again")
    assert story.effects[-1:] == (Run("T-1-0", 2, 1, claim=True),)


def test_a_second_try_that_is_ordered_is_a_second_claim() -> None:
    story, request = doubtful()
    story.wait(60)
    story.answer(request, "retry")
    story.started("T-1-0", n=1)
    assert story.phase(request) == Ready()
    story.started("T-1-0", n=2)
    assert story.phase(request) == Started()
    story.ended("T-1-0", n=1)
    assert story.phase(request) == Started()
    story.ended("T-1-0", n=2)
    assert story.outcome(request) == "returned"


@pytest.mark.parametrize("retried", [False, True])
def test_a_late_result_settles_an_unknown_and_a_second_try_not_begun(retried: bool) -> None:
    story, request = doubtful()
    if retried:
        story.wait(60)
        story.answer(request, "retry")
    story.ended("T-1-0", n=1)
    assert story.phase(request) == Closed("returned")
    assert story.turn == Thinking()


def test_a_late_result_after_giving_up_changes_nothing() -> None:
    story, request = doubtful()
    story.answer(request, "give-up")
    story.ended("T-1-0")
    assert story.outcome(request) == "gave_up"


def test_a_cancelled_second_try_is_unknown_again() -> None:
    story, request = doubtful()
    story.wait(60)
    story.answer(request, "retry")
    story.happens(Cancelled)
    assert story.phase(request) == Asked("unknown")
    assert story.turn == Idle()


def test_a_second_try_whose_approval_no_longer_fits_is_asked_anew_and_keeps_its_doubt() -> None:
    story, request = doubtful()
    story.wait(60)
    story.answer(request, "retry")
    story.voided("T-1-0")
    story.message("hm")
    story.previewed("T-1-0", card(story.call(request).version))
    story.ended("T-1-0", n=1)
    assert story.outcome(request) == "returned"


def retried() -> tuple[Story, str]:
    """A second try was ordered, and what it was approved on has changed. Gives the story and the call."""
    story, request = doubtful()
    story.wait(60)
    story.answer(request, "retry")
    assert story.call(request).anew == ""
    story.voided("T-1-0")
    assert story.call("T-1-0").anew == "pin changed"
    return story, "T-1-0"


def doubted(story: Story, quote: str, anew: str) -> None:
    """Its outcome is unknown again, and what is asked says why."""
    (asked,) = pending(story.thread)
    assert isinstance(asked, UnknownOutcome)
    assert (asked.quote, asked.anew) == (quote, anew)


def test_a_second_try_whose_preview_is_refused_says_so() -> None:
    story, call = retried()
    story.refused_preview(call)
    doubted(story, "", "it could not be tried again: only 3 left")


def test_a_second_try_that_somebody_denies_says_who_and_quotes_them() -> None:
    story, call = retried()
    story.previewed(call)
    story.deny(story.call(call).request, reason="not today")
    doubted(story, "bob: not today", "bob did not let it be tried again")


def test_a_second_try_that_nobody_decides_says_so() -> None:
    story, call = retried()
    story.previewed(call)
    story.wait(600)
    story.fired(story.call(call).request)
    doubted(story, "", "nobody let it be tried again in time")


def test_what_was_asked_anew_for_is_not_said_of_another_showing() -> None:
    story, call = retried()
    story.previewed(call)
    story.edit(story.call(call).request, size=2)
    assert story.call(call).anew == ""
    story.previewed(call)
    story.approve(story.call(call).request, by="carol")
    story.voided(call)
    story.previewed(call)
    story.approve(story.call(call).request, by="carol")
    story.started(call, n=2)
    story.unknown(call, n=2)
    doubted(story, "", "")


def test_what_is_approved_while_the_model_thinks_runs_before_it_is_asked_again() -> None:
    story, (call,) = working(gated())
    story.previewed(call)
    story.message("hm")
    story.previewed(call)
    story.approve(f"{call}-v2")
    assert story.turn == Working()
    assert story.effects == (Run(call, 1, 1, claim=True),)


def test_a_late_failure_of_an_early_run_settles_nothing_that_a_later_run_left_open() -> None:
    story, (call,) = working(write(idempotent=True))
    for run in (1, 2, 3):
        story.started(call, run=run)
    story.unknown(call)
    story.ended(call, "failed")
    assert story.outcome(call) == "Asked"
    story.wait(600)
    story.answer(f"{call}-v2", "retry")
    story.ended(call, "failed")
    assert story.outcome(call) == "Ready"
