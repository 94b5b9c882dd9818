"""Typed words: when they decide, when they are only words, and what they void."""

from dataclasses import replace

import pytest

from tests.oracle.facts import ArgumentsChanged, Claimed
from tests.oracle.sample import (
    ASKED,
    OTHER,
    RULE,
    STRANGER,
    TAG,
    TWO,
    after,
    effect,
    in_the_way,
    press,
    proposed,
    shown,
    typed,
    why,
)
from tests.oracle.typed import Said, read
from tests.oracle.words import Effect, Obstacle, Outcome, Refusal, Word


@pytest.mark.parametrize("text", ["approve", "Approve.", "@bot approve", "Hi @bot, approve!"])
def test_approve_typed_as_the_whole_message_is_a_verdict(text: str) -> None:
    assert after(typed("ben", text)).standing().may_be_claimed


@pytest.mark.parametrize(
    "text",
    ["yes", "LGTM, ship it", ":+1:", "approve?", "approve if the tests pass", "I approve", "ok"],
)
def test_any_other_words_are_never_a_verdict(text: str) -> None:
    assert not after(typed("ben", text)).standing().may_be_claimed


def test_a_typed_denial_carries_its_reason() -> None:
    assert read("deny too late in the day").reason == "too late in the day"
    assert read("Deny").said is Said.DENY


def test_a_typed_denial_closes_the_request() -> None:
    assert after(typed("ben", "deny not on a Friday")).standing().outcome is Outcome.DENIED


def test_a_typed_denial_by_the_requester_withdraws() -> None:
    assert after(typed("ana", "deny changed my mind")).standing().outcome is Outcome.WITHDRAWN


def test_approve_typed_by_somebody_without_the_right_is_refused() -> None:
    assert Refusal.NOT_APPROVER in why(after(typed("eve", "approve")))


def test_approve_typed_by_the_requester_is_no_approval() -> None:
    assert (
        not after(typed("ana", "approve"), rule=replace(RULE, approvers=("ana",)))
        .standing()
        .may_be_claimed
    )


def test_a_refused_typed_verdict_leaves_the_card_as_it_is() -> None:
    assert after(typed("eve", "approve")).standing().version == 1


def test_a_policy_can_demand_the_button() -> None:
    rule = replace(RULE, words=False)
    assert why(after(typed("ben", "approve"), rule=rule)) == {Refusal.WORDS_DENIED}
    assert (
        after(typed("ben", "approve"), press("ben", when=11), rule=rule).standing().may_be_claimed
    )


def test_with_two_approvals_open_a_typed_verdict_decides_neither() -> None:
    start = (*ASKED, proposed(2, OTHER, "r2"), shown(3, 1, OTHER, "r2"))
    judgement = after(typed("ben", "approve"), start=start)
    assert why(judgement) == {Refusal.AMBIGUOUS}
    assert not judgement.standing("r2").may_be_claimed


def test_with_another_thread_asking_too_a_typed_verdict_is_clear() -> None:
    start = (*ASKED, proposed(2, OTHER, "r2", thread="t2"), shown(3, 1, OTHER, "r2"))
    judgement = after(typed("ben", "approve"), start=start)
    assert judgement.standing().may_be_claimed
    assert not judgement.standing("r2").may_be_claimed


def test_with_two_approvals_open_a_button_decides_its_own() -> None:
    start = (*ASKED, proposed(2, OTHER, "r2"), shown(3, 1, OTHER, "r2"))
    judgement = after(press("ben", arguments=OTHER, request="r2"), start=start)
    assert judgement.standing("r2").may_be_claimed
    assert judgement.standing("r1").outcome is Outcome.OPEN


def test_with_nothing_open_a_typed_verdict_decides_nothing() -> None:
    assert why(after(press("ben"), typed("cyn", "approve", 11))) == {Refusal.NOTHING_OPEN}


def test_a_late_typed_verdict_does_not_void_what_was_decided() -> None:
    assert after(press("ben"), typed("cyn", "deny no", 11)).standing().may_be_claimed


