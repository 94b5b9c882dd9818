"""The table, rows of a gated call: its card, the verdicts on it, and what was approved is what ran."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.effects import Decide, Preview, Refuse, Run, Send, timers
from bot.core.events import CallVoided, Cancelled, VerdictRefused
from bot.core.thread import Asked, Closed, Previewing, Ready, Started, Thinking, Working
from bot.core.values import Card
from tests.core.build import Story, asking, card, gated, question, say, withdraw, working, write

RUN = Run("T-1-0", 1, 1, claim=True)


def test_a_gated_call_is_previewed_before_anybody_is_asked() -> None:
    story, (call,) = working(gated())
    assert story.effects == (Preview(call, 1),)
    story.previewed(call)
    assert story.phase(call) == Asked("approval", until=story.now + 600_000)
    assert story.effects == (Send(f"{call}-v1"),)


def test_a_preview_of_another_version_is_no_preview() -> None:
    story, (call,) = working(gated())
    story.previewed(call, version=2)
    assert story.phase(call) == Previewing()


def test_a_refused_preview_goes_back_to_the_model_and_disturbs_nobody() -> None:
    story, (call,) = working(gated())
    story.refused_preview(call)
    assert story.phase(call) == Closed("failed", "only 3 left")
    assert story.turn == Thinking()
    assert not any(isinstance(effect, Send) for effect in story.effects)


def test_nothing_runs_while_nobody_has_approved() -> None:
    story, _ = asking()
    assert story.effects == ()


def test_an_approval_makes_the_call_ready_and_it_runs_once_claimed() -> None:
    story, request = asking()
    story.approve(request)
    assert story.effects == (RUN,)
    story.started("T-1-0")
    assert story.phase(request) == Started()


@pytest.mark.parametrize("by", ["alice", "mallory", ""])
def test_nobody_else_may_approve(by: str) -> None:
    story, request = asking()
    story.approve(request, by=by)
    assert isinstance(story.phase(request), Asked)
    assert isinstance(story.effects[0], Refuse)


def test_with_no_approvers_nobody_may_approve() -> None:
    story, request = asking(card(approvers=()))
    story.approve(request, by="alice")
    assert "Nobody" in story.refusal()


def test_an_approval_of_another_digest_does_not_count() -> None:
    story, request = asking()
    story.approve(request, digest="digest-0")
    assert isinstance(story.phase(request), Asked)
    assert "not what would run" in story.refusal()


def test_a_press_on_an_old_version_only_shows_the_new_one() -> None:
    story, request = asking()
    story.message("smaller, please")
    story.previewed(request)
    story.approve("T-1-0-v1", digest="digest-2")
    assert isinstance(story.phase(request), Asked)
    assert "T-1-0-v2" in story.refusal()
    story.approve("T-1-0-v2")
    assert story.phase(request) == Ready()


def test_a_press_on_a_version_that_is_still_being_made_does_not_count() -> None:
    story, request = asking()
    story.message("smaller, please")
    story.approve("T-1-0-v2", digest="digest-1")
    assert story.phase(request) == Previewing()
    assert "anew" in story.refusal()


@pytest.mark.parametrize(
    "request_", ["T-1-0", "T-1-0-v", "T-1-0-v²", "T-1-0-v٢", "T-1-0-v" + "9" * 5_000, "", "~"]
)
def test_a_press_that_names_no_version_of_ours_does_not_count(request_: str) -> None:
    story, request = asking()
    story.approve(request_, digest="digest-1")
    assert isinstance(story.phase(request), Asked)
    assert len(story.thread.refusals) == 1


@pytest.mark.parametrize("version", ["T-1-0-v1", "T-1-0-v2"])
def test_a_denial_counts_on_any_version(version: str) -> None:
    story, request = asking()
    story.message("smaller, please")
    story.deny(version, reason="not today")
    assert story.phase(request) == Closed("denied", "not today", "bob")
    assert story.turn == Thinking()


def test_a_denial_by_the_requester_withdraws() -> None:
    story, request = asking()
    story.deny(request, by="alice")
    assert story.outcome(request) == "withdrawn"


def test_whoever_denies_what_the_model_replaced_is_told_what_stands_in_its_place() -> None:
    story, request = asking()
    story.message("the small one, please")
    (_, other) = story.step(withdraw(request), gated(size=1))
    story.deny(request, by="bob")
    assert (
        story.refusal()
        == f"This was already withdrawn by model; {other}-v1 asks for {gated().tool} in its place."
    )


def test_whoever_denies_what_the_model_took_back_for_good_is_told_so() -> None:
    story, request = asking()
    story.message("leave it")
    story.step(withdraw(request))
    story.deny(request, by="bob")
    assert story.refusal() == "This was already withdrawn by model."


def test_what_was_proposed_beside_it_stands_in_nobodys_place() -> None:
    story, (one, other) = working(gated(size=1), gated(size=2))
    story.previewed(one)
    story.previewed(other)
    story.message("the first alone, please")
    story.step(withdraw(f"{other}-v2"))
    story.deny(f"{other}-v2", by="bob")
    assert story.refusal() == "This was already withdrawn by model."


def test_a_denial_by_anybody_else_does_not_count() -> None:
    story, request = asking()
    story.deny(request, by="mallory")
    assert story.outcome(request) == "Asked"
    assert "mallory" in story.refusal()


def test_nobody_denies_what_nobody_was_asked() -> None:
    story, (call,) = working(gated())
    story.deny(f"{call}-v1", by="alice")
    assert story.outcome(call) == "Previewing"
    assert "Nobody has been asked" in story.refusal()


def test_a_denial_after_the_approval_comes_too_late_and_its_author_is_told() -> None:
    story, request = asking()
    story.approve(request)
    story.deny(request, by="carol")
    assert story.phase(request) == Ready()
    assert story.refusal() == "This was already approved by bob."
    story.ran(request.rpartition("-v")[0])
    story.step(question())
    story.deny(request, by="carol")
    assert story.refusal() == "This was already approved by bob."


def test_a_late_press_hears_who_decided() -> None:
    story, request = asking()
    story.deny(request, by="bob")
    story.step(question())
    story.approve(request, by="carol", digest="digest-1")
    assert story.refusal() == "This was already denied by bob."


def test_the_requests_decided_last_are_remembered_each_once() -> None:
    story, _ = asking()
    for _ in range(12):
        request = story.thread.calls[-1].request
        story.deny(request)
        (call,) = story.step(gated())
        story.previewed(call)
    names = [call.id for call in story.thread.past]
    assert len(names) == len(set(names)) == 8


def test_a_quorum_is_of_distinct_people() -> None:
    story, request = asking(card(quorum=2))
    story.approve(request, by="bob")
    assert story.outcome(request) == "Asked"
    story.approve(request, by="bob")
    assert story.outcome(request) == "Asked"
    assert "already approved" in story.refusal()
    story.approve(request, by="carol")
    assert story.phase(request) == Ready()


def test_votes_count_for_the_version_they_were_cast_on() -> None:
    story, request = asking(card(quorum=2))
    story.approve(request, by="bob")
    story.message("smaller, please")
    story.previewed(request, card(2, quorum=2))
    story.approve("T-1-0-v2", by="carol")
    assert story.outcome(request) == "Asked"


@pytest.mark.parametrize(("allowed", "phase"), [(False, "Asked"), (True, "Ready")])
def test_the_requester_approves_only_where_that_is_allowed(allowed: bool, phase: str) -> None:
    story, request = asking(card(approvers=("alice",), self_approval=allowed))
    story.approve(request, by="alice")
    assert story.outcome(request) == phase


def test_the_creator_of_a_schedule_counts_as_its_requester() -> None:
    story = Story()
    story.ticked(creator="bob")
    (call,) = story.step(gated())
    story.previewed(call)
    story.approve(f"{call}-v1", by="bob")
    assert "Whoever asked" in story.refusal()
    story.approve(f"{call}-v1", by="carol")
    assert story.phase(call) == Ready()


def test_whoever_made_a_schedule_or_ran_it_by_hand_asks_in_a_thread_that_others_began_too() -> None:
    story = Story()
    story.message(by="alice")
    story.step(say())
    story.shown()
    story.ticked(creator="bob", by="carol")
    (call,) = story.step(gated())
    story.previewed(call, card(approvers=("alice", "bob", "carol", "dave")))
    for asker in ("alice", "bob", "carol"):
        story.approve(f"{call}-v1", by=asker)
        assert "Whoever asked" in story.refusal()
    story.approve(f"{call}-v1", by="dave")
    assert story.phase(call) == Ready()


def test_an_edit_makes_a_new_card_and_approves_nothing() -> None:
    story, request = asking(card(quorum=2))
    story.approve(request, by="carol")
    story.edit(request, by="bob", tag="v2")
    call = story.call(request)
    assert (call.phase, call.version, call.proposal.arguments) == (Previewing(), 2, {"tag": "v2"})
    story.previewed(request, card(2, quorum=2))
    assert story.phase(request) == Asked("approval", until=story.now + 600_000)


def test_an_editor_counts_as_a_requester() -> None:
    story, request = asking()
    story.edit(request, by="bob", tag="v2")
    story.previewed(request)
    story.approve("T-1-0-v2", by="bob")
    assert story.outcome(request) == "Asked"
    story.approve("T-1-0-v2", by="carol")
    assert story.phase(request) == Ready()


def test_an_edit_of_another_card_than_the_one_that_counts_changes_nothing() -> None:
    story, request = asking()
    story.verdict(request, "edit", digest="another", arguments={"tag": "v2"})
    assert story.refusal() == (
        "What was decided on is not what would run; please look at the card again."
    )
    assert story.call(request).version == 1


def test_an_edit_by_a_channel_that_the_policy_does_not_name_changes_nothing() -> None:
    story, request = asking(card().model_copy(update={"channels": ("slack",)}))
    story.verdict(request, "edit", channel="email", arguments={"tag": "v2"})
    assert story.refusal() == "This is decided by slack alone."
    assert story.call(request).version == 1


def test_a_denial_counts_on_every_channel() -> None:
    story, request = asking(card().model_copy(update={"channels": ("slack",)}))
    story.verdict(request, "deny", channel="email")
    assert story.outcome(request) == "denied"


def test_an_edit_of_an_old_version_or_by_anybody_else_changes_nothing() -> None:
    story, request = asking()
    story.edit(request, by="alice", tag="v9")
    assert story.call(request).proposal.arguments == {}
    story.message("hm")
    story.previewed(request)
    story.edit("T-1-0-v1", by="bob", tag="v9")
    assert story.call(request).proposal.arguments == {}


def test_an_answer_is_no_verdict_on_a_card() -> None:
    story, request = asking()
    story.answer(request, "approve", by="bob")
    assert story.outcome(request) == "Asked"
    assert "approve, deny or edit" in story.refusal()


@pytest.mark.parametrize("about", ["approval", "question"])
def test_a_request_expires_at_its_deadline_and_not_before(about: str) -> None:
    story, request = asking() if about == "approval" else questioned()
    assert timers(story.thread)[request] == story.phase(request).until  # type: ignore[union-attr]  # it is asked for
    story.fired(request)
    assert story.outcome(request) == "Asked"
    story.wait(600)
    story.fired(request)
    assert story.outcome(request) == "expired"
    assert story.turn == Thinking()
    assert timers(story.thread) == {}


def questioned() -> tuple[Story, str]:
    story, (call,) = working(question(deadline_seconds=600))
    return story, f"{call}-v1"


@pytest.mark.parametrize("word", ["approve", "deny", "edit"])
def test_in_time_is_judged_at_the_verdict_even_if_no_timer_fired(word: str) -> None:
    story, request = asking()
    story.wait(600)
    story.verdict(request, word)  # type: ignore[arg-type]  # a word out of the parametrisation
    assert story.outcome(request) == "Asked"
    assert "deadline" in story.refusal()


def test_the_timer_of_an_old_version_changes_nothing() -> None:
    story, request = asking()
    story.message("hm")
    story.previewed(request)
    story.wait(600)
    story.fired("T-1-0-v1")
    assert story.outcome(request) == "Asked"


def test_an_approval_that_no_longer_fits_is_asked_anew() -> None:
    story, request = asking()
    story.approve(request)
    story.voided("T-1-0")
    assert story.effects == (Preview("T-1-0", 2),)
    story.started("T-1-0")
    assert story.phase(request) == Previewing()
    story.previewed(request)
    story.approve(request, digest="digest-1")
    assert story.outcome(request) == "Asked"


def test_a_changed_tool_voids_its_open_card() -> None:
    story, _ = asking()
    story.voided("T-1-0")
    assert story.effects == (Preview("T-1-0", 2),)


def test_a_voiding_of_an_old_version_changes_nothing() -> None:
    story, request = asking()
    story.message("hm")
    story.previewed(request)
    story.tell(CallVoided(id="late", at=story.now, call="T-1-0", version=1, reason="pin changed"))
    assert story.outcome(request) == "Asked"


def test_a_free_call_that_is_voided_is_asked_about_from_then_on() -> None:
    story, (call,) = working(write())
    story.voided(call)
    assert story.effects == (Preview(call, 2),)


def test_a_call_whose_tool_is_gone_is_closed_and_the_thread_told() -> None:
    story, request = asking()
    story.voided("T-1-0", then="close")
    assert story.outcome(request) == "voided"
    assert not story.call(request).open
    assert [notice.code for notice in story.thread.notices] == ["gone"]
    assert story.turn == Thinking()


def test_an_approval_is_used_once() -> None:
    story, request = asking()
    story.approve(request)
    story.ran("T-1-0", "failed")
    story.approve(request, by="carol", digest="digest-1")
    assert story.outcome(request) == "failed"
    assert not any(isinstance(effect, Run) for effect in story.effects)


def test_a_refused_verdict_is_recorded_and_its_author_told_once() -> None:
    story, request = asking()
    story.approve(request, by="mallory")
    (refusal,) = story.thread.refusals
    assert (refusal.by, story.effects) == ("mallory", (Refuse(refusal),))
    story.tell(
        VerdictRefused(id="r", at=story.now, verdict=refusal.verdict, request=request, reason="no")
    )
    assert story.effects == ()


def test_a_refused_verdict_does_not_void_the_step_in_flight() -> None:
    story, request = asking()
    story.message("hm")
    head = story.thread.head
    story.approve(request, by="mallory")
    story.step(write(), seen=head)
    assert story.outcome(f"T-{head}-0") == "Ready"


def test_a_second_try_of_what_was_edited_since_the_first_is_approved_anew() -> None:
    story, request = asking()
    call = request.removesuffix("-v1")
    story.approve(request)
    story.started(call)
    story.unknown(call)
    story.wait(600)
    story.answer(f"{call}-v2", "retry", by="bob")
    story.voided(call)
    story.previewed(call)
    story.edit(f"{call}-v3", size=6)
    story.previewed(call)
    story.happens(Cancelled)
    assert isinstance(story.phase(call), Asked)
    story.answer(f"{call}-v5", "retry")
    assert story.phase(call) == Previewing()
    assert Preview(call, 6) in story.effects
    story.previewed(call)
    story.approve(f"{call}-v6", "carol")
    assert story.phase(call) == Ready()


def _tried_again_and_shown_anew() -> tuple[Story, str]:
    """A first try whose outcome is unknown; a second was ordered, and its card is being made anew."""
    story, request = asking()
    call = request.removesuffix("-v1")
    story.approve(request)
    story.started(call)
    story.unknown(call)
    story.wait(600)
    story.answer(f"{call}-v2", "retry")
    story.voided(call)
    return story, call


def _deny(story: Story, call: str) -> None:
    story.previewed(call)
    story.deny(f"{call}-v3", "bob")


def _withdraw(story: Story, call: str) -> None:
    story.previewed(call)
    story.deny(f"{call}-v3", "alice")


def _expire(story: Story, call: str) -> None:
    story.previewed(call)
    story.wait(600)
    story.fired(f"{call}-v3")


def _refuse(story: Story, call: str) -> None:
    story.refused_preview(call)


def _gone(story: Story, call: str) -> None:
    story.previewed(call)
    story.voided(call, then="close")


@pytest.mark.parametrize("end", [_deny, _withdraw, _expire, _refuse, _gone])
def test_a_second_try_that_comes_to_nothing_leaves_the_first_ones_outcome_open(
    end: Callable[[Story, str], None],
) -> None:
    story, call = _tried_again_and_shown_anew()
    end(story, call)
    phase = story.phase(call)
    assert isinstance(phase, Asked)
    assert phase.about == "unknown"
    story.ended(call)
    assert story.outcome(call) == "returned"


def undone(shown: Card | None = None) -> tuple[Story, str]:
    """What was approved and started, and nobody knows how it ended."""
    story, request = asking(shown)
    story.verdict(request, "approve", channel="slack")
    story.started("T-1-0")
    story.unknown("T-1-0")
    story.wait(600)
    return story, "T-1-0-v2"


def test_what_was_approved_is_not_tried_again_by_the_word_of_its_requester() -> None:
    story, request = undone()
    story.answer(request, "retry", by="alice")
    assert story.refusal() == ("alice is not among those who may decide this: bob, carol.")
    story.answer(request, "retry", by="bob")
    assert story.phase(request) == Ready()


def test_an_approver_who_asked_for_it_does_not_order_it_again() -> None:
    story, request = undone(card(approvers=("alice", "bob")))
    story.answer(request, "retry", by="alice")
    assert story.refusal() == (
        "Whoever asked for this or changed it (alice) cannot order it again; it needs somebody else."
    )
    assert story.phase(request) == Asked("unknown")


def test_a_channel_that_may_not_approve_orders_nothing_again() -> None:
    story, request = undone(card().model_copy(update={"channels": ("slack",)}))
    story.shown()
    story.message("retry", by="bob")
    assert story.refusal() == "This is decided by slack alone."
    assert isinstance(story.phase(request), Asked)


def test_its_requester_may_say_that_it_happened() -> None:
    story, request = undone()
    story.answer(request, "happened", by="alice")
    assert story.outcome(request) == "happened"


def test_words_that_doubt_a_card_have_it_asked_anew_and_wake_no_model() -> None:
    story, request = asking(card(quorum=2))
    story.approve(request, by="bob")
    heard = story.thread.heard
    for _ in range(2):
        story.noted("No!", by="carol", doubts=request)
    after = story.call(request)
    assert (after.phase, after.version, after.quote) == (Previewing(), 3, "carol: No!")
    assert story.effects == (Preview(after.id, 3),)
    assert (story.turn, story.thread.heard, after.open) == (Working(), heard, False)
    story.previewed(after.id, card(quorum=2))
    phase = story.phase(request)
    assert isinstance(phase, Asked)
    assert phase.votes == ()


def test_words_that_doubt_what_is_not_asked_change_nothing() -> None:
    story, request = asking()
    story.deny(request, by="bob")
    before = story.thread.calls
    story.noted("No!", by="carol", doubts=request)
    story.noted("No!", by="carol", doubts="T-0-0")
    assert story.thread.calls == before


def test_words_that_doubt_a_card_hold_back_what_was_approved_on_their_way() -> None:
    story, request = asking()
    story.approve(request, by="bob")
    assert isinstance(story.phase(request), Ready)
    story.noted("No!", by="carol", doubts=request)
    assert story.outcome(request) == "voided"
    assert story.effects == (Decide(story.thread.head),)
