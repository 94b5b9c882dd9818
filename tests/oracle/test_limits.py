"""Deadlines, the kill switch, and limits which a human extends."""

from tests.oracle.facts import (
    ArgumentsChanged,
    Claimed,
    DeadlinePassed,
    Ended,
    Halted,
    LimitExtended,
    LimitReached,
    Resumed,
    Started,
)
from tests.oracle.sample import DEADLINE, OTHER, after, at, in_the_way, press, shown, why
from tests.oracle.words import Obstacle, Outcome, Refusal, Word

READY = (press("ben"),)
RUNNING = (press("ben"), Claimed(11, "r1"), Started(12, "r1"))


def test_before_the_deadline_a_decision_is_in_time() -> None:
    assert after(press("ben", when=DEADLINE)).standing().may_be_claimed


def test_at_the_deadline_a_decision_is_late_even_before_the_timer_fires() -> None:
    judgement = after(press("ben", when=DEADLINE + 1))
    assert why(judgement) == {Refusal.EXPIRED}
    assert judgement.standing().outcome is Outcome.EXPIRED


def test_expired_is_an_outcome_of_its_own() -> None:
    assert after(DeadlinePassed(DEADLINE + 1, "r1")).standing().outcome is Outcome.EXPIRED


def test_a_timer_which_fires_early_expires_nothing() -> None:
    assert after(DeadlinePassed(5, "r1"), press("ben")).standing().may_be_claimed


def test_a_claim_after_the_deadline_of_an_approval_in_time_is_allowed() -> None:
    assert after(press("ben"), DeadlinePassed(9000, "r1")).standing().may_be_claimed


def test_a_late_denial_does_not_turn_expired_into_denied() -> None:
    assert after(press("ben", Word.DENY, 2000)).standing().outcome is Outcome.EXPIRED


def test_a_new_card_has_a_deadline_of_its_own() -> None:
    facts = (
        ArgumentsChanged(900, "r1", OTHER),
        shown(901, 2, OTHER),
        press("ben", when=1500, version=2, arguments=OTHER),
    )
    assert after(*facts).standing().may_be_claimed


def test_while_halted_nothing_is_claimed_and_the_ready_call_is_voided() -> None:
    judgement = after(*READY, Halted(11), Claimed(12, "r1"), Resumed(13), Claimed(14, "r1"))
    assert judgement.standing().outcome is Outcome.VOIDED
    assert not judgement.rulings[-1].counts


def test_a_halt_nobody_met_leaves_the_approval_standing() -> None:
    assert after(*READY, Halted(11), Resumed(12), Claimed(13, "r1")).rulings[-1].counts


def test_the_halt_of_another_agent_hinders_nothing() -> None:
    assert after(*READY, Halted(11, "mailbot")).standing().may_be_claimed


def test_a_decision_made_while_halted_counts_after_it() -> None:
    assert after(Halted(5), press("ben"), Resumed(11)).standing().may_be_claimed


def test_a_call_started_before_the_halt_ends_and_is_recorded() -> None:
    assert after(*RUNNING, Halted(13), Ended(14, "r1")).standing().outcome is Outcome.RETURNED


def test_at_a_limit_nothing_is_claimed_until_a_human_extends_it() -> None:
    reached = (*READY, LimitReached(11, "day"), Claimed(12, "r1"))
    assert in_the_way(after(*reached)) == {Obstacle.LIMIT_REACHED}
    assert (
        after(*reached, LimitExtended(13, "day", at("slack", "ben")), Claimed(14, "r1"))
        .rulings[-1]
        .counts
    )


def test_a_colleague_extends_no_limit() -> None:
    judgement = after(*READY, LimitReached(11, "day"), LimitExtended(12, "day", at("slack", "eve")))
    assert not judgement.standing().may_be_claimed


def test_a_call_started_before_the_limit_is_the_one_overshoot() -> None:
    assert (
        after(*RUNNING, LimitReached(13, "day"), Ended(14, "r1")).standing().outcome
        is Outcome.RETURNED
    )
