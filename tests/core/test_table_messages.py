"""The table, rows of an addressed message, a tick, and other people's words."""

from __future__ import annotations

from bot.core.effects import Decide, Preview, Run, Send
from bot.core.thread import Asked, Idle, Previewing, Started, Thinking, Working
from tests.core.build import (
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


def test_a_message_wakes_an_idle_thread_and_the_model_is_asked() -> None:
    story = begun()
    assert story.turn == Thinking()
    assert story.effects == (Decide(1),)


def test_a_tick_wakes_an_idle_thread() -> None:
    story = Story()
    story.ticked()
    assert story.effects == (Decide(1),)


def test_a_tick_changes_nothing_in_a_thread_at_work() -> None:
    story, (call,) = working(write())
    story.ticked()
    assert story.turn == Working()
    assert story.outcome(call) == "Ready"


def test_a_tick_leaves_open_requests_as_they_are() -> None:
    story, request = at_rest_with_a_card()
    story.ticked()
    assert story.turn == Thinking()
    assert story.call(request).request == request


def test_other_peoples_words_change_nothing() -> None:
    story, _ = asking()
    before = story.thread
    story.noted("approve")
    assert (story.turn, story.thread.calls, story.thread.heard) == (
        before.turn,
        before.calls,
        before.heard,
    )


def test_the_first_word_says_whose_the_thread_is() -> None:
    story = Story()
    story.message(by="alice")
    story.message(by="bob")
    assert story.thread.requester == "alice"


def test_a_reply_by_someone_asked_answers_the_sole_open_question() -> None:
    story, (ask,) = working(question("red", "blue"))
    story.message("2", by="alice")
    assert story.call(ask).phase.text == "blue"  # type: ignore[union-attr]
    assert story.outcome(ask) == "answered"
    assert story.turn == Thinking()


def test_a_reply_to_the_sole_question_leaves_the_rest_of_the_step_alone() -> None:
    story, (ask, nap) = working(question(), sleep())
    story.message("because", by="alice")
    assert (story.outcome(ask), story.outcome(nap)) == ("answered", "Sleeping")


def test_a_reply_by_someone_not_asked_is_a_message() -> None:
    story, (ask,) = working(question(asked=("bob",)))
    story.message("blue", by="alice")
    assert story.outcome(ask) == "Asked"
    assert story.call(ask).version == 2
    assert story.turn == Thinking()


def test_with_several_open_questions_a_bare_reply_decides_nothing_and_the_bot_asks_which() -> None:
    story, calls = working(question(), question())
    story.message("blue")
    assert [story.outcome(call) for call in calls] == ["Asked", "Asked"]
    assert story.turn == Working()
    assert [notice.code for notice in story.thread.notices] == ["which"]
    assert Send(story.thread.notices[0].key) in story.effects
    assert not any(isinstance(effect, Decide) for effect in story.effects)


def test_with_several_open_questions_words_void_what_would_change_the_world_meanwhile() -> None:
    """Seed 2181 of the simulation: "hm, wait" was answered by asking which, and the write ran on."""
    story, (one, other) = working(question(), question())
    story.message("hm", by="dave")
    voided = story.step(gated(), write())
    story.message("hm, wait", by="alice")
    assert [story.outcome(call) for call in (one, other)] == ["Asked", "Asked"]
    assert [story.outcome(call) for call in voided] == ["voided", "voided"]
    assert story.effects[-1] == Decide(story.thread.head)


def test_words_asked_back_about_are_heard_by_a_step_on_its_way() -> None:
    story, asked = working(question(), question())
    story.message("hm", by="dave")
    seen = story.thread.head
    story.message("hm, wait", by="alice")
    (late,) = story.step(write(), seen=seen)
    assert story.thread.call(late) is None
    assert [story.outcome(call) for call in asked] == ["Asked", "Asked"]
    assert (story.turn, story.thread.notices[-1].code) == (Thinking(), "which")
    assert Decide(story.thread.head) in story.effects


def test_a_typed_verdict_that_could_mean_several_is_heard_by_a_step_on_its_way() -> None:
    story, cards = working(gated(), gated("rollback"))
    for card in cards:
        story.previewed(card)
    story.message("hm", by="dave")
    seen = story.thread.head
    story.message("deny", by="alice")
    (late,) = story.step(write(), seen=seen)
    assert story.thread.call(late) is None
    assert (story.turn, story.thread.notices[-1].code) == (Thinking(), "which")


def test_words_that_can_answer_none_of_several_unknown_outcomes_wake_a_stopped_thread() -> None:
    """Seed 3066 of the simulation: after "stop" the bot asked which was meant, and stayed stopped."""
    story, first = doubtful()
    story.message("go on", by="dave")
    (second,) = story.step(write())
    story.started(second)
    story.unknown(second)
    story.message("stop", by="alice")
    story.message("hm, wait", by="alice")
    assert [story.outcome(call) for call in (first, second)] == ["Asked", "Asked"]
    assert (story.turn, story.thread.notices[1:]) == (Thinking(), ())
    story.message("retry", by="alice")
    assert story.thread.notices[-1].code == "which"


def test_with_an_approval_open_a_reply_is_a_message_and_answers_no_question() -> None:
    story, _ = asking(None, question())
    story.message("blue", by="alice")
    assert story.outcome("T-1-1") == "Asked"
    assert story.turn == Thinking()


def test_a_card_being_made_anew_is_an_open_approval_too() -> None:
    story, request = asking(None, question())
    story.edit(request, by="carol", to="main")
    story.message("blue", by="alice")
    assert story.outcome("T-1-1") == "Asked"


def test_words_void_what_has_not_started() -> None:
    story, calls = working(read(), write(), gated(), sleep())
    story.message("wait")
    assert [story.outcome(call) for call in calls] == ["voided"] * 4
    assert story.effects == (Decide(story.thread.head),)


def test_words_void_a_message_that_is_still_owed() -> None:
    story, (last,) = working(say())
    story.message("wait")
    assert story.outcome(last) == "voided"
    assert story.turn == Thinking()


def test_words_reissue_an_open_card_under_a_new_version_with_the_message_quoted() -> None:
    story, request = asking()
    story.message("only the small one")
    call = story.call(request)
    assert call.phase == Previewing()
    assert (call.version, call.open, call.quote) == (2, True, "alice: only the small one")
    assert story.effects == (Preview(call.id, 2), Decide(story.thread.head))


def test_words_reissue_an_open_question_which_is_shown_again() -> None:
    story, (ask,) = working(question(asked=("bob",)))
    story.delivered(f"{ask}-v1")
    story.message("hm", by="alice")
    assert story.call(ask).open
    assert Send(f"{ask}-v2") in story.effects


def test_words_never_take_a_votes_version_along() -> None:
    story, request = asking()
    story.message("hm")
    story.previewed(request)
    story.approve(request)
    assert story.outcome(request) == "Asked"
    assert "out of date" in story.refusal()


def test_words_while_something_runs_wait_for_its_end() -> None:
    story, calls = working(write(), write(), sleep())
    story.started(calls[0])
    story.message("wait")
    assert story.phase(calls[0]) == Started()
    assert [story.outcome(call) for call in calls[1:]] == ["voided", "voided"]
    assert story.turn == Working()
    story.ended(calls[0])
    assert story.turn == Thinking()


def test_a_reply_to_an_open_question_of_an_earlier_step_answers_it_in_any_turn() -> None:
    story, (ask,) = working(question())
    story.message("who wants to know?", by="bob")
    story.step(stand_by())
    assert story.turn == Idle()
    story.message("blue", by="alice")
    assert story.outcome(ask) == "answered"
    assert story.turn == Thinking()


def test_words_do_not_void_an_unknown_outcome() -> None:
    story, request = doubtful()
    story.message("what happened?")
    assert isinstance(story.phase(request), Asked)
    assert story.call(request).request == "T-1-0-v3"
    assert story.turn == Thinking()


def test_a_second_try_ordered_but_not_begun_goes_back_to_unknown_at_a_word() -> None:
    story, request = doubtful()
    story.wait(60)
    story.answer(request, "retry")
    assert story.effects == (Run("T-1-0", 2, 1, claim=True),)
    story.message("no, wait")
    assert story.phase(request) == Asked("unknown")
    assert story.call(request).n == 1


def at_rest_with_a_card() -> tuple[Story, str]:
    story, request = asking()
    story.message("hm")
    story.step(stand_by())
    return story, story.call(request).request
