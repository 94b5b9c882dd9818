"""An approval for a while, in one thread, of one tool, for a pattern of arguments."""

from dataclasses import replace

from tests.oracle.facts import (
    AgentChanged,
    ApproverRemoved,
    ArgumentsChanged,
    Claimed,
    Fact,
    Proposed,
)
from tests.oracle.people import Address
from tests.oracle.policy import Judgement
from tests.oracle.rules import Arguments, covers
from tests.oracle.sample import (
    OTHER,
    RULE,
    TAG,
    after,
    at,
    effect,
    in_the_way,
    press,
    proposed,
    shown,
    typed,
    why,
)
from tests.oracle.words import Effect, Obstacle, Refusal, Word

RULE10 = replace(RULE, grant_minutes=10)
ANY: Arguments = (("tag", "*"),)


def granted(*facts: Fact, quorum: int = 1, pattern: Arguments = ANY, by: str = "ben") -> Judgement:
    """The judgement when somebody approved for ten minutes and more calls came."""
    return after(press(by, pattern=pattern), *facts, rule=replace(RULE10, quorum=quorum))


def second(
    when: int = 50, arguments: Arguments = OTHER, thread: str = "t1", by: Address | None = None
) -> Proposed:
    """Another call."""
    return proposed(when, arguments, "r2", by, thread)


def test_a_grant_covers_a_later_call_which_fits_the_pattern() -> None:
    judgement = granted(second())
    assert effect(judgement, "r2") is Effect.GRANTED
    assert judgement.standing("r2").may_be_claimed


def test_a_grant_is_a_decision_on_the_call_at_which_it_was_given() -> None:
    assert granted().standing().may_be_claimed


def test_a_grant_covers_no_call_of_other_arguments() -> None:
    assert not granted(second(), pattern=TAG).standing("r2").may_be_claimed


def test_a_grant_covers_no_call_in_another_thread() -> None:
    assert not granted(second(thread="t2")).standing("r2").may_be_claimed


def test_a_grant_covers_no_call_of_another_tool() -> None:
    deletion = second()
    deletion = replace(deletion, call=replace(deletion.call, tool="delete_tag"))
    assert not granted(deletion).standing("r2").may_be_claimed


def test_a_grant_ends_after_its_minutes() -> None:
    assert granted(second(10 + 599)).standing("r2").may_be_claimed
    assert not granted(second(10 + 600)).standing("r2").may_be_claimed


def test_a_grant_over_before_the_claim_is_asked_anew() -> None:
    judgement = granted(second(), Claimed(610, "r2"))
    assert in_the_way(judgement) == {Obstacle.GRANT_OVER}
    assert effect(judgement, "r2") is Effect.ASKED_ANEW


def test_a_grant_falls_with_its_giver() -> None:
    judgement = granted(second(), ApproverRemoved(51, "ben"), Claimed(52, "r2"))
    assert in_the_way(judgement) == {Obstacle.APPROVER_REMOVED}


def test_a_changed_agent_ends_a_grant() -> None:
    assert not granted(AgentChanged(20), second()).standing("r2").may_be_claimed


def test_a_stop_ends_a_grant() -> None:
    assert not granted(typed("ana", "stop", 20), second()).standing("r2").may_be_claimed


def test_a_grant_does_not_let_its_giver_approve_their_own_call() -> None:
    assert not granted(second(by=at("mail", "ben"))).standing("r2").may_be_claimed


def test_a_grant_is_one_voice_of_a_quorum() -> None:
    judgement = granted(
        second(),
        shown(51, 1, OTHER, "r2"),
        press("cyn", when=52, arguments=OTHER, request="r2"),
        quorum=2,
    )
    assert judgement.standing("r2").may_be_claimed
    assert not judgement.standing("r1").may_be_claimed


def test_each_call_under_a_grant_is_claimed_once() -> None:
    judgement = granted(second(), Claimed(51, "r2"), Claimed(52, "r2"))
    assert judgement.rulings[-2].counts
    assert not judgement.rulings[-1].counts


def test_a_grant_does_not_reach_back_to_a_card_already_open() -> None:
    judgement = after(second(5), press("ben", pattern=ANY), rule=RULE10)
    assert not judgement.standing("r2").may_be_claimed


def test_a_grant_covers_other_arguments_the_model_chose_within_the_pattern() -> None:
    judgement = granted(second(), ArgumentsChanged(51, "r2", (("tag", "v3"),)))
    assert judgement.standing("r2").may_be_claimed


def test_a_grant_does_not_cover_what_a_human_edited() -> None:
    edit = press("cyn", Word.EDIT, 52, arguments=OTHER, request="r2", new=(("tag", "v3"),))
    judgement = granted(second(), shown(51, 1, OTHER, "r2"), edit, quorum=2)
    assert not judgement.standing("r2").supporters


def test_a_grant_which_the_policy_does_not_offer_is_refused() -> None:
    assert why(after(press("ben", pattern=ANY))) == {Refusal.GRANT_NOT_OFFERED}


def test_a_pattern_covers_nothing_with_an_argument_it_does_not_name() -> None:
    assert covers(ANY, TAG)
    assert not covers(ANY, (("tag", "v1"), ("force", 1)))
