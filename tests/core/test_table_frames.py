"""The table, rows of delivery, timers, pausing, cancelling, forking, and ids already folded."""

from __future__ import annotations

import pytest

from bot.core.effects import Decide, Doubt, Run, Send, timers
from bot.core.events import Cancelled, Compacted, Paused, Resumed, Unknown
from bot.core.outbox import Say, address, message
from bot.core.reducer import evolve, replay
from bot.core.thread import Asked, Idle, Started, Thinking, Working
from bot.core.values import Proposal, Rung
from tests.core.build import (
    ELSEWHERE,
    HERE,
    Story,
    asking,
    begun,
    doubtful,
    gated,
    question,
    read,
    say,
    sleep,
    stand_by,
    working,
    write,
)


def test_a_card_is_owed_until_it_is_delivered() -> None:
    story, (call,) = working(question())
    assert story.effects == (Send(f"{call}-v1"),)
    story.delivered(f"{call}-v1")
    assert story.effects == ()
    assert story.phase(call) == Asked("question", shown=story.now)


def test_the_delivery_of_an_old_version_shows_nothing() -> None:
    story, (call,) = working(question(asked=("bob",)))
    story.message("hm")
    story.delivered(f"{call}-v1")
    assert Send(f"{call}-v2") in story.effects


def test_a_card_that_its_last_address_refused_is_owed_no_more_and_the_thread_is_told() -> None:
    story, (call,) = working(question(asked=("bob",)))
    story.undelivered(f"{call}-v1")
    (notice,) = story.thread.notices
    assert (notice.code, story.effects) == ("undelivered", (Send(notice.key),))
    story.delivered(notice.key)
    assert story.effects == ()
    assert story.phase(call) == Asked("question", copy=1)


def test_a_card_that_was_shown_is_not_refused_any_more() -> None:
    """Two workers had sent it, and what became of the second try came last: its reminders would have had nowhere to go."""
    waits = question().model_copy(update={"ladder": (Rung(after_seconds=60),)})
    story, (call,) = working(waits)
    story.delivered(f"{call}-v1")
    shown = story.phase(call)
    story.undelivered(f"{call}-v1")
    assert (story.phase(call), story.thread.notices) == (shown, ())
    story.wait(60)
    story.fired(f"{call}-v1~remind")
    (owed,) = [effect for effect in story.effects if isinstance(effect, Send)]
    assert address(story.thread, owed.key) == HERE


def test_a_card_that_was_refused_is_shown_by_its_copy_alone() -> None:
    story, (call,) = working(question())
    story.undelivered(f"{call}-v1")
    story.delivered(f"{call}-v1")
    assert story.phase(call) == Asked("question", copy=1)
    story.delivered(f"{call}-v1~1")
    assert story.phase(call) == Asked("question", shown=story.now, copy=1)


def test_a_new_version_of_a_card_begins_with_the_first_address_again() -> None:
    story, (call,) = working(question(asked=("bob",)))
    story.undelivered(f"{call}-v1")
    story.message("hm")
    assert Send(f"{call}-v2") in story.effects


def test_a_press_on_a_copy_counts_as_one_on_the_card() -> None:
    story, (call,) = working(gated())
    story.previewed(call)
    story.undelivered(f"{call}-v1")
    story.approve(f"{call}-v1~1")
    assert story.outcome(call) == "Ready"


# ---- a schedule has a second address ---------------------------------------------------------------------------------
def scheduled(*calls: Proposal) -> tuple[Story, tuple[str, ...]]:
    story = Story()
    story.ticked(fallback=ELSEWHERE)
    return story, story.step(*calls)


def tried(story: Story) -> list[tuple[str, str]]:
    """What is owed, by its key and where it goes."""
    keys = [effect.key for effect in story.effects if isinstance(effect, Send)]
    found = [(key, address(story.thread, key)) for key in keys]
    return [(key, there.locator) for key, there in found if there]


