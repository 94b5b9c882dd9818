"""What is looked at again before the claim, consumption, and unknown outcomes."""

from dataclasses import replace

import pytest

from tests.oracle.facts import (
    AgentChanged,
    ApproverAdded,
    ApproverRemoved,
    ArgumentsChanged,
    Claimed,
    Ended,
    Fact,
    FoundUnfinished,
    Looked,
    PersonLeft,
    PinMoved,
    Started,
    Withdrawn,
)
from tests.oracle.sample import (
    OTHER,
    RULE,
    SELF,
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
from tests.oracle.words import Effect, Mode, Obstacle, Outcome, Refusal, Word

READY = (press("ben"),)
RUNNING = (press("ben"), Claimed(11, "r1"), Started(12, "r1"))
UNKNOWN = (*RUNNING, FoundUnfinished(13, "r1"))
NEVER = replace(RULE, mode=Mode.NEVER)


def answer(name: str, text: str, when: int = 100, version: int = 1) -> Fact:
    """Somebody says what happened."""
    return press(name, Word.ANSWER, when, version, text=text)


def test_an_approval_is_consumed_by_one_claim() -> None:
    judgement = after(*READY, Claimed(11, "r1"), Claimed(12, "r1"))
    assert judgement.rulings[-2].counts
    assert in_the_way(judgement) == {Obstacle.STARTED}


def test_an_approval_is_not_used_again_after_the_end() -> None:
    judgement = after(*RUNNING, Ended(13, "r1"), Claimed(14, "r1"))
    assert in_the_way(judgement) == {Obstacle.CLOSED}
    assert judgement.standing().outcome is Outcome.RETURNED


def test_a_press_after_the_end_starts_nothing() -> None:
    judgement = after(*RUNNING, Ended(13, "r1"), press("cyn", when=14), Claimed(15, "r1"))
    assert judgement.standing().outcome is Outcome.RETURNED
    assert not judgement.rulings[-1].counts


def test_a_claim_without_an_approval_is_refused() -> None:
    assert in_the_way(after(Claimed(5, "r1"))) == {Obstacle.NOT_APPROVED}


def test_a_claim_of_nothing_is_refused() -> None:
    assert in_the_way(after(Claimed(5, "r9"))) == {Obstacle.NOT_PROPOSED}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (ApproverRemoved(11, "ben"), Obstacle.APPROVER_REMOVED),
        (PersonLeft(11, "ben"), Obstacle.APPROVER_REMOVED),
        (PinMoved(11, "r1", "p2"), Obstacle.PIN_MOVED),
        (AgentChanged(11), Obstacle.AGENT_CHANGED),
    ],
)
def test_what_changed_between_click_and_claim_voids_the_call_with_the_reason(
    change: Fact, reason: Obstacle
) -> None:
    judgement = after(*READY, change, Claimed(12, "r1"))
    assert in_the_way(judgement) == {reason}
    assert effect(judgement) is Effect.ASKED_ANEW


def test_a_voided_call_is_asked_anew_and_approved_anew() -> None:
    facts = (
        *READY,
        ApproverRemoved(11, "ben"),
        Claimed(12, "r1"),
        shown(13, 2),
        press("cyn", when=14, version=2),
    )
    assert after(*facts).standing().may_be_claimed


def test_the_approval_of_a_voided_version_does_not_return() -> None:
    facts = (
        *READY,
        ApproverRemoved(11, "ben"),
        Looked(12, "r1"),
        ApproverAdded(13, "ben"),
        Claimed(14, "r1"),
    )
    assert in_the_way(after(*facts)) == {Obstacle.NOT_APPROVED}


def test_an_approver_removed_and_added_before_anybody_looked_still_carries_it() -> None:
    assert (
        after(*READY, ApproverRemoved(11, "ben"), ApproverAdded(12, "ben"))
        .standing()
        .may_be_claimed
    )


