"""Decisions, quorum, self-approval, versions and deadlines, worked out by hand."""

from dataclasses import replace

import pytest

from tests.oracle.facts import ArgumentsChanged, Withdrawn
from tests.oracle.rules import Condition
from tests.oracle.sample import (
    ASKED,
    OTHER,
    RULE,
    SELF,
    TAG,
    TWO,
    after,
    at,
    effect,
    press,
    proposed,
    shown,
    why,
)
from tests.oracle.words import Effect, Mode, Outcome, Refusal, Word


def test_an_approver_accepts_and_the_call_may_be_claimed() -> None:
    judgement = after(press("ben"))
    assert effect(judgement) is Effect.APPROVED
    assert judgement.standing().may_be_claimed


def test_before_a_decision_the_call_may_not_be_claimed() -> None:
    assert not after().standing().may_be_claimed


def test_a_tool_never_gated_may_be_claimed_at_once_and_asks_nobody() -> None:
    judgement = after(press("ben"), rule=replace(RULE, mode=Mode.NEVER))
    assert judgement.standing().may_be_claimed
    assert Refusal.NOT_ASKED in why(judgement)


@pytest.mark.parametrize(("amount", "free"), [(100, True), (101, False)])
def test_a_predicate_on_the_arguments_decides_whether_one_asks(amount: int, free: bool) -> None:
    rule = replace(RULE, mode=Mode.WHEN, when=Condition("amount", 100))
    assert (
        after(rule=rule, start=(proposed(arguments=(("amount", amount),)),))
        .standing()
        .may_be_claimed
        is free
    )


def test_when_without_a_predicate_on_a_missing_argument_does_not_gate() -> None:
    rule = replace(RULE, mode=Mode.WHEN, when=Condition("amount", 100))
    assert after(rule=rule).standing().outcome is Outcome.NOT_GATED


def test_two_distinct_people_make_a_quorum_of_two() -> None:
    judgement = after(press("ben"), press("cyn", when=11), rule=TWO)
    assert judgement.rulings[-2].on("r1") is Effect.VOTED
    assert effect(judgement) is Effect.APPROVED


def test_one_of_two_is_not_enough() -> None:
    assert not after(press("ben"), rule=TWO).standing().may_be_claimed


def test_one_person_twice_counts_once() -> None:
    assert why(after(press("ben"), press("ben", when=11), rule=TWO)) == {Refusal.ALREADY_VOTED}


def test_one_person_from_two_channels_counts_once() -> None:
    assert why(after(press("ben"), press("ben", when=11, channel="mail"), rule=TWO)) == {
        Refusal.ALREADY_VOTED
    }


def test_one_denial_closes_a_request_which_has_one_of_two_votes() -> None:
    assert (
        after(press("ben"), press("cyn", Word.DENY, 11), rule=TWO).standing().outcome
        is Outcome.DENIED
    )


def test_the_quorum_may_depend_on_the_arguments() -> None:
    rule = replace(RULE, more=(Condition("amount", 100), 2))
    dear = (("amount", 500),)
    start = (proposed(arguments=dear), shown(arguments=dear))
    assert not after(press("ben", arguments=dear), rule=rule, start=start).standing().may_be_claimed


def test_the_requester_does_not_approve() -> None:
    assert why(after(press("ana"), rule=SELF)) == {Refusal.SELF_APPROVAL}


def test_asking_by_mail_and_approving_in_slack_is_self_approval() -> None:
    start = (proposed(by=at("mail", "ana")), shown())
    assert why(after(press("ana", channel="slack"), rule=SELF, start=start)) == {
        Refusal.SELF_APPROVAL
    }


def test_a_policy_may_allow_self_approval() -> None:
    assert after(press("ana"), rule=replace(SELF, self_approval=True)).standing().may_be_claimed


def test_allowed_self_approval_makes_no_approver_of_the_requester() -> None:
    assert why(after(press("ana"), rule=replace(RULE, self_approval=True))) == {
        Refusal.NOT_APPROVER
    }


def test_the_requesters_own_vote_does_not_help_a_quorum() -> None:
    judgement = after(press("ana"), press("ben", when=11), rule=replace(SELF, quorum=2))
    assert effect(judgement) is Effect.VOTED


def test_the_editor_counts_as_a_requester() -> None:
    facts = (
        press("ben", Word.EDIT, new=OTHER),
        shown(11, 2, OTHER),
        press("ben", when=12, version=2, arguments=OTHER),
    )
    assert why(after(*facts)) == {Refusal.SELF_APPROVAL}


def test_an_edit_makes_a_new_card_and_approves_nothing() -> None:
    judgement = after(press("ben", Word.EDIT, new=OTHER))
    assert judgement.standing().version == 2
    assert not judgement.standing().may_be_claimed


def test_an_edited_call_is_approved_by_somebody_else() -> None:
    facts = (
        press("ben", Word.EDIT, new=OTHER),
        shown(11, 2, OTHER),
        press("cyn", when=12, version=2, arguments=OTHER),
    )
    assert after(*facts).standing().may_be_claimed


def test_votes_given_before_an_edit_are_gone() -> None:
    facts = (press("ben"), press("cyn", Word.EDIT, 11, new=OTHER), shown(12, 2, OTHER))
    assert not after(*facts, rule=TWO).standing().supporters


