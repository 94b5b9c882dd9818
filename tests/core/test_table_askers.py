"""The table, askers: whoever's words led to a call does not approve it, whoever began the thread; words in place of a decision lead to none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import deciders
from bot.core.askers import naming
from bot.core.codec import decode, encode
from bot.core.events import DecideFailed, StepDecided, Unknown
from bot.core.outbox import Approval, pending
from bot.core.thread import Closed, Ready
from bot.core.values import Proposal
from tests.core.build import (
    Story,
    begun,
    card,
    gated,
    grantable,
    nothing,
    question,
    say,
    sleep,
    stand_by,
    withdraw,
)

V9 = gated("deploy", tag="v9")
V10 = gated("deploy", tag="v10")


def at_rest() -> Story:
    """Alice's thread, at rest with nothing open."""
    story = begun()
    (done,) = story.step(say())
    story.delivered(done)
    return story


def asked(story: Story, proposal: Proposal = V9, quorum: int = 1) -> str:
    """The model proposes this next, alone, and its card is shown; the request."""
    (call,) = story.step(proposal)
    story.previewed(call, card(quorum=quorum))
    story.shown()
    return story.call(call).request


def approved_by(story: Story, request: str, by: str) -> bool:
    """Whether this person's approval alone lets it run."""
    current = story.call(request).request
    story.approve(current, by)
    return isinstance(story.phase(request), Ready)


def again(story: Story, request: str, text: str, by: str = "bob") -> str:
    """Somebody says something while a card is open; the model stands by, and the card is shown anew."""
    story.message(text, by)
    story.step(stand_by())
    story.previewed(request, card(story.call(request).version))
    story.shown()
    return story.call(request).request


def test_who_asks_in_somebody_elses_thread_does_not_approve_it() -> None:
    story = at_rest()
    story.message("deploy v9", "bob")
    request = asked(story)
    assert not approved_by(story, request, "bob")
    assert "(alice, bob) cannot approve it too" in story.refusal()
    assert approved_by(story, request, "carol")


def test_a_card_names_who_asked_where_that_is_not_who_began_its_thread_alone() -> None:
    story = at_rest()
    story.message("deploy v9", "alice")
    asked(story)
    story.message("and v10", "bob")
    asked(story, V10)
    waiting = [each for each in pending(story.thread) if isinstance(each, Approval)]
    assert [deciders.asked_by(each) for each in waiting] == ["alice, bob"]
    assert deciders.asked_by(replace(waiting[0], askers=("alice",))) == ""


def test_who_asks_while_the_work_goes_on_does_not_approve_it_either() -> None:
    story = begun()
    story.step(sleep())
    story.message("and v9, please", "bob")
    assert not approved_by(story, asked(story), "bob")


def test_who_asked_is_none_of_a_quorum_of_two() -> None:
    story = at_rest()
    story.message("deploy v9", "bob")
    request = asked(story, quorum=2)
    assert not approved_by(story, request, "carol")
    assert not approved_by(story, request, "bob")
    assert "cannot approve it too" in story.refusal()


def test_where_self_approval_is_allowed_who_asked_approves_it() -> None:
    story = at_rest()
    story.message("deploy v9", "bob")
    (call,) = story.step(V9)
    story.previewed(call, card(self_approval=True))
    assert approved_by(story, call, "bob")


def test_what_was_asked_for_ends_with_the_work() -> None:
    story = at_rest()
    story.message("how does it look?", "bob")
    (done,) = story.step(say())
    story.delivered(done)
    story.message("deploy v9", "carol")
    assert approved_by(story, asked(story), "bob")


def test_what_was_asked_for_before_is_not_what_a_schedule_asks_for() -> None:
    story = at_rest()
    story.message("how does it look?", "bob")
    (done,) = story.step(say())
    story.delivered(done)
    story.ticked(creator="carol")
    assert approved_by(story, asked(story), "bob")


def test_who_spoke_before_a_schedule_comes_in_between_has_still_asked() -> None:
    story = at_rest()
    story.message("deploy v9", "bob")
    story.ticked(creator="carol")
    assert not approved_by(story, asked(story), "bob")


def test_who_asked_takes_it_back_and_says_what_became_of_it() -> None:
    story = at_rest()
    story.message("deploy v9", "dave")
    story.deny(asked(story), "dave", "not today")
    story.message("now deploy v9", "dave")
    request = asked(story)
    assert approved_by(story, request, "bob")
    story.started(story.call(request).id)
    story.unknown(story.call(request).id)
    story.wait(60)
    current = story.call(request).request
    story.answer(current, "retry", "dave")
    assert "dave is not among those who may decide this" in story.refusal()
    story.answer(current, "happened", "dave")
    assert story.outcome(request) == "happened"


