"""The table, rows of the model's answer and of a step's end."""

from __future__ import annotations

import pytest

from bot.core.effects import Decide, Preview, Run, Send, timers
from bot.core.thread import (
    Asked,
    Closed,
    Held,
    Idle,
    Previewing,
    Ready,
    Saying,
    Sleeping,
    Thinking,
    Working,
)
from tests.core.build import (
    asking,
    begun,
    gated,
    nothing,
    question,
    read,
    say,
    sleep,
    stand_by,
    withdraw,
    working,
    write,
)


def test_each_kind_of_call_begins_in_its_own_phase() -> None:
    story, calls = working(read(), write(), gated(), question(), sleep(60))
    until = story.now + 60_000
    phases = [story.phase(call) for call in calls]
    assert phases == [Ready(), Ready(), Previewing(), Asked("question"), Sleeping(until)]
    assert story.turn == Working()


def test_a_calls_name_is_thread_seen_and_index() -> None:
    story = begun()
    story.noted("hm")
    assert story.step(read(), write()) == ("T-2-0", "T-2-1")
    assert [call.id for call in story.thread.calls] == ["T-2-0", "T-2-1"]


def test_reads_run_at_once_side_by_side_and_unclaimed() -> None:
    story, (one, two) = working(read(), read())
    assert story.effects == (Run(one, 1, 1, claim=False), Run(two, 1, 1, claim=False))


def test_a_step_that_has_not_seen_all_is_void_and_its_cost_kept() -> None:
    story = begun()
    story.message("and mind the gap")
    story.step(write(), seen=1, micro_usd=70)
    assert story.turn == Thinking()
    assert story.thread.calls == ()
    assert (story.thread.tally.micro_usd, story.thread.tally.steps) == (70, 0)


def test_a_step_counts_when_only_what_asks_nothing_came_after_its_head() -> None:
    story = begun()
    story.noted("nice weather")
    (call,) = story.step(write(), seen=1)
    assert story.outcome(call) == "Ready"


def test_a_second_step_from_the_same_head_is_void_even_if_the_first_is_over_at_once() -> None:
    story, request = asking()
    story.message("forget it")
    head = story.thread.head
    story.step(withdraw(request), seen=head)
    assert story.turn == Thinking()
    story.step(write(), seen=head)
    assert story.turn == Thinking()
    assert len({call.id for call in story.thread.calls}) == len(story.thread.calls)


def test_a_step_chosen_before_another_counted_is_void() -> None:
    """A worker that overslept its lease and the one that took over both ask; a preview lies between their heads."""
    story, request = asking()
    story.message("hm")
    first = story.thread.head
    story.previewed(request)
    second = story.thread.head
    story.step(withdraw(request), seen=first)
    story.step(stand_by(), seen=second)
    assert story.turn == Thinking()


def test_a_step_that_nobody_asked_for_changes_nothing_but_the_bill() -> None:
    story, (call,) = working(write())
    story.step(write("other"), micro_usd=5)
    assert [one.id for one in story.thread.calls] == [call]
    assert story.thread.tally.micro_usd == 5


def test_a_verdict_voids_the_step_that_had_not_seen_it() -> None:
    story, request = asking()
    story.message("hm")
    head = story.thread.head
    story.previewed(request)
    story.approve("T-1-0-v2")
    story.step(say(), seen=head)
    assert story.turn == Working()
    assert story.outcome("T-1-0") == "Ready"


def test_a_transient_failure_is_retried_by_a_timer() -> None:
    story = begun()
    story.undecided(retry_in=5_000)
    assert isinstance(story.turn, Thinking)
    assert story.turn.retry_at == story.now + 5_000
    assert timers(story.thread) == {"retry": story.now + 5_000}
    assert story.effects == ()
    story.fired("retry")
    assert story.effects == ()
    story.wait(5)
    story.fired("retry")
    assert story.effects == (Decide(story.thread.head),)


def test_a_message_does_not_wait_for_the_retry() -> None:
    story = begun()
    story.undecided()
    story.message("hello?")
    assert story.effects == (Decide(story.thread.head),)


def test_a_lasting_trouble_is_told_once() -> None:
    story = begun()
    for _ in range(4):
        story.undecided(retry_in=100_000)
        story.wait(100)
        story.fired("retry")
    assert [notice.code for notice in story.thread.notices] == ["model_trouble"]


@pytest.mark.parametrize("kind", ["refusal", "permanent"])
def test_a_failure_for_good_asks_a_human(kind: str) -> None:
    story = begun()
    story.undecided(kind)
    assert isinstance(story.turn, Held)
    assert story.turn.why == "model"
    assert Send(f"{story.turn.request}-v1") in story.effects
    options = story.call(story.turn.request).proposal.arguments["options"]
    assert options == {"choices": ["Try again", "Stop"]}


def test_the_second_malformed_step_asks_a_human_the_first_asks_the_model_again() -> None:
    story = begun()
    story.undecided("malformed")
    assert story.effects == (Decide(2),)
    story.undecided("malformed")
    assert isinstance(story.turn, Held)


def test_a_malformed_step_is_forgotten_after_a_good_one() -> None:
    story = begun()
    story.undecided("malformed")
    (call,) = story.step(read())
    story.ended(call)
    story.undecided("malformed")
    assert isinstance(story.turn, Thinking)


