"""The table, rows of schedules: what fails under one that is known to fail, and what is told of how it fares."""

from __future__ import annotations

import pytest

from bot.core import outbox
from bot.core.context import block
from bot.core.effects import Send
from bot.core.outbox import Hold, Notice
from bot.core.slots import PREFIX, place_of, tick_id
from bot.core.thread import Closed, Held, Idle, Thread
from tests.core.build import ELSEWHERE, HERE, Story, read


def test_a_first_error_asks_how_to_go_on_and_one_of_a_schedule_that_is_known_to_fail_says_nothing() -> (
    None
):
    first, again = Story("T"), Story("T")
    first.ticked()
    again.ticked(quiet=True)
    for story in (first, again):
        story.undecided("permanent", reason="no key")
    (asked,) = outbox.pending(first.thread)
    assert isinstance(asked, Hold)
    assert (type(first.thread.turn), again.thread.turn, again.effects) == (Held, Idle(), ())
    (call,) = again.thread.calls
    assert call.phase == Closed("gave_up", "no key")


def test_whoever_speaks_in_its_thread_is_asked_again_what_to_do_about_an_error() -> None:
    story = Story("T")
    story.ticked(quiet=True)
    story.undecided("permanent", reason="no key")
    story.message("and now?")
    story.undecided("permanent", reason="no key")
    assert isinstance(story.thread.turn, Held)


def test_a_model_that_does_not_answer_is_told_of_but_for_a_schedule_that_is_known_to_fail() -> None:
    for quiet, codes in ((False, ["model_trouble"]), (True, [])):
        story = Story("T")
        story.ticked(quiet=quiet)
        story.undecided("transient", retry_in=200_000)
        assert [notice.code for notice in story.thread.notices] == codes


def test_a_limit_asks_whoever_began_it() -> None:
    story = Story("T")
    story.ticked(quiet=True)
    for _ in range(story.thread.limits.steps):
        (call,) = story.step(read())
        story.ended(call)
    assert isinstance(story.thread.turn, Held)


@pytest.mark.parametrize("told", ["failing", "failing_still", "works_again"])
def test_how_a_schedule_fares_is_told_where_it_speaks_and_the_model_reads_it(told: str) -> None:
    story = Story("T")
    before = story.thread
    event = story.fared(told)
    assert story.thread.addresses == (HERE, ELSEWHERE)
    (notice,) = story.thread.notices
    assert story.effects == (Send(notice.key),)
    words = outbox.message(story.thread, notice.key)
    assert isinstance(words, Notice)
    assert "clerk/daily: no key" in words.text
    assert block(before, event, story.thread).startswith(f'<{told} untrusted="error">')
    story.delivered(notice.key)
    assert story.effects == ()


def test_a_slot_that_came_while_the_thread_was_at_work_was_skipped_and_the_model_is_told_nothing_of_it() -> (
    None
):
    story = Story("T")
    before = story.thread
    story.ticked()
    assert "look" in block(before, story.log[-1], story.thread)
    before = story.thread
    story.ticked()
    assert block(before, story.log[-1], story.thread) == ""


def test_on_its_own_log_and_where_nothing_is_told_it_is_on_record_alone() -> None:
    for story, told, address in (
        (Story("T"), "", HERE),
        (Story("T"), "failing", None),
        (Story(f"{PREFIX}daily"), "failing", HERE),
    ):
        event = story.fared(told, address)
        assert (story.thread.address, story.thread.notices) == (None, ())
        assert told or not block(Thread("T"), event, story.thread)


def test_what_begins_a_slot_is_named_by_schedule_and_slot() -> None:
    assert tick_id("clerk/daily", 60_000) == "cron:clerk/daily@60000"


def test_whose_place_an_address_is_stands_on_no_threads_log() -> None:
    assert place_of("tabc").startswith(PREFIX)
    assert place_of("tabc") != place_of("tabd")