# ---- words that ask for nothing --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text", ["LGTM, go ahead", "wait, is CI green?", "deploy v10 as well", "yes"]
)
def test_words_while_a_card_is_open_leave_its_askers_as_they_were(text: str) -> None:
    story = begun()
    request = again(story, asked(story), text)
    assert approved_by(story, request, "bob")


@pytest.mark.parametrize(
    "text",
    [
        "LGTM, go ahead",
        "approve",
        "approve for 30 minutes",
        "later 2h",
        "deny not now",
        "deny {0} not now",
    ],
)
def test_words_in_place_of_a_decision_lead_to_no_later_call(text: str) -> None:
    story = begun()
    request = asked(story)
    story.message(text.format(request), "bob")
    story.message("and v10", "carol")
    story.step(V10)
    assert step(story, gated()).calls[0].askers == ("carol",)


def test_an_approval_that_names_no_request_of_the_thread_is_words_of_ones_own() -> None:
    story = begun()
    story.step(sleep())
    story.message("approve deploy-v9", "bob")
    assert not approved_by(story, asked(story), "bob")


def test_a_denial_by_whoever_does_not_decide_asks_for_what_it_says() -> None:
    story = begun()
    other, _ = story.step(gated("roll_back"), sleep())
    story.previewed(other, card(approvers=("carol",)))
    story.shown()
    story.message("deny, deploy v9 instead", "bob")
    assert not approved_by(story, asked(story), "bob")


def test_words_of_ones_own_while_a_card_is_open_lead_to_what_comes_next() -> None:
    story = begun()
    again(story, asked(story), "deploy v10 as well")
    story.message("go on", "carol")
    assert not approved_by(story, asked(story, V10), "bob")


def test_a_denial_of_nothing_is_words() -> None:
    story = begun()
    story.step(sleep())
    story.message("deny mallory access", "bob")
    assert not approved_by(story, asked(story), "bob")


def test_whoever_answers_what_was_asked_has_not_asked() -> None:
    story = begun()
    story.step(question(asked=("bob",)))
    story.shown()
    story.message("v9", "bob")
    assert approved_by(story, asked(story), "bob")


def test_who_denies_with_a_reason_may_approve_the_next_card() -> None:
    story = begun()
    story.deny(asked(story), reason="v10 is out, take that")
    assert approved_by(story, asked(story, V10), "bob")


# ---- the same call proposed anew -------------------------------------------------------------------------------------
def test_words_that_set_a_card_aside_before_it_was_shown_ask_for_nothing_new() -> None:
    story = begun()
    story.step(V9)
    story.message("is CI green?", "bob")
    assert approved_by(story, asked(story), "bob")


def test_a_call_taken_back_and_proposed_anew_was_asked_for_by_those_who_asked_for_it_first() -> (
    None
):
    story = begun()
    request = asked(story)
    story.message("wait for CI", "bob")
    _, call = story.step(withdraw(request), V9)
    story.previewed(call)
    assert approved_by(story, call, "bob")


def test_what_nobody_decided_in_time_was_asked_for_by_those_who_asked_for_it_first() -> None:
    story = begun()
    request = asked(story)
    story.wait(700)
    story.fired(story.call(request).id)
    (done,) = story.step(say())
    story.delivered(done)
    story.message("sorry, deploy v9 now", "bob")
    assert approved_by(story, asked(story), "bob")


@pytest.mark.parametrize("by_answer", [False, True])
def test_what_was_asked_for_by_somebody_who_has_spoken_since_is_asked_for_anew(
    by_answer: bool,
) -> None:
    story = begun()
    request, asks = story.step(V9, question(asked=("alice",)))
    story.previewed(request)
    story.shown()
    if by_answer:
        story.answer(story.call(asks).request, "drop v9", "alice")
    else:
        story.message("drop v9", "alice")
    story.step(withdraw(story.call(request).request), withdraw(story.call(asks).request), say())
    story.message("deploy v9", "bob")
    assert not approved_by(story, asked(story), "bob")


def test_who_changed_a_call_stays_its_asker_whatever_others_have_said_since() -> None:
    story = begun()
    request = asked(story)
    story.edit(request, "bob", tag="v10")
    story.message("is that right?", "alice")
    story.step(withdraw(story.call(request).request), nothing())
    story.message("then deploy v10", "carol")
    assert not approved_by(story, asked(story, V10), "bob")


