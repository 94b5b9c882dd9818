"""Outbox and status: what a key says to a human, and where a thread stands."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from bot.core import deciders, phrases
from bot.core.edits import edits
from bot.core.effects import Send, next_effects
from bot.core.events import (
    Cancelled,
    DecideFailed,
    DeliveryFailed,
    OutcomeUnknown,
    Paused,
    Previewed,
    StepDecided,
)
from bot.core.outbox import (
    Approval,
    Hold,
    Notice,
    Question,
    Say,
    UnknownOutcome,
    address,
    message,
    pending,
)
from bot.core.owed import Code
from bot.core.status import phase, waiting_for
from bot.core.thread import Why
from bot.core.values import Limits
from tests.core.conversation import BEGAN, MINUTE, Arguments, Conversation, card, proposal

PUSH = proposal("gated", "push_tag", {"tag": "v1"}, "green")
OPTIONS: Arguments = {"urgency": "high", "format": "yes_no"}
ASK = proposal(
    "question", "request_human_input", {"question": "Ship?", "context": "v1", "options": OPTIONS}
)
SAY = proposal("say", "done_for_now", {"message": "done"})
READ = proposal("read", "list_tags")


def conversation() -> Conversation:
    it = Conversation()
    it.says("ship it")
    return it


def asked() -> Conversation:
    it = conversation()
    it.step(PUSH)
    it.asks_approval(of=card(2, deadline_seconds=3600))
    return it


def unknown() -> Conversation:
    it = asked()
    it.verdict("approve", "bob")
    it.verdict("approve", "carol")
    it.starts()
    it.add(OutcomeUnknown(id="", call="T-1-0", n=1))
    return it


def held() -> Conversation:
    it = conversation()
    it.add(
        StepDecided(
            id="", seen=1, calls=(READ,), actor="model", limits=Limits(steps=1), asked=("alice",)
        )
    )
    it.returns("v1")
    return it


# ---- what a key says -------------------------------------------------------------------------------------------------
def test_a_message_is_the_agents_own_words() -> None:
    it = conversation()
    it.step(SAY)
    assert message(it.thread, "T-1-0") == Say("T-1-0", "done", final=True)
    it.delivers()
    assert message(it.thread, "T-1-0") is None


def test_a_question_carries_what_a_channel_needs_to_ask_it() -> None:
    it = conversation()
    it.step(ASK)
    assert message(it.thread, "T-1-0-v1") == Question(
        key="T-1-0-v1",
        request="T-1-0-v1",
        question="Ship?",
        context="v1",
        urgency="high",
        format="yes_no",
        choices=("Yes", "No"),
        until=None,
        asked=("alice", "bob"),
        quote="",
        requester="alice",
    )


def test_a_question_without_options_takes_any_words() -> None:
    it = conversation()
    it.step(proposal("question", "request_human_input", {"question": "Why?", "options": "none"}))
    (question,) = pending(it.thread)
    assert isinstance(question, Question)
    assert (question.urgency, question.format, question.choices) == ("medium", "free_text", ())


def test_a_card_carries_everything_that_was_approved_and_who_may() -> None:
    it = asked()
    it.verdict("approve", "bob")
    assert message(it.thread, "T-1-0-v1") == Approval(
        key="T-1-0-v1",
        request="T-1-0-v1",
        tool="push_tag",
        arguments={"tag": "v1"},
        because="green",
        text="1 commit",
        approvers=("bob", "carol"),
        quorum=2,
        votes=("bob",),
        self_approval=False,
        typed=True,
        until=BEGAN + 2 * MINUTE + 3_600_000,
        digest="d1",
        quote="",
        editors=(),
        askers=("alice",),
        requester="alice",
    )


def test_a_card_that_was_edited_carries_what_was_there_first() -> None:
    it = asked()
    it.verdict("edit", "bob", arguments={"tag": "v2", "count": 4})
    it.asks_approval(of=card(1))
    it.verdict("edit", "bob", arguments={"tag": "v3", "count": None})
    it.asks_approval(of=card(1))
    shown = message(it.thread, "T-1-0-v3")
    assert isinstance(shown, Approval)
    assert shown.before == {"tag": "v1"}
    assert list(edits(shown.before, shown.arguments)) == [("tag", '"v1" -> "v3"')]


def test_a_long_or_hidden_change_is_one_short_line() -> None:
    shown = message(asked().thread, "T-1-0-v1")
    assert isinstance(shown, Approval)
    changed = replace(shown, before={"a\nb": "x\n\u202e"}, arguments={"a\nb": "y" * 99})
    assert list(edits(changed.before, changed.arguments)) == [
        ('"a\\nb"', f'"x\\n\\u202e" -> "{"y" * 58}…')
    ]


@pytest.mark.parametrize(("self_approval", "barred"), [(False, ("alice", "bob")), (True, ())])
def test_a_card_names_the_approvers_whose_word_would_not_count(
    self_approval: bool, barred: tuple[str, ...]
) -> None:
    it = conversation()
    it.step(PUSH)
    given = card(1).model_copy(
        update={"approvers": ("alice", "bob", "carol"), "self_approval": self_approval}
    )
    it.asks_approval(of=given)
    it.verdict("edit", "bob", arguments={"tag": "v2"})
    it.asks_approval(of=given)
    shown = message(it.thread, "T-1-0-v2")
    assert isinstance(shown, Approval)
    assert shown.barred == barred


def test_a_card_names_the_channels_from_which_an_approval_counts() -> None:
    it = conversation()
    it.step(PUSH)
    it.asks_approval(of=card(1).model_copy(update={"channels": ("email",)}))
    shown = message(it.thread, "T-1-0-v1")
    assert isinstance(shown, Approval)
    assert shown.channels == ("email",)


def test_a_card_shown_anew_quotes_what_was_said_and_its_old_key_says_nothing() -> None:
    it = asked()
    it.says("which commit?")
    assert pending(it.thread) == ()
    it.asks_approval()
    assert message(it.thread, "T-1-0-v1") is None
    again = message(it.thread, "T-1-0-v2")
    assert isinstance(again, Approval)
    assert again.quote == "alice: which commit?"


def unshown() -> Conversation:
    """Its card is made, and not delivered yet."""
    it = conversation()
    it.step(PUSH)
    it.add(Previewed(id="", call="T-1-0", version=1, card=card(2, deadline_seconds=3600)))
    return it


def test_a_card_that_was_not_taken_goes_out_under_the_key_of_its_copy() -> None:
    it = unshown()
    it.add(DeliveryFailed(id="", key="T-1-0-v1", reason="no such channel"))
    card_again = message(it.thread, "T-1-0-v1~1")
    assert isinstance(card_again, Approval)
    assert (card_again.key, card_again.request) == ("T-1-0-v1~1", "T-1-0-v1")


def test_a_card_goes_to_the_threads_address_and_is_owed_no_more_when_that_refused_it() -> None:
    it = unshown()
    assert address(it.thread, "T-1-0-v1") == it.thread.address
    it.add(DeliveryFailed(id="", key="T-1-0-v1", reason="no such channel"))
    assert address(it.thread, "T-1-0-v1~1") is None
    assert Send("T-1-0-v1~1") not in next_effects(it.thread)


def test_an_unknown_outcome_says_when_it_may_be_tried_again() -> None:
    it = unknown()
    asks = message(it.thread, "T-1-0-v2")
    assert isinstance(asks, UnknownOutcome)
    assert asks.may_retry_at == asks.started_at + 60_000
    assert asks.choices == ("It happened", "Try again", "Give up")
    assert asks.text.startswith("push_tag was started")


def test_a_hold_says_why_and_what_can_be_chosen() -> None:
    (hold,) = pending(held().thread)
    assert isinstance(hold, Hold)
    assert (hold.why, hold.choices, hold.asked) == ("steps", ("Extend", "Stop"), ("alice",))
    assert (
        hold.text == "I have taken as many steps as I may without a word from you. Shall I go on?"
    )


def test_a_hold_of_the_model_gives_its_reason() -> None:
    it = conversation()
    it.add(DecideFailed(id="", seen=1, kind="permanent", reason="no such model"))
    (hold,) = pending(it.thread)
    assert isinstance(hold, Hold)
    assert hold.text == "I could not work out the next step: no such model"
    assert message(it.thread, hold.key) == hold


def test_a_notice_is_said_once() -> None:
    it = conversation()
    it.says("stop")
    (effect,) = next_effects(it.thread)
    assert isinstance(effect, Send)
    words = "Stopped. Nothing that had not begun will run; write again to wake me."
    assert message(it.thread, effect.key) == Notice(effect.key, "stopped", words)


def test_a_key_that_names_nothing_says_nothing() -> None:
    it = conversation()
    it.step(READ)
    assert message(it.thread, "elsewhere") is None
    assert message(it.thread, "T-1-0") is None


def test_every_message_that_is_owed_has_words() -> None:
    for it in (asked(), unknown(), held()):
        for effect in next_effects(it.thread):
            if isinstance(effect, Send):
                assert message(it.thread, effect.key) is not None


@pytest.mark.parametrize("language", get_args(phrases.Language))
def test_every_hold_and_notice_has_a_sentence_in_every_language(language: phrases.Language) -> None:
    assert set(phrases.LANGUAGES[language].holds) == set(get_args(Why))
    assert set(phrases.LANGUAGES[language].notices) == set(get_args(Code))


@pytest.mark.parametrize("language", get_args(phrases.Language))
def test_every_language_fills_in_the_same(language: phrases.Language) -> None:
    theirs, ours = (
        {**table.holds, **table.notices, "unknown": table.unknown}
        for table in (phrases.LANGUAGES["en"], phrases.LANGUAGES[language])
    )
    assert [key for key in ours if ("{text}" in ours[key]) != ("{text}" in theirs[key])] == []


def test_a_sentence_is_filled_with_the_text_as_it_is() -> None:
    assert phrases.notice("gone", "{text} {0} %s").endswith("{text} {0} %s")
    assert phrases.notice("gone", "").endswith("-")


# ---- where a thread stands -------------------------------------------------------------------------------------------
def standing(it: Conversation) -> tuple[str, str]:
    return phase(it.thread), waiting_for(it.thread)


def test_a_thread_thinks_runs_waits_and_rests() -> None:
    it = conversation()
    assert standing(it) == ("thinking", "")
    it.step(PUSH)
    assert standing(it) == ("running", "")
    it.asks_approval(of=card(1))
    assert standing(it) == ("waiting_for_human", "approval of push_tag by bob or carol")
    it.verdict("approve", "bob")
    assert standing(it) == ("running", "")
    it.starts()
    assert standing(it) == ("running", "")
    it.returns("pushed")
    it.step(SAY)
    assert standing(it) == ("running", "")
    it.delivers()
    assert standing(it) == ("resting", "")


def test_a_thread_that_stands_by_waits_for_a_human() -> None:
    it = asked()
    it.says("hm")
    it.asks_approval()
    it.step(proposal("stand_by", "stand_by"))
    assert standing(it) == ("waiting_for_human", "approval of push_tag by bob or carol")


def test_whose_approval_would_not_count_is_not_waited_for() -> None:
    it = conversation()
    it.step(PUSH)
    it.asks_approval(of=card(2, approvers=("alice", "bob", "carol")))
    assert standing(it)[1] == "approval of push_tag by 2 of bob, carol"
    it.verdict("approve", "bob")
    assert standing(it)[1] == "approval of push_tag by carol"
    it.verdict("edit", "carol", arguments={"tag": "v2"})
    it.asks_approval(of=card(approvers=("alice", "carol")))
    assert standing(it)[1] == "approval of push_tag by nobody"
    (waiting,) = pending(it.thread)
    assert isinstance(waiting, Approval)
    assert deciders.excuses(waiting, "de") == (
        ("alice", "hat darum gebeten"),
        ("carol", "hat die Argumente geändert"),
    )
    assert not deciders.suffices(waiting)


@pytest.mark.parametrize(
    ("self_approval", "left"), [(False, ("carol",)), (True, ("alice", "bob", "carol"))]
)
def test_an_edit_leaves_those_who_did_not_ask_or_change_it(
    self_approval: bool, left: tuple[str, ...]
) -> None:
    it = conversation()
    it.step(PUSH)
    shown = card(approvers=("alice", "bob", "carol"))
    it.asks_approval(of=shown.model_copy(update={"self_approval": self_approval}))
    (waiting,) = pending(it.thread)
    assert isinstance(waiting, Approval)
    assert deciders.after_edit(waiting, "bob") == left


def test_what_a_human_is_asked_is_said() -> None:
    assert standing(unknown()) == (
        "waiting_for_human",
        "word from alice or bob whether push_tag happened",
    )
    assert standing(held()) == ("waiting_for_human", "word from alice on how to go on (steps)")
    it = conversation()
    it.step(ASK, ASK.model_copy(update={"asked": ()}))
    assert standing(it) == (
        "waiting_for_human",
        "an answer from alice or bob; an answer from nobody",
    )


def test_a_wait_and_a_silent_model_say_until_when() -> None:
    it = conversation()
    it.step(proposal("await", "await", {"seconds": 60}))
    assert standing(it) == ("waiting_for_time", "2026-10-26 07:35:20Z")
    it = conversation()
    it.add(DecideFailed(id="", seen=1, kind="transient", reason="overloaded", retry_in=5000))
    assert standing(it) == ("thinking", "the model, asked again at 2026-10-26 07:34:25Z")


def test_a_paused_thread_and_a_cancelled_one_say_so() -> None:
    it = asked()
    it.add(Paused(id=""))
    assert standing(it) == ("paused", "somebody who resumes it")
    it = asked()
    it.add(Cancelled(id=""))
    assert standing(it) == ("cancelled", "")
