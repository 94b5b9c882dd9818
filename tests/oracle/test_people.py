"""Who may decide, where, and for whom, worked out by hand."""

from dataclasses import replace

import pytest

from tests.oracle.facts import ApproverAdded, ApproverRemoved, PersonLeft
from tests.oracle.people import Address, OfficeHours, at_work, deliver_to
from tests.oracle.sample import (
    RULE,
    STRANGER,
    THREAD,
    TWO,
    after,
    at,
    effect,
    person,
    press,
    proposed,
    shown,
    why,
)
from tests.oracle.words import Effect, Refusal, Word


def test_a_colleague_who_is_no_approver_is_refused() -> None:
    assert why(after(press("eve"))) == {Refusal.NOT_APPROVER}


def test_an_address_of_nobody_is_refused() -> None:
    assert Refusal.UNKNOWN_PERSON in why(after(replace(press("ben"), by=STRANGER)))


def test_an_address_resembling_an_approvers_is_refused() -> None:
    assert Refusal.UNKNOWN_PERSON in why(
        after(replace(press("ben"), by=Address("mail", "ben+x@example.com")))
    )


def test_a_locator_of_one_channel_is_nobody_in_another() -> None:
    assert Refusal.UNKNOWN_PERSON in why(after(replace(press("ben"), by=Address("mail", "U-ben"))))


def test_no_list_of_approvers_means_nobody() -> None:
    judgement = after(press("ben"), rule=replace(RULE, approvers=()))
    assert why(judgement) == {Refusal.NOT_APPROVER}
    assert not judgement.standing().may_decide


def test_a_list_which_names_nobody_in_the_directory_means_nobody() -> None:
    assert not after(rule=replace(RULE, approvers=("nobody",))).standing().may_decide


def test_the_group_and_a_name_both_give_the_right() -> None:
    assert after(rule=replace(RULE, approvers=("releasers", "eve"))).standing().may_decide == {
        "ben",
        "cyn",
        "eve",
    }


def test_a_quorum_above_the_number_of_approvers_is_never_met() -> None:
    judgement = after(press("ben"), press("cyn", when=11), rule=replace(RULE, quorum=3))
    assert not judgement.standing().may_be_claimed


def test_pass_to_a_deputy_asks_the_deputy() -> None:
    assert after(replace(press("ben", Word.PASS), to="dora")).standing().may_decide == {
        "ben",
        "cyn",
        "dora",
    }


def test_a_mail_alone_is_not_enough_for_a_tool_marked_so() -> None:
    rule = replace(RULE, channels=("slack", "terminal"))
    assert why(after(press("ben", channel="mail"), rule=rule)) == {Refusal.CHANNEL_NOT_ALLOWED}


def test_after_a_refused_mail_the_same_person_decides_in_slack() -> None:
    rule = replace(RULE, channels=("slack",))
    assert (
        after(press("ben", channel="mail"), press("ben", when=11), rule=rule)
        .standing()
        .may_be_claimed
    )


@pytest.mark.parametrize("channel", ["slack", "mail", "terminal"])
def test_what_was_asked_in_one_channel_is_answered_in_any(channel: str) -> None:
    assert after(press("ben", channel=channel)).standing().may_be_claimed


def test_every_copy_closes_and_the_result_returns_to_the_origin() -> None:
    judgement = after(shown(2, to=at("mail", "ben")), press("ben", channel="mail"))
    assert dict(judgement.copies)["r1"] == {THREAD, at("mail", "ben")}
    assert dict(judgement.origins)["r1"] == Address("slack", "#releases")


def test_copies_stay_while_somebody_is_still_asked() -> None:
    assert dict(after(press("ben"), rule=TWO).copies)["r1"] == frozenset()


def test_a_card_bound_to_an_address_is_not_answered_by_another_person() -> None:
    mail = replace(press("cyn", channel="mail"), card_to=at("mail", "ben"))
    assert why(after(mail)) == {Refusal.CARD_OF_ANOTHER}


def test_a_card_bound_to_one_address_is_answered_from_another_of_the_same_person() -> None:
    assert after(replace(press("ben"), card_to=at("mail", "ben"))).standing().may_be_claimed


def test_a_deputy_decides_by_mail_what_was_asked_in_slack_once_asked() -> None:
    assert (
        after(shown(2, to=at("mail", "dora")), press("dora", channel="mail"))
        .standing()
        .may_be_claimed
    )


def test_a_deputy_whom_nobody_asked_is_refused() -> None:
    assert why(after(press("dora"))) == {Refusal.NOT_APPROVER}


def test_an_approver_and_their_deputy_are_one_of_the_quorum() -> None:
    judgement = after(
        shown(2, to=at("mail", "dora")), press("ben"), press("dora", when=11), rule=TWO
    )
    assert why(judgement) == {Refusal.SEAT_TAKEN}


def test_a_deputy_and_another_approver_are_a_quorum() -> None:
    judgement = after(
        shown(2, to=at("mail", "dora")), press("dora"), press("cyn", when=11), rule=TWO
    )
    assert judgement.standing().may_be_claimed


def test_the_requesters_deputy_does_not_approve_in_the_requesters_stead() -> None:
    judgement = after(
        shown(2, to=at("mail", "dora")), press("dora"), rule=replace(RULE, approvers=("ana",))
    )
    assert why(judgement) == {Refusal.SELF_APPROVAL}


def test_a_deputy_of_an_approver_who_left_has_nothing_to_stand_in_for() -> None:
    assert why(after(shown(2, to=at("mail", "dora")), PersonLeft(3, "ben"), press("dora"))) == {
        Refusal.NOT_APPROVER
    }


def test_office_hours_change_whom_one_asks_and_never_who_may_decide() -> None:
    night = 3 * 3600
    judgement = after(press("ben", when=night), start=(proposed(night - 9), shown(night - 8)))
    assert not at_work(person("ben", hours=OfficeHours(9, 17)), night)
    assert judgement.standing().may_be_claimed


def test_office_hours_are_read_on_the_persons_own_clock() -> None:
    assert at_work(person("ben", hours=OfficeHours(9, 17)), 8 * 3600)
    assert not at_work(person("ben", hours=OfficeHours(9, 17)), 16 * 3600)


def test_an_approver_added_while_asked_may_decide() -> None:
    assert after(ApproverAdded(5, "eve"), press("eve")).standing().may_be_claimed


def test_an_approver_removed_before_the_click_is_refused() -> None:
    assert why(after(ApproverRemoved(5, "ben"), press("ben"))) == {Refusal.NOT_APPROVER}


def test_somebody_who_left_is_nobody() -> None:
    assert why(after(PersonLeft(5, "ben"), press("ben"))) == {Refusal.UNKNOWN_PERSON}


def test_the_vote_of_an_approver_removed_since_does_not_help_the_quorum() -> None:
    judgement = after(press("ben"), ApproverRemoved(11, "ben"), press("cyn", when=12), rule=TWO)
    assert effect(judgement) is Effect.VOTED
    assert judgement.standing().supporters == {"cyn"}


def test_addresses_are_taken_from_call_then_thread_then_agent_then_default() -> None:
    a, b, c, d = (((at("slack", name)),) for name in ("ana", "ben", "cyn", "dora"))
    assert deliver_to(a, b, c, d) == a
    assert deliver_to((), b, c, d) == b
    assert deliver_to((), (), c, d) == c
    assert deliver_to((), (), (), d) == d
