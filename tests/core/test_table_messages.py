"""The table, rows of an addressed message, a tick, and other people's words."""

from __future__ import annotations

import pytest

from bot.core.effects import Decide, Preview, Run, Send
from bot.core.log import blocks
from bot.core.thread import Asked, Held, Idle, Previewing, Started, Thinking, Working
from bot.core.values import Limits, Proposal
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
    withdraw,
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
    story.shown()
    story.message("2", by="alice")
    assert story.call(ask).phase.text == "blue"  # type: ignore[union-attr]  # an answered call is closed
    assert story.outcome(ask) == "answered"
    assert story.turn == Thinking()


def test_a_reply_to_the_sole_question_leaves_the_rest_of_the_step_alone() -> None:
    story, (ask, nap) = working(question(), sleep())
    story.shown()
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
    story.shown()
    story.message("blue")
    assert [story.outcome(call) for call in calls] == ["Asked", "Asked"]
    assert story.turn == Working()
    assert [notice.code for notice in story.thread.notices] == ["which"]
    assert story.thread.notices[0].text == "T-1-0-v1 (Which?), T-1-1-v1 (Which?)"
    assert Send(story.thread.notices[0].key) in story.effects
    assert not any(isinstance(effect, Decide) for effect in story.effects)


def test_with_several_open_questions_words_void_what_would_change_the_world_meanwhile() -> None:
    """Seed 2181 of the simulation: "hm, wait" was answered by asking which, and the write ran on."""
    story, (one, other) = working(question(), question())
    story.message("hm", by="dave")
    story.shown()
    voided = story.step(gated(), write())
    story.message("hm, wait", by="alice")
    assert [story.outcome(call) for call in (one, other)] == ["Asked", "Asked"]
    assert [story.outcome(call) for call in voided] == ["voided", "voided"]
    assert story.effects[-1] == Decide(story.thread.head)


def thinking_beside(*requests: Proposal) -> tuple[Story, tuple[str, ...]]:
    """The model is asked while these are open."""
    story, calls = working(*requests)
    story.message("hm", by="dave")
    for call in calls:
        if story.outcome(call) == "Previewing":
            story.previewed(call)
    story.shown()
    return story, calls


def held_beside(*requests: Proposal) -> Story:
    """Held for too many steps, with these open."""
    story, _ = thinking_beside(*requests)
    (look,) = story.step(read(), limits=Limits(steps=1))
    story.ended(look)
    assert isinstance(story.turn, Held)
    story.shown()
    return story


def claims(story: Story) -> list[str]:
    return [effect.call for effect in story.effects if isinstance(effect, Run) and effect.claim]


def test_while_the_model_is_asked_words_that_could_answer_several_questions_are_heard_by_it() -> (
    None
):
    story, asked = thinking_beside(question(), question())
    seen = story.thread.head
    story.message("hm, wait, touch nothing", by="alice")
    (late,) = story.step(write(), seen=seen)
    assert story.thread.call(late) is None
    assert [story.outcome(call) for call in asked] == ["Asked", "Asked"]
    assert Decide(story.thread.head) in story.effects
    assert "touch nothing" in "\n".join(blocks(story.log, "T"))


def test_while_the_model_is_asked_a_denial_that_could_mean_several_cards_is_heard_by_it() -> None:
    story, _ = thinking_beside(gated(), gated("rollback"))
    seen = story.thread.head
    story.message("deny, the database is down", by="bob")
    (late,) = story.step(write(), seen=seen)
    assert story.thread.call(late) is None
    assert "the database is down" in "\n".join(blocks(story.log, "T"))


@pytest.mark.parametrize("under_way", [write(), read()])
def test_what_is_said_while_something_is_under_way_is_heard_before_the_next_step(
    under_way: Proposal,
) -> None:
    story, _ = thinking_beside(question(), question())
    (call,) = story.step(under_way)
    if under_way.kind == "write":
        story.started(call)
    story.message("after this one, touch nothing more", by="alice")
    story.ended(call)
    assert Decide(story.thread.head) in story.effects
    assert "touch nothing more" in "\n".join(blocks(story.log, "T"))


