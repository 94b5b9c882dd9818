"""What holds of every generated history, and that the generators are what they say."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

import pytest

from tests.oracle.cases import Case, carried_out
from tests.oracle.facts import (
    ArgumentsChanged,
    CardShown,
    Claimed,
    Decision,
    Fact,
    Proposed,
    WordTyped,
)
from tests.oracle.generate import (
    COUNTS,
    RINGS,
    SIDES,
    exhaustive,
    lives,
    numbered,
    ring,
    sampled,
    size,
)
from tests.oracle.past import Ruling, outcome, requests
from tests.oracle.policy import judge, replay, rulings
from tests.oracle.rights import House
from tests.oracle.words import Effect, Mode, Obstacle, Outcome, Refusal, Word

FAST = [
    *exhaustive(797, 11),
    *islice(SIDES["grants"](), 0, None, 61),
    *islice(SIDES["pairs"](), 0, None, 23),
    *sampled(1, 40),
    *lives(1, 40),
]
"""A part of every ring, and some histories by chance."""


def ruled(case: Case) -> list[tuple[Fact, Ruling]]:
    """Every fact of a case with its ruling."""
    return list(zip(case.history, rulings(case.people, case.rule, case.history), strict=True))


RULED = [(case, ruled(case)) for case in FAST]
"""The same with their rulings."""


def test_the_counts_are_those_documented() -> None:
    counted = {name: size(axes) for name, axes in RINGS.items()} | {
        name: sum(1 for _ in side()) for name, side in SIDES.items()
    }
    assert counted == COUNTS


def test_every_combination_of_a_ring_is_another_one() -> None:
    for axes in RINGS.values():
        assert len(
            {tuple(numbered(axes, number).values()) for number in range(0, size(axes), 7)}
        ) == -(-size(axes) // 7)


def test_names_are_stable_and_no_two_cases_share_one() -> None:
    names = [case.name for case in islice(ring("change"), 300)]
    assert len(set(names)) == 300
    assert names == [case.name for case in islice(ring("change"), 300)]


@pytest.mark.parametrize("made", [sampled, lives])
def test_one_seed_makes_the_same_cases_and_another_others(
    made: Callable[[int, int], Iterator[Case]],
) -> None:
    first, again, other = (list(made(seed, 5)) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_times_never_go_back() -> None:
    for case in FAST:
        times = [fact.at for fact in case.history]
        assert times == sorted(times), case.name


def test_every_refusal_has_a_reason_and_every_decision_which_counts_an_effect() -> None:
    for case, pairs in RULED:
        for fact, ruling in pairs:
            if isinstance(fact, Decision):
                assert bool(ruling.refusals) is not ruling.counts, case.name
                assert bool(ruling.effects) is ruling.counts, case.name


def test_what_comes_later_changes_no_earlier_ruling() -> None:
    for case in FAST[::11]:
        whole = rulings(case.people, case.rule, case.history)
        for end in range(1, len(case.history)):
            assert rulings(case.people, case.rule, case.history[:end]) == whole[:end], case.name


def test_without_a_refused_decision_all_else_is_ruled_the_same() -> None:
    for case, pairs in RULED[::5]:
        for place, (fact, ruling) in enumerate(pairs):
            if isinstance(fact, Decision | WordTyped) and ruling.refusals and not fact.id:
                others = case.history[:place] + case.history[place + 1 :]
                kept = [other for index, (_, other) in enumerate(pairs) if index != place]
                assert list(rulings(case.people, case.rule, others)) == kept, case.name


def later(case: Case, by: int) -> Case:
    """The same case, some seconds later."""
    moved = tuple(replace(fact, at=fact.at + by) for fact in case.history)
    moved = tuple(
        replace(fact, until=fact.until + by) if isinstance(fact, Decision) else fact
        for fact in moved
    )
    moved = tuple(
        replace(fact, written_at=fact.written_at + by)
        if isinstance(fact, WordTyped) and fact.written_at is not None
        else fact
        for fact in moved
    )
    return replace(case, history=moved)


def test_the_same_history_later_is_ruled_the_same() -> None:
    for case in FAST[::5]:
        moved = later(case, 86_400)
        assert rulings(case.people, case.rule, case.history) == rulings(
            case.people, case.rule, moved.history
        ), case.name


def test_no_claim_without_a_retry_or_a_rerun_counts_twice() -> None:
    for case, pairs in RULED:
        claims: dict[str, int] = {}
        orders: dict[str, int] = {}
        for fact, ruling in pairs:
            for request, effect in ruling.effects:
                claims[request] = claims.get(request, 0) + (effect is Effect.CLAIMED)
                orders[request] = orders.get(request, 0) + (
                    effect in (Effect.RETRY_ORDERED, Effect.RUN_AGAIN)
                )
            assert all(count <= 1 + orders[request] for request, count in claims.items()), (
                case.name,
                fact,
            )


def test_an_obedient_worker_starts_nothing_twice_and_nothing_unclaimed() -> None:
    for case in FAST[::41]:
        judgement = judge(case.people, case.rule, carried_out(case))
        assert not judgement.double_starts, case.name
        assert not judgement.unclaimed_starts, case.name


def accepts_before(case: Case, pairs: list[tuple[Fact, Ruling]]) -> set[str]:
    """Who, counted plainly, accepted since the last version began."""
    since = max(index for index, (_, ruling) in enumerate(pairs) if begins_version(ruling))
    names: set[str] = set()
    for fact, ruling in pairs[since:]:
        if isinstance(fact, Decision | WordTyped) and ruling.on("r1") in (
            Effect.VOTED,
            Effect.APPROVED,
        ):
            person = case.people.at(fact.by)
            names |= {person.name} if person else set()
    return names


def begins_version(ruling: Ruling) -> bool:
    """Whether a fact began a version."""
    return ruling.on("r1") in (Effect.ASKED, Effect.EDITED, Effect.REISSUED, Effect.ASKED_ANEW)


def gated_claims() -> Iterator[tuple[Case, set[str]]]:
    """The claims which count in the rings of one gated request, with who accepted before."""
    for case, pairs in RULED:
        single = (
            case.name.startswith(("click", "state", "change", "retry", "whole"))
            and case.rule.mode is Mode.ALWAYS
        )
        for place, (fact, ruling) in enumerate(pairs):
            if single and isinstance(fact, Claimed) and ruling.on("r1") is Effect.CLAIMED:
                yield case, accepts_before(case, pairs[:place])


def test_no_gated_call_is_claimed_without_enough_distinct_people_on_its_very_version() -> None:
    for case, names in gated_claims():
        assert len(names) >= case.rule.quorum, case.name


def test_no_gated_call_is_claimed_on_the_word_of_its_requester() -> None:
    for case, names in gated_claims():
        assert case.rule.self_approval or "ana" not in names, case.name


def test_no_gated_call_is_claimed_on_the_word_of_somebody_unlisted() -> None:
    for case, names in gated_claims():
        added = {"eve"} if "=added" in case.name else set[str]()
        deputy = {"dora"} if "dora-asked" in case.name else set[str]()
        assert names <= {"ana", "ben", "cyn"} | added | deputy, case.name


def test_gated_claims_are_met_often_enough_to_mean_something() -> None:
    assert len(list(gated_claims())) > 30


def test_the_digest_of_a_counted_acceptance_is_that_of_the_arguments_then_current() -> None:
    for case, pairs in RULED:
        shown = {
            (fact.request, fact.version): fact.digest
            for fact in case.history
            if isinstance(fact, CardShown)
        }
        for fact, ruling in pairs:
            if isinstance(fact, Decision) and fact.word is Word.ACCEPT and ruling.counts:
                assert shown[(fact.request, fact.version)] == fact.digest, case.name


def test_in_which_channel_a_press_is_made_changes_nothing_where_all_may_carry_it() -> None:
    seen: dict[str, set[tuple[Ruling, ...]]] = {}
    for case in islice(SIDES["across"](), 0, 675, 2):
        key = " ".join(word for word in case.name.split() if not word.startswith("answers-in"))
        seen.setdefault(key, set()).add(rulings(case.people, case.rule, case.history))
    assert all(len(answers) == 1 for answers in seen.values())


def test_the_generators_meet_every_effect_refusal_obstacle_and_outcome() -> None:
    effects: set[Effect] = set()
    refusals: set[Refusal] = set()
    obstacles: set[Obstacle] = set()
    for case in [*FAST, *ring("state", 101), *lives(5, 40)]:
        for _, ruling in ruled(case):
            effects |= {effect for _, effect in ruling.effects}
            refusals |= ruling.refusals
            obstacles |= ruling.obstacles
    assert set(Effect) - effects <= {Effect.EXPIRED}
    assert set(Refusal) - refusals <= {Refusal.UNKNOWN_REQUEST, Refusal.TIME_PAST}
    assert set(Obstacle) - obstacles <= {Obstacle.NOT_PROPOSED}
    pasts = [replay(House(case.people, case.rule), case.history) for case in FAST[::5]]
    assert Outcome.EXPIRED in {outcome(past, name) for past in pasts for name in requests(past)}


def test_every_life_has_a_proposal_first_and_keeps_its_length() -> None:
    for case in lives(3, 10, 15):
        assert isinstance(case.history[0], Proposed)
        assert len(case.history) >= 15


def test_changed_arguments_always_begin_a_version_or_change_nothing() -> None:
    for case, pairs in RULED:
        for fact, ruling in pairs:
            if isinstance(fact, ArgumentsChanged):
                assert ruling.on(fact.request) in (
                    None,
                    Effect.ASKED,
                    Effect.FREE,
                    Effect.GRANTED,
                ), case.name