def test_a_failure_that_has_not_seen_all_changes_nothing_but_the_bill() -> None:
    story = begun()
    story.message("more")
    story.undecided("permanent", seen=1, usage={"micro_usd": 3})
    assert story.turn == Thinking()
    assert story.thread.tally.micro_usd == 3


def test_when_all_calls_are_closed_the_model_is_asked() -> None:
    story, (one, two) = working(read(), write())
    story.ended(one)
    assert story.turn == Working()
    story.ran(two)
    assert story.turn == Thinking()


def test_a_last_word_that_is_said_ends_the_work() -> None:
    story, (last,) = working(say())
    assert story.phase(last) == Saying()
    assert story.effects == (Send(last),)
    story.delivered(last)
    assert (story.phase(last), story.turn) == (Closed("said"), Idle())


def test_nothing_to_do_ends_the_work_in_silence() -> None:
    story, _ = working(nothing())
    assert (story.turn, story.effects) == (Idle(), ())


def test_standing_by_rests_with_the_requests_open() -> None:
    story, request = asking()
    story.message("who decides?")
    story.previewed(request)
    (word,) = story.step(stand_by("bob does"))
    story.delivered("T-1-0-v2")
    story.delivered(word)
    assert (story.turn, story.effects) == (Idle(), ())
    story.approve("T-1-0-v2")
    assert story.effects == (Run("T-1-0", 1, 1, claim=True),)


def test_a_verdict_that_comes_while_the_stand_by_is_being_said_is_thought_about() -> None:
    story, request = asking()
    story.message("who decides?")
    (word,) = story.step(stand_by("bob does"))
    story.deny(request, reason="not today")
    assert story.turn == Working()
    story.delivered(word)
    assert story.turn == Thinking()


def test_a_result_that_comes_while_the_stand_by_is_being_said_is_thought_about() -> None:
    story, request = asking()
    story.message("who decides?")
    (word,) = story.step(stand_by("bob does"))
    story.previewed(request)
    story.approve("T-1-0-v2")
    story.ran("T-1-0")
    story.delivered(word)
    assert story.turn == Thinking()


def test_any_other_step_leaves_open_requests_open() -> None:
    story, request = asking()
    story.message("look first")
    (look,) = story.step(read())
    story.previewed(request)
    assert story.call(request).open
    story.ended(look)
    assert story.turn == Thinking()
    assert isinstance(story.phase(request), Asked)


def test_withdrawing_closes_the_request_whatever_version_is_named() -> None:
    story, request = asking()
    story.message("forget it")
    story.step(withdraw(request))
    assert story.outcome(request) == "withdrawn"
    assert story.turn == Thinking()


def test_an_unknown_outcome_cannot_be_withdrawn() -> None:
    story, (call,) = working(write())
    story.started(call)
    story.unknown(call)
    story.message("forget it")
    story.step(withdraw(story.call(call).request))
    assert story.outcome(call) == "Asked"


@pytest.mark.parametrize("after", ["asked", "approved", "again asked", "gone"])
def test_only_a_request_that_is_open_can_be_withdrawn(after: str) -> None:
    story, request = asking()
    story.message("forget it")
    story.previewed(request)
    match after:
        case "asked":
            pass
        case "approved":
            story.approve("T-1-0-v2")
            story.started("T-1-0")
            story.unknown("T-1-0")
            story.message("forget it")
        case "again asked":
            story.approve("T-1-0-v2")
            story.started("T-1-0")
            story.unknown("T-1-0")
            story.wait(60)
            story.answer("T-1-0-v3", "retry")
            story.voided("T-1-0")
            story.message("forget it")
        case _:
            story.deny(request)
    before = story.outcome(request)
    story.step(withdraw(request), gated())
    assert story.outcome(request) == ("withdrawn" if after == "asked" else before)


def test_a_step_cannot_withdraw_its_own_calls_nor_a_hold() -> None:
    story = begun()
    head = story.thread.head
    _, call, _ = story.step(withdraw(f"T-{head}-1"), gated(), withdraw("nothing"))
    assert story.outcome(call) == "Previewing"


def test_replacing_is_withdrawing_and_a_new_call_in_one_step() -> None:
    story, request = asking()
    story.message("the small one")
    _, new = story.step(withdraw(request), gated(size="small"))
    assert (story.outcome(request), story.outcome(new)) == ("withdrawn", "Previewing")
    assert story.effects == (Preview(new, 1),)


def test_an_unsayable_last_word_is_closed_and_the_owner_told() -> None:
    story, (last,) = working(say())
    story.undelivered(last)
    assert story.outcome(last) == "failed"
    assert story.turn == Idle()
    assert [notice.code for notice in story.thread.notices] == ["undelivered"]


@pytest.mark.parametrize(
    "seconds", [float("nan"), float("inf"), -1, 10**400, 1e308, "soon", True, None]
)
def test_a_wait_of_any_length_folds(seconds: float) -> None:
    story, (nap,) = working(sleep(seconds))  # type: ignore[arg-type]  # wrong lengths are what is tried
    assert isinstance(story.phase(nap), Sleeping)


def test_a_wait_until_a_time_ends_at_that_time() -> None:
    until = sleep().model_copy(update={"arguments": {"until": 2_000_000_000}})
    story, (nap,) = working(until)
    assert story.phase(nap) == Sleeping(2_000_000_000)