def test_the_removal_of_somebody_who_did_not_vote_voids_nothing() -> None:
    assert after(*READY, ApproverRemoved(11, "cyn"), Claimed(12, "r1")).rulings[-1].counts


def test_one_of_two_voters_removed_voids_the_quorum() -> None:
    judgement = after(
        *READY, press("cyn", when=11), ApproverRemoved(12, "cyn"), Claimed(13, "r1"), rule=TWO
    )
    assert in_the_way(judgement) == {Obstacle.APPROVER_REMOVED}


def test_a_third_vote_is_not_needed_nor_counted() -> None:
    rule = replace(TWO, approvers=("releasers", "eve"))
    judgement = after(*READY, press("cyn", when=11), press("eve", when=12), rule=rule)
    assert why(judgement) == {Refusal.ALREADY_DECIDED}


def test_a_pin_which_moved_and_moved_back_before_a_look_voids_nothing() -> None:
    assert (
        after(*READY, PinMoved(11, "r1", "p2"), PinMoved(12, "r1", "p1")).standing().may_be_claimed
    )


def test_another_agents_change_voids_nothing() -> None:
    assert after(*READY, AgentChanged(11, "mailbot")).standing().may_be_claimed


def test_every_reason_is_told() -> None:
    judgement = after(
        *READY, PinMoved(11, "r1", "p2"), AgentChanged(11), PersonLeft(11, "ben"), Claimed(12, "r1")
    )
    assert in_the_way(judgement) == {
        Obstacle.PIN_MOVED,
        Obstacle.AGENT_CHANGED,
        Obstacle.APPROVER_REMOVED,
    }


def test_an_agent_changed_before_the_look_voids_the_open_card() -> None:
    judgement = after(AgentChanged(5), Looked(6, "r1"), press("ben"))
    assert why(judgement) == {Refusal.STALE_VERSION}


def test_arguments_changed_after_the_start_change_nothing() -> None:
    assert after(*RUNNING, ArgumentsChanged(13, "r1", OTHER)).standing().outcome is Outcome.RUNNING


def test_what_is_approved_is_not_withdrawn_by_the_model() -> None:
    assert after(*READY, Withdrawn(11, "r1")).standing().may_be_claimed


def test_a_non_idempotent_call_found_unfinished_is_not_claimed_again() -> None:
    assert in_the_way(after(*UNKNOWN, Claimed(14, "r1"))) == {Obstacle.OUTCOME_UNKNOWN}


def test_an_idempotent_call_found_unfinished_runs_again_under_its_key() -> None:
    judgement = after(
        *UNKNOWN, Claimed(14, "r1"), Started(15, "r1"), rule=replace(RULE, idempotent=True)
    )
    assert not judgement.double_starts
    assert not judgement.unclaimed_starts


def test_an_idempotent_call_which_nobody_found_unfinished_is_not_claimed_twice() -> None:
    assert (
        not after(*RUNNING, Claimed(14, "r1"), rule=replace(RULE, idempotent=True))
        .rulings[-1]
        .counts
    )


@pytest.mark.parametrize(
    ("text", "ends"), [("happened", Outcome.HAPPENED), ("give-up", Outcome.GIVEN_UP)]
)
def test_a_human_says_what_became_of_an_unknown_outcome(text: str, ends: Outcome) -> None:
    assert after(*UNKNOWN, answer("ben", text)).standing().outcome is ends


def test_a_retry_a_human_ordered_may_be_claimed_once() -> None:
    judgement = after(*UNKNOWN, answer("ben", "retry"), Claimed(101, "r1"), Claimed(102, "r1"))
    assert judgement.rulings[-2].counts
    assert not judgement.rulings[-1].counts


def test_two_starts_with_a_humans_order_between_them_are_in_order() -> None:
    judgement = after(*UNKNOWN, answer("ben", "retry"), Claimed(101, "r1"), Started(102, "r1"))
    assert not judgement.double_starts
    assert not judgement.unclaimed_starts