def test_a_typed_approval_is_about_the_version_shown_when_it_was_written() -> None:
    late = replace(typed("ben", "approve", 20), written_at=4)
    judgement = after(ArgumentsChanged(5, "r1", OTHER), shown(6, 2, OTHER), late)
    assert why(judgement) == {Refusal.STALE_VERSION}


def test_a_typed_approval_between_void_and_new_card_is_about_the_old_one() -> None:
    assert why(after(ArgumentsChanged(5, "r1", OTHER), typed("ben", "approve", 6))) == {
        Refusal.STALE_VERSION
    }


def test_a_typed_approval_before_any_card_approves_nothing() -> None:
    assert Refusal.NOT_SHOWN in why(after(typed("ben", "approve"), start=(proposed(),)))


def test_a_typed_vote_and_a_press_of_one_person_count_once() -> None:
    assert why(after(typed("ben", "approve"), press("ben", when=11), rule=TWO)) == {
        Refusal.ALREADY_VOTED
    }


def test_a_remark_re_issues_the_card_under_a_new_version() -> None:
    judgement = after(typed("ana", "wait, is the changelog done?"), press("ben", when=11))
    assert judgement.standing().version == 2
    assert why(judgement) == {Refusal.STALE_VERSION}


def test_a_remark_clears_the_votes_given_on_the_old_card() -> None:
    judgement = after(
        press("ben"),
        typed("ana", "hm", 11),
        shown(12, 2),
        press("cyn", when=13, version=2),
        rule=TWO,
    )
    assert effect(judgement) is Effect.VOTED


def test_after_a_remark_the_new_card_can_be_approved() -> None:
    assert (
        after(typed("ana", "hm"), shown(11, 2), press("ben", when=12, version=2))
        .standing()
        .may_be_claimed
    )


def test_a_remark_not_addressed_to_the_bot_changes_nothing() -> None:
    assert (
        after(typed("ana", "lunch?", addressed=False), press("ben", when=11))
        .standing()
        .may_be_claimed
    )


def test_the_words_of_an_unknown_address_change_nothing() -> None:
    assert after(replace(typed("ana", "hm"), by=STRANGER)).standing().version == 1


def test_a_remark_after_the_approval_voids_what_has_not_started() -> None:
    judgement = after(press("ben"), typed("ana", "no, the other tag", 11))
    assert judgement.standing().outcome is Outcome.VOIDED
    assert Obstacle.HUMAN_SPOKE in in_the_way(judgement)


def test_a_remark_after_the_start_voids_nothing() -> None:
    assert (
        after(press("ben"), Claimed(11, "r1"), typed("ana", "no!", 12)).standing().outcome
        is Outcome.RUNNING
    )


def test_stop_voids_all_that_has_not_started() -> None:
    start = (*ASKED, proposed(2, OTHER, "r2"), shown(3, 1, OTHER, "r2"))
    judgement = after(press("ben"), typed("ana", "stop", 11), start=start)
    assert {judgement.standing(name).outcome for name in ("r1", "r2")} == {Outcome.VOIDED}


def test_a_decision_after_stop_is_refused() -> None:
    assert why(after(typed("ana", "stop"), press("ben", when=11))) == {Refusal.VOIDED}


def test_stop_typed_by_a_colleague_stops_nothing() -> None:
    assert after(typed("eve", "stop"), press("ben", when=11)).standing().may_be_claimed


def test_typed_words_by_mail_do_not_decide_where_mail_may_not() -> None:
    judgement = after(
        typed("ben", "approve", channel="mail"), rule=replace(RULE, channels=("slack",))
    )
    assert why(judgement) == {Refusal.CHANNEL_NOT_ALLOWED}


def test_a_denial_typed_on_an_old_version_counts() -> None:
    late = replace(typed("ben", "deny", 20), written_at=4)
    assert (
        after(ArgumentsChanged(5, "r1", OTHER), shown(6, 2, OTHER), late).standing().outcome
        is Outcome.DENIED
    )


def test_a_press_on_the_version_before_a_remark_still_denies() -> None:
    assert (
        after(typed("ana", "hm"), press("ben", Word.DENY, 11, arguments=TAG)).standing().outcome
        is Outcome.DENIED
    )