def test_taking_back_does_not_free_who_asked() -> None:
    story = at_rest()
    story.message("deploy v9", "bob")
    request = asked(story)
    story.message("propose it anew", "carol")
    _, call = story.step(withdraw(request), V9)
    story.previewed(call)
    assert not approved_by(story, call, "bob")


def test_who_changed_a_call_changed_it_also_where_it_is_proposed_anew() -> None:
    story = begun()
    request = asked(story)
    story.edit(request, "bob", tag="v10")
    story.message("propose it anew", "carol")
    _, call = story.step(withdraw(request), V10)
    story.previewed(call)
    assert not approved_by(story, call, "bob")


def test_other_arguments_are_another_call() -> None:
    story = begun()
    request = asked(story)
    story.message("take v10", "bob")
    _, call = story.step(withdraw(request), V10)
    story.previewed(call)
    assert not approved_by(story, call, "bob")


@pytest.mark.parametrize("ending", ["denied", "ran", "withdrawn by its requester", "stopped"])
def test_what_was_decided_is_asked_for_anew_by_who_wants_it_now(ending: str) -> None:
    story = begun()
    request = asked(story)
    match ending:
        case "denied":
            story.deny(request, "carol")
        case "ran":
            story.approve(request, "carol")
            story.ran(story.call(request).id)
        case "withdrawn by its requester":
            story.deny(request, "alice")
        case _:
            story.message("stop")
    story.message("deploy v9", "bob")
    assert not approved_by(story, asked(story), "bob")


def test_a_copy_of_a_thread_asks_for_nothing_that_was_asked_for_in_the_first() -> None:
    story = begun()
    asked(story)
    story.forked()
    story.message("deploy v9", "bob")
    assert not approved_by(story, asked(story), "bob")


def test_where_nobody_is_left_to_approve_whoever_began_it_ends_it_and_asks_alone() -> None:
    story = begun()
    story.step(sleep())
    story.message("yes, and tell carol", "bob")
    assert not approved_by(story, asked(story), "bob")
    story.message("stop")
    story.message("deploy v9")
    assert approved_by(story, asked(story), "bob")


# ---- grants, steps and old logs --------------------------------------------------------------------------------------
def test_what_the_giver_of_a_grant_asked_for_does_not_run_under_it() -> None:
    story = begun()
    story.message("and v10 after that", "bob")
    (first,) = story.step(gated("deploy", environment="staging", tag="v9"))
    story.previewed(first, grantable())
    story.grant(story.call(first).request, by="carol")
    story.ran(first)
    story.message("go on", "carol")
    (second,) = story.step(gated("deploy", environment="staging", tag="v10"))
    assert story.call(second).proposal.askers == ("bob", "carol")
    story.previewed(second, grantable())
    assert not isinstance(story.phase(second), Ready)


def step(story: Story, *calls: Proposal) -> StepDecided:
    named = naming(story.thread, StepDecided(id="s", seen=story.thread.head, calls=calls))
    assert isinstance(named, StepDecided)
    return named


def test_a_step_that_names_askers_has_a_form_that_older_code_cannot_read() -> None:
    story = begun()
    assert step(story, V9).v == 1
    story.message("and v10", "bob")
    named = step(story, V9, nothing())
    assert (named.v, [each.askers for each in named.calls]) == (2, [("bob",), ()])
    assert decode(0, encode(named)) == named
    assert isinstance(decode(0, encode(named).replace(b'"v":2', b'"v":3')), Unknown)


def test_a_question_that_got_no_answer_names_nobody() -> None:
    story = begun()
    failed = DecideFailed(id="f", seen=1, kind="transient", reason="529")
    assert naming(story.thread, failed) is failed


def test_what_was_decided_before_steps_named_askers_stays_decided() -> None:
    story = at_rest()
    story.message("deploy v9", "bob")
    (call,) = story.step(V9, seen=story.thread.head)
    story.previewed(call)
    assert approved_by(story, call, "bob")
    story.ran(call)
    assert story.phase(call) == Closed("returned")


def test_a_card_names_who_asked_where_that_is_not_only_whoever_began_the_thread() -> None:
    story = begun()
    asked(story)
    story.message("and v10", "bob")
    request = asked(story, V10)
    story.previewed(story.thread.calls[0].id, card(2))
    first, second = (each for each in pending(story.thread) if isinstance(each, Approval))
    assert (deciders.asked_by(first), deciders.asked_by(second)) == ("", "alice, bob")
    assert deciders.excuses(second) == (("bob", "asked for it"),)
    assert second.request == request