def test_somebody_who_is_no_approver_does_not_edit() -> None:
    assert why(after(press("ana", Word.EDIT, new=OTHER))) == {Refusal.NOT_APPROVER}


def test_changed_arguments_void_the_card() -> None:
    judgement = after(ArgumentsChanged(5, "r1", OTHER), shown(6, 2, OTHER), press("ben"))
    assert why(judgement) == {Refusal.STALE_VERSION}


def test_the_old_digest_on_the_new_version_is_refused() -> None:
    judgement = after(ArgumentsChanged(5, "r1", OTHER), shown(6, 2, OTHER), press("ben", version=2))
    assert why(judgement) == {Refusal.WRONG_DIGEST}


def test_arguments_changed_after_the_approval_are_not_approved() -> None:
    judgement = after(press("ben"), ArgumentsChanged(11, "r1", OTHER))
    assert judgement.standing().outcome is Outcome.OPEN
    assert not judgement.standing().may_be_claimed


def test_arguments_changed_and_changed_back_need_a_new_approval() -> None:
    facts = (press("ben"), ArgumentsChanged(11, "r1", OTHER), ArgumentsChanged(12, "r1", TAG))
    assert not after(*facts).standing().may_be_claimed


def test_a_version_which_was_never_shown_cannot_be_approved() -> None:
    assert why(after(press("ben"), start=(proposed(),))) == {Refusal.NOT_SHOWN}


def test_a_denial_counts_on_any_version() -> None:
    judgement = after(ArgumentsChanged(5, "r1", OTHER), shown(6, 2, OTHER), press("ben", Word.DENY))
    assert judgement.standing().outcome is Outcome.DENIED


def test_a_denial_with_a_forged_digest_is_refused() -> None:
    assert why(after(press("ben", Word.DENY, arguments=OTHER))) == {Refusal.WRONG_DIGEST}


def test_a_denial_by_the_requester_withdraws() -> None:
    assert after(press("ana", Word.DENY)).standing().outcome is Outcome.WITHDRAWN


def test_a_denial_by_a_colleague_is_refused() -> None:
    assert why(after(press("eve", Word.DENY))) == {Refusal.NOT_APPROVER}


def test_a_button_with_the_id_of_another_request_is_refused() -> None:
    start = (*ASKED, proposed(2, OTHER, "r2"), shown(3, 1, OTHER, "r2"))
    assert why(after(press("ben", request="r2"), start=start)) == {Refusal.WRONG_DIGEST}


def test_a_button_of_no_request_is_refused() -> None:
    assert why(after(press("ben", request="r9"))) == {Refusal.UNKNOWN_REQUEST}


def test_the_first_valid_decision_wins() -> None:
    judgement = after(press("ben"), press("cyn", Word.DENY, 11))
    assert judgement.standing().outcome is Outcome.APPROVED
    assert why(judgement) == {Refusal.ALREADY_DECIDED}


def test_the_others_can_be_told_who_decided() -> None:
    assert after(press("ben"), press("cyn", Word.DENY, 11)).standing().decided_by == "ben"


def test_after_a_denial_an_approval_changes_nothing() -> None:
    judgement = after(press("ben", Word.DENY), press("cyn", when=11))
    assert judgement.standing().outcome is Outcome.DENIED
    assert why(judgement) == {Refusal.ALREADY_DECIDED}


def test_a_refused_decision_does_not_stop_a_valid_one() -> None:
    assert after(press("eve", Word.DENY), press("ben", when=11)).standing().may_be_claimed


def test_a_replayed_press_counts_nothing() -> None:
    click = replace(press("ben"), id="m1")
    assert Refusal.REPLAYED in why(after(click, replace(click, at=11), rule=TWO))


def test_withdrawn_is_an_outcome_of_its_own() -> None:
    judgement = after(Withdrawn(5, "r1"), press("ben"))
    assert judgement.standing().outcome is Outcome.WITHDRAWN
    assert why(judgement) == {Refusal.WITHDRAWN}


def test_pass_asks_another_approver_and_leaves_the_request_open() -> None:
    judgement = after(replace(press("ben", Word.PASS), to="cyn"))
    assert effect(judgement) is Effect.PASSED
    assert judgement.standing().may_decide == {"ben", "cyn"}


def test_pass_gives_no_right_to_somebody_without_one() -> None:
    assert why(after(replace(press("ben", Word.PASS), to="eve"))) == {Refusal.PASS_TO_STRANGER}


def test_later_keeps_the_request_open_and_its_deadline() -> None:
    judgement = after(replace(press("ben", Word.LATER), until=5000), press("ben", when=2000))
    assert judgement.rulings[2].on("r1") is Effect.POSTPONED
    assert why(judgement) == {Refusal.EXPIRED}


def test_later_must_name_a_later_time() -> None:
    assert why(after(replace(press("ben", Word.LATER), until=10))) == {Refusal.TIME_PAST}


def test_ignore_closes_nothing_for_anybody() -> None:
    assert after(press("ben", Word.IGNORE)).standing().may_decide == {"ben", "cyn"}


def test_an_approval_is_not_decided_by_an_answer() -> None:
    assert why(after(press("ben", Word.ANSWER, text="yes"))) == {Refusal.WRONG_WORD}