def test_what_a_schedule_says_goes_to_its_fallback_where_its_address_refuses_it() -> None:
    story, (call,) = scheduled(say("done"))
    assert tried(story) == [(call, "1")]
    story.undelivered(call)
    (notice,) = story.thread.notices
    assert tried(story) == [(notice.key, "1"), (f"{call}~1", "2")]
    said = message(story.thread, f"{call}~1")
    assert said == Say(f"{call}~1", "done", final=True)
    story.undelivered(notice.key)
    assert tried(story) == [(f"{notice.key}~1", "2"), (f"{call}~1", "2")]
    assert address(story.thread, f"{call}~1") == ELSEWHERE
    story.delivered(f"{notice.key}~1")
    story.delivered(f"{call}~1")
    assert (story.effects, story.turn) == ((), Idle())


def test_a_message_that_both_refuse_has_failed() -> None:
    story, (call,) = scheduled(say("done"))
    story.undelivered(call)
    story.undelivered(f"{call}~1")
    assert story.outcome(call) == "failed"
    for number in ("", "~1"):
        for notice in story.thread.notices:
            assert notice.key.endswith(number)
            story.undelivered(notice.key)
    assert story.thread.notices == ()


def test_why_its_address_refuses_what_it_says_is_told_once_and_again_when_the_reason_is_another() -> (
    None
):
    story, (call,) = scheduled(say("done"))
    for reason, told in (("gone", 1), ("gone", 1), ("full", 2)):
        story.undelivered(call, reason)
        story.delivered(f"{call}~1")
        assert len(story.thread.notices) == told
        story.message("and then?")
        (call,) = story.step(say("more"))


def test_a_card_and_its_reminders_go_to_the_fallback_too() -> None:
    waits = question().model_copy(update={"ladder": (Rung(after_seconds=60),)})
    story, (call,) = scheduled(waits)
    story.undelivered(f"{call}-v1")
    assert (f"{call}-v1~1", "2") in tried(story)
    story.delivered(f"{call}-v1~1")
    story.wait(60)
    story.fired(f"{call}-v1~remind")
    assert (f"{call}~remind1", "2") in tried(story)


def test_a_copy_of_a_schedules_thread_lives_in_its_own_place_alone() -> None:
    story, _ = scheduled(say())
    story.forked()
    assert story.thread.addresses == (HERE,)
    assert address(story.thread, "T-1-0~1") is None


@pytest.mark.parametrize("fails", [False, True])
def test_a_notice_is_sent_once(fails: bool) -> None:
    story = begun()
    story.message("stop")
    (notice,) = story.thread.notices
    assert story.effects == (Send(notice.key),)
    if fails:
        story.undelivered(notice.key)
    else:
        story.delivered(notice.key)
    assert story.effects == ()


def test_news_about_a_delivery_nobody_waits_for_changes_nothing() -> None:
    story, (call,) = working(sleep())
    before = story.thread.calls
    for key in (call, "T-9-9", ""):
        story.delivered(key)
    for key in (call, "T-9-9", ""):
        story.undelivered(key)
    assert story.thread.calls == before
    assert story.thread.notices == ()


def test_a_wait_ends_by_its_timer_and_not_before() -> None:
    story, (nap,) = working(sleep(60))
    assert timers(story.thread) == {nap: story.now + 60_000}
    story.fired(nap)
    assert story.outcome(nap) == "Sleeping"
    story.wait(60)
    story.fired(nap)
    assert story.outcome(nap) == "elapsed"
    assert story.turn == Thinking()


@pytest.mark.parametrize("name", ["retry", "T-1-0", "T-9-9", ""])
def test_a_timer_that_nobody_wants_changes_nothing(name: str) -> None:
    story, _ = working(question())
    before = (story.thread.calls, story.turn)
    story.fired(name)
    assert (story.thread.calls, story.turn) == before


def test_paused_nothing_is_done_but_doubting() -> None:
    story, calls = working(write(), write())
    story.started(calls[0])
    story.happens(Paused)
    assert story.effects == (Doubt(calls[0], 1),)
    story.unknown(calls[0])
    assert story.effects == ()


def test_paused_folding_goes_on_and_a_verdict_in_time_counts() -> None:
    story, request = asking()
    story.happens(Paused)
    story.approve(request)
    assert story.effects == ()
    story.wait(6000)
    story.fired(request)
    story.happens(Resumed)
    assert story.effects == (Run("T-1-0", 1, 1, claim=True),)


def test_paused_a_message_is_heard_and_thought_about_later() -> None:
    story = begun()
    story.happens(Paused)
    story.message("hello?")
    assert story.effects == ()
    story.happens(Resumed)
    assert story.effects == (Decide(story.thread.head),)