def test_a_denial_that_could_mean_several_cards_voids_what_is_about_to_act() -> None:
    story, cards = working(gated("one"), gated("two"), gated("three"))
    for card in cards:
        story.previewed(card)
        story.delivered(f"{card}-v1")
    story.approve(f"{cards[0]}-v1")
    assert claims(story) == [cards[0]]
    story.message("deny, the database is down", by="bob")
    assert claims(story) == []


def test_where_nothing_goes_on_a_denial_that_could_mean_several_cards_is_asked_back_about() -> None:
    story, cards = working(gated("one"), gated("two"))
    for card in cards:
        story.previewed(card)
        story.delivered(f"{card}-v1")
    story.message("deny", by="bob")
    assert [story.outcome(card) for card in cards] == ["Asked", "Asked"]
    assert story.thread.notices[-1].code == "which_card"


def test_a_reply_after_the_deadline_is_heard_by_a_step_on_its_way() -> None:
    story, _ = thinking_beside(question(deadline_seconds=10))
    seen = story.thread.head
    story.wait(60)
    story.message("no, wait, do not do it", by="alice")
    (late,) = story.step(write(), seen=seen)
    assert story.thread.call(late) is None
    assert story.thread.refusals[-1].reason == "The deadline for this has passed."


def test_a_reply_after_the_deadline_voids_what_is_about_to_act() -> None:
    story, _ = working(question(deadline_seconds=10), write())
    story.wait(60)
    story.message("no, wait, do not do it", by="alice")
    assert claims(story) == []


def test_a_typed_denial_that_does_not_count_holds_back_what_is_about_to_act() -> None:
    story, (_, request) = working(write(), gated())
    story.previewed(request)
    story.message("deny, the database is down", by="carla")
    assert claims(story) == []
    assert story.thread.refusals[-1].by == "carla"


def test_an_approval_typed_too_early_voids_a_step_on_its_way_and_no_card() -> None:
    story, (request,) = working(gated())
    story.previewed(request)
    story.message("hm", by="dave")
    seen, version = story.thread.head, story.call(request).version
    story.message("approve", by="bob")
    story.step(withdraw(request), seen=seen)
    assert story.outcome(request) != "withdrawn"
    assert story.call(request).version == version


def test_one_of_several_questions_is_answered_by_its_name() -> None:
    story, (one, other) = working(question(), question())
    story.message(f"{one}-v1: blue", by="alice")
    assert (story.outcome(one), story.outcome(other)) == ("answered", "Asked")
    story.message(f"{other} green", by="alice")
    assert story.outcome(other) == "answered"


def test_of_several_questions_words_answer_the_one_that_was_asked_of_their_author() -> None:
    story, (mine, _) = working(question(), question(asked=("bob",)))
    story.shown()
    story.message("blue", by="alice")
    assert story.outcome(mine) == "answered"


def test_beside_an_unknown_outcome_words_answer_the_question() -> None:
    story, (ask, note) = working(question(), write())
    story.started(note)
    story.unknown(note)
    story.shown()
    story.message("blue", by="alice")
    assert story.outcome(ask) == "answered"


def test_a_thread_held_beside_two_questions_goes_on_when_somebody_speaks() -> None:
    story = held_beside(question(), question())
    story.message("yes, please go on", by="alice")
    assert story.turn == Thinking()


def test_a_number_that_could_answer_a_question_stops_no_thread_that_is_held() -> None:
    story = held_beside(question("red", "blue"))
    story.message("2", by="alice")  # "blue", or "Stop"?
    assert (story.thread.cancelled, story.turn) == (False, Thinking())


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
    story.step(stand_by())
    story.shown()
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
    story.shown()
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