def test_two_starts_without_a_humans_order_between_them_are_named() -> None:
    judgement = after(*RUNNING, Started(13, "r1"))
    assert judgement.double_starts == ((4, 5),)
    assert judgement.unclaimed_starts == (5,)


def test_a_start_without_a_claim_is_named() -> None:
    assert after(Started(5, "r1")).unclaimed_starts == (2,)


def test_a_retry_is_refused_while_the_first_try_may_still_run() -> None:
    assert why(after(*UNKNOWN, answer("ben", "retry", 70))) == {Refusal.TOO_EARLY}
    assert effect(after(*UNKNOWN, answer("ben", "retry", 71))) is Effect.RETRY_ORDERED


def test_the_requester_may_say_that_it_happened_but_not_order_a_gated_retry() -> None:
    assert effect(after(*UNKNOWN, answer("ana", "happened"))) is Effect.HAPPENED
    assert Refusal.NOT_APPROVER in why(after(*UNKNOWN, answer("ana", "retry")))
    assert why(after(*UNKNOWN, answer("ana", "retry"), rule=SELF)) == {Refusal.SELF_APPROVAL}


def test_the_requester_may_order_the_retry_of_a_call_that_was_never_gated() -> None:
    facts = (
        Claimed(11, "r1"),
        FoundUnfinished(13, "r1"),
        answer("ana", "retry"),
        Claimed(101, "r1"),
    )
    assert after(*facts, rule=NEVER).rulings[-1].counts


def test_a_colleague_says_nothing_about_an_unknown_outcome() -> None:
    assert why(after(*UNKNOWN, answer("eve", "happened"))) == {Refusal.NOT_APPROVER}


def test_an_unknown_outcome_is_not_answered_by_approve() -> None:
    assert why(after(*UNKNOWN, press("ben", when=100))) == {Refusal.ALREADY_DECIDED}


def test_words_do_not_void_an_unknown_outcome() -> None:
    assert after(*UNKNOWN, typed("ana", "what now?", 100)).standing().outcome is Outcome.UNKNOWN


def test_a_late_result_settles_an_unknown_outcome() -> None:
    assert after(*UNKNOWN, Ended(50, "r1")).standing().outcome is Outcome.RETURNED


def test_a_late_result_settles_a_retry_which_has_not_started() -> None:
    judgement = after(*UNKNOWN, answer("ben", "retry"), Ended(101, "r1", 1), Claimed(102, "r1"))
    assert judgement.standing().outcome is Outcome.RETURNED
    assert not judgement.rulings[-1].counts


def test_a_late_result_of_the_first_try_does_not_end_the_second() -> None:
    judgement = after(*UNKNOWN, answer("ben", "retry"), Claimed(101, "r1"), Ended(102, "r1", 1))
    assert judgement.standing().outcome is Outcome.RUNNING


def test_a_result_without_a_start_is_nothing() -> None:
    assert after(Ended(5, "r1")).standing().outcome is Outcome.OPEN


def test_a_retry_is_looked_at_again_before_its_claim() -> None:
    judgement = after(
        *UNKNOWN, answer("cyn", "retry"), ApproverRemoved(101, "cyn"), Claimed(102, "r1")
    )
    assert in_the_way(judgement) == {Obstacle.APPROVER_REMOVED}


def test_a_proposal_equal_to_a_call_under_way_is_refused() -> None:
    judgement = after(*UNKNOWN, proposed(14, TAG, "r2"))
    assert why(judgement) == {Refusal.SAME_AS_STARTED}


def test_what_changed_before_the_card_was_drawn_is_on_the_card_and_voids_nothing() -> None:
    start = (proposed(), AgentChanged(1), PinMoved(1, "r1", "p2"), shown(2))
    assert after(*READY, Claimed(12, "r1"), start=start).rulings[-1].counts
