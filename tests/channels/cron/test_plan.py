"""Every slot that has come ends in exactly one outcome, by what its schedule says."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.slots import Slot
from bot.kit.schedule import Missed, Schedule
from channels.cron.plan import MOST_AT_ONCE, Situation, due, settled

MINUTE = 60_000
NOON = 1_790_251_200_000
SCHEDULE = Schedule(
    name="every", schedule="* * * * *", time_zone="UTC", prompt="Look.", address="console"
)


def said(**changed: object) -> Schedule:
    return SCHEDULE.model_copy(update=changed)


def ends(schedule: Schedule, minutes_away: int, **changed: object) -> list[tuple[str, str, int]]:
    """What becomes of the slots of the minutes since a clock last looked."""
    now = NOON + 5_000
    at = replace(Situation(now, NOON - minutes_away * MINUTE), **changed)
    found = settled(schedule, at, due(schedule, at))
    return [(slot.outcome, slot.why, slot.count) for slot in found]


def test_a_slot_runs_when_it_has_come() -> None:
    assert ends(SCHEDULE, 1) == [("ran", "", 1)]
    assert ends(SCHEDULE, 0) == []


def test_of_missed_slots_the_latest_runs_late() -> None:
    earlier = ("skipped", "missed: only the latest counts", 4)
    assert ends(SCHEDULE, 5) == [earlier, ("ran", "", 1)]


def test_missed_slots_can_be_left_out() -> None:
    schedule = said(missed=Missed(most=0))
    missed = ("skipped", "missed: no clock ran then", 4)
    assert ends(schedule, 5) == [missed, ("ran", "", 1)]
    hourly = said(missed=Missed(most=0), schedule="30 * * * *")
    assert ends(hourly, 60) == [("skipped", "missed: no clock ran then", 1)]


def test_all_missed_slots_run_up_to_a_bound() -> None:
    schedule = said(missed=Missed(most=3), concurrency_policy="allow")
    first = ("skipped", "missed: only the last 3 count", 2)
    assert ends(schedule, 5) == [first, *[("ran", "", 1)] * 3]


def test_a_missed_slot_is_not_said_to_have_made_way_for_one_that_did_not_run() -> None:
    found = ends(SCHEDULE, 2, busy="an approval", thread="t1")
    assert [outcome for outcome, _, _ in found] == ["skipped", "skipped"]
    assert "ran" not in found[0][1]


def test_of_slots_that_are_caught_up_together_forbid_runs_the_first_and_says_so() -> None:
    found = ends(said(missed=Missed(most=3)), 3)
    why = "caught up together with one before it, and forbid runs the first alone"
    assert found == [("ran", "", 1), ("skipped", why, 2)]


def test_nothing_starts_later_than_its_deadline() -> None:
    schedule = said(schedule="30 * * * *", starting_deadline_seconds=600)
    assert ends(schedule, 60) == [("skipped", "too late: more than 600 s after its time", 1)]
    assert ends(said(starting_deadline_seconds=600), 60)[-1] == ("ran", "", 1)


def test_nothing_runs_beside_what_is_still_at_work_where_that_is_forbidden() -> None:
    [(outcome, why, _)] = ends(SCHEDULE, 1, busy="approval of refund by bob", thread="tabc")
    assert (outcome, why) == ("skipped", "tabc is still at it: approval of refund by bob")
    allowed = said(concurrency_policy="allow")
    assert ends(allowed, 1, busy="bob", thread="tabc") == [("ran", "", 1)]


def test_a_slot_can_take_the_place_of_what_is_still_at_work() -> None:
    at = Situation(NOON, NOON - 2 * MINUTE, "bob", "tabc")
    schedule = said(concurrency_policy="replace", missed=Missed(most=5))
    first, second = settled(schedule, at, due(schedule, at))
    assert (first.outcome, first.why) == ("skipped", "replaced by a later slot")
    assert second == Slot(at=NOON, outcome="ran", replaces="tabc")


def test_what_is_suspended_paused_or_halted_is_skipped_and_says_so() -> None:
    assert ends(said(suspend=True), 2) == [("skipped", "suspended in agent.md", 2)]
    assert ends(SCHEDULE, 2, paused="alice") == [("skipped", "paused by alice", 2)]
    assert ends(SCHEDULE, 2, halted="bob: lunch") == [("skipped", "halted by bob: lunch", 2)]


def test_of_very_many_missed_slots_only_so_many_are_looked_at_and_none_runs_early() -> None:
    found = ends(SCHEDULE, 30_000)
    assert found == [("skipped", "missed: no clock ran then", MOST_AT_ONCE)]


policies = st.builds(
    said,
    missed=st.integers(0, 5).map(lambda most: Missed(most=most)),
    concurrency_policy=st.sampled_from(["allow", "forbid", "replace"]),
    starting_deadline_seconds=st.none() | st.integers(10, 1_000),
    suspend=st.booleans(),
    schedule=st.sampled_from(["* * * * *", "*/7 * * * *", "30 * * * *"]),
)
situations = st.builds(
    Situation,
    now=st.integers(NOON, NOON + 3_600_000),
    until=st.integers(NOON - 5_000_000, NOON),
    busy=st.none() | st.just("bob"),
    thread=st.just("tabc"),
    paused=st.sampled_from(["", "", "alice"]),
    halted=st.none(),
)


@given(policies, situations)
def test_whatever_holds_every_slot_has_one_outcome(schedule: Schedule, at: Situation) -> None:
    slots = due(schedule, at)
    found = settled(schedule, at, slots)
    covered = [
        slot
        for each in found
        for slot in (slots[slots.index(each.at) :][: each.count] if each.count > 1 else [each.at])
    ]
    assert covered == slots
    assert all(
        slots[slots.index(each.at) + each.count - 1] == each.last for each in found if each.last
    )
    ran = [each for each in found if each.outcome == "ran"]
    assert len(ran) <= max(1, schedule.missed.most)
    assert len(ran) <= 1 or schedule.concurrency_policy == "allow"
    assert not any(each.why for each in ran)
    assert all(each.why for each in found if each.outcome != "ran")