def test_cancelling_voids_the_unstarted_and_the_open_and_lets_the_started_end() -> None:
    story, calls = working(write(), write(), gated(), question(), sleep(), read())
    story.previewed(calls[2])
    story.started(calls[0])
    story.happens(Cancelled)
    assert [story.outcome(call) for call in calls] == ["Started"] + ["voided"] * 5
    assert story.turn == Working()
    story.ended(calls[0])
    assert story.outcome(calls[0]) == "returned"
    assert (story.turn, story.effects) == (Idle(), ())


def test_after_a_cancellation_the_model_is_asked_no_more_until_a_message() -> None:
    story = begun()
    story.happens(Cancelled)
    story.step(write(), seen=1)
    assert (story.turn, story.thread.calls) == (Idle(), ())
    story.message("go on")
    assert story.turn == Thinking()


def test_cancelling_leaves_an_unknown_outcome_to_be_settled() -> None:
    story, request = doubtful()
    story.happens(Cancelled)
    assert story.turn == Idle()
    assert story.effects == (Send(request),)
    story.answer(request, "happened")
    assert (story.outcome(request), story.turn) == ("happened", Idle())


def test_cancelling_leaves_the_doubt_of_a_second_try_that_is_asked_about_anew() -> None:
    story, request = doubtful()
    story.wait(60)
    story.answer(request, "retry")
    story.voided("T-1-0")
    story.happens(Cancelled)
    assert story.phase(request) == Asked("unknown")


def test_a_message_while_what_was_cancelled_still_runs_wakes_the_thread_at_its_end() -> None:
    story, (call,) = working(write())
    story.started(call)
    story.happens(Cancelled)
    story.message("go on")
    assert story.phase(call) == Started()
    story.ended(call)
    assert story.turn == Thinking()


def test_a_child_runs_asks_and_retries_nothing_of_its_parents() -> None:
    story, calls = working(read(), write(), write(), gated(), question(), sleep())
    story.ended(calls[0])
    story.started(calls[1])
    story.previewed(calls[3])
    story.forked()
    outcomes = [story.outcome(call) for call in calls]
    assert outcomes == ["returned", "unknown_in_parent", "voided", "voided", "voided", "voided"]
    assert (story.turn, story.effects, timers(story.thread)) == (Idle(), (), {})


def test_an_unknown_outcome_or_an_ordered_second_try_stays_the_parents() -> None:
    for retried in (False, True):
        story, request = doubtful()
        if retried:
            story.wait(60)
            story.answer(request, "retry")
        story.forked()
        assert story.outcome(request) == "unknown_in_parent"
        story.ended("T-1-0", n=1)
        story.started("T-1-0", n=2)
        assert story.outcome(request) == "unknown_in_parent"


def test_a_childs_step_in_flight_is_the_parents() -> None:
    story = begun()
    head = story.thread.head
    story.forked()
    story.step(write(), seen=head)
    assert story.thread.calls == ()
    story.message("and here?")
    assert story.turn == Thinking()


def test_a_child_owes_none_of_its_parents_messages() -> None:
    story, _ = working(say())
    story.message("stop")
    story.approve("T-9-9")
    story.forked()
    assert story.effects == ()


def test_an_id_already_folded_changes_nothing_but_the_head() -> None:
    story, _ = asking()
    for event in list(story.log):
        before = story.thread
        after = evolve(before, event)
        assert after.head == before.head + 1
        assert (after.turn, after.calls, after.heard) == (before.turn, before.calls, before.heard)


def test_what_cannot_be_read_is_counted_and_folds_as_nothing() -> None:
    story, _ = working(write())
    before = story.thread
    story.tell(Unknown(type="Dreamt", id="d", at=story.now, raw="{}"))
    story.tell(Compacted(id="c", at=story.now, upto=2, summary="so far"))
    assert story.thread.head == before.head + 2
    assert (story.turn, story.thread.calls) == (before.turn, before.calls)


def test_resume_is_not_a_special_case() -> None:
    story, _ = asking()
    story.message("hm")
    story.step(stand_by("waiting"))
    for cut in range(len(story.log) + 1):
        thread = replay("T", story.log[:cut])
        for event in story.log[cut:]:
            thread = evolve(thread, event)
        assert thread == story.thread
