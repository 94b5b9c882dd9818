"""The table, rows of a held thread: every limit ends in a question to a human, never in silence."""

from __future__ import annotations

import pytest

from bot.core.effects import Decide, Run, Send
from bot.core.events import Cancelled, StepDecided
from bot.core.log import blocks
from bot.core.thread import Asked, Held, Idle, Thinking, Working
from bot.core.values import Limits, Usage
from tests.core.build import Story, begun, card, gated, question, read, sleep, stand_by, write


def stepped(
    limits: Limits, steps: int = 1, outcome: str = "returned", micro_usd: int = 0, tokens: int = 0
) -> Story:
    """So many steps of one read each."""
    story = begun()
    for _ in range(steps):
        (call,) = story.step(read(), limits=limits, micro_usd=micro_usd, tokens=tokens)
        story.ended(call, outcome)
    return story


def carded(limits: Limits, cards: int = 1) -> Story:
    """So many cards, each denied."""
    story = begun()
    for _ in range(cards):
        (call,) = story.step(gated(), limits=limits)
        story.previewed(call)
        story.deny(f"{call}-v1")
    return story


def held(why: str) -> Story:
    match why:
        case "steps":
            return stepped(Limits(steps=2), 2)
        case "failures":
            return stepped(Limits(failures=3), 3, "failed")
        case "money":
            return stepped(Limits(micro_usd=100), 2, micro_usd=60)
        case "tokens":
            return stepped(Limits(tokens=100), 2, tokens=60)
        case "calls":
            return stepped(Limits(calls=2), 2)
        case "cards":
            return carded(Limits(cards_per_hour=2), 2)
        case "time":
            return stepped(Limits(wall_seconds=3), 2)
        case _:
            story = begun()
            story.undecided("permanent")
            return story


def hold(story: Story) -> str:
    assert isinstance(story.turn, Held)
    return story.call(story.turn.request).request


WHYS = ("steps", "failures", "money", "time", "model", "calls", "tokens", "cards")


@pytest.mark.parametrize("why", WHYS)
def test_every_limit_asks_a_human_and_not_the_model(why: str) -> None:
    story = held(why)
    assert isinstance(story.turn, Held)
    assert story.turn.why == why
    assert story.effects == (Send(hold(story)),)
    first = "Try again" if why == "model" else "Extend"
    assert story.call(hold(story)).proposal.arguments["options"] == {"choices": [first, "Stop"]}


@pytest.mark.parametrize("why", WHYS)
@pytest.mark.parametrize("typed", [True, False])
def test_extending_goes_on(why: str, typed: bool) -> None:
    story = held(why)
    request = hold(story)
    if typed:
        story.shown()
        story.message("try again" if why == "model" else "extend")
    else:
        story.answer(request, "1")
    assert story.turn == Thinking()
    assert story.outcome(request) == "answered"
    assert story.effects == (Decide(story.thread.head),)


@pytest.mark.parametrize("why", WHYS)
def test_stopping_cancels(why: str) -> None:
    story = held(why)
    story.answer(hold(story), "Stop")
    assert (story.turn, story.thread.cancelled) == (Idle(), True)
    assert story.effects == ()


@pytest.mark.parametrize("why", ["steps", "failures", "model", "calls"])
def test_a_message_goes_on_where_steps_failures_or_the_model_held(why: str) -> None:
    story = held(why)
    request = hold(story)
    story.message("go on, please")
    assert story.turn == Thinking()
    assert story.outcome(request) == "answered"


@pytest.mark.parametrize("why", ["money", "time", "tokens", "cards"])
def test_a_message_is_no_more_money_and_no_more_time(why: str) -> None:
    story = held(why)
    story.message("go on, please")
    assert isinstance(story.turn, Held)
    assert story.effects == (Send(hold(story)),)


@pytest.mark.parametrize(("by", "text"), [("mallory", "Extend"), ("alice", "perhaps")])
def test_only_those_asked_and_only_a_choice_extend(by: str, text: str) -> None:
    story = held("money")
    story.answer(hold(story), text, by=by)
    assert isinstance(story.turn, Held)
    assert len(story.thread.refusals) == 1


def test_an_old_question_of_a_hold_does_not_extend() -> None:
    story = held("money")
    request = hold(story)
    story.message("why?")
    story.answer(request, "Extend")
    assert isinstance(story.turn, Held)


def test_more_money_is_as_much_again_and_then_the_question_comes_back() -> None:
    story = held("money")
    story.answer(hold(story), "Extend")
    (call,) = story.step(read(), limits=Limits(micro_usd=100), micro_usd=99)
    story.ended(call)
    assert story.turn == Thinking()
    (call,) = story.step(read(), limits=Limits(micro_usd=100), micro_usd=1)
    story.ended(call)
    assert isinstance(story.turn, Held)


def test_what_a_step_without_tokens_cost_counts_too() -> None:
    story = begun()
    story.step(read(), micro_usd=9)
    assert story.thread.tally.micro_usd == 9


def test_tokens_are_counted_of_every_class() -> None:
    story = begun()
    usage = Usage(input=1, output=2, cache_read=4, cache_write=8)
    story.tell(StepDecided(id="s", at=story.now, seen=0, calls=(), usage=usage))
    assert story.thread.tally.tokens == 15


def test_a_prefetched_step_counts_for_no_limit() -> None:
    story = begun()
    (call,) = story.step(read(), by="engine", limits=Limits(steps=1))
    story.ended(call)
    assert story.turn == Thinking()
    (call,) = story.step(read(), limits=Limits(steps=1))
    story.ended(call)
    assert isinstance(story.turn, Held)


def test_success_resets_the_failures() -> None:
    limits = Limits(failures=2)
    story = stepped(limits, 1, "failed")
    for outcome in ("returned", "failed"):
        (call,) = story.step(read(), limits=limits)
        story.ended(call, outcome)
        assert story.turn == Thinking()


def test_a_refused_preview_is_a_failure() -> None:
    story = begun()
    for _ in range(2):
        (call,) = story.step(gated(), limits=Limits(failures=2))
        story.refused_preview(call)
    assert isinstance(story.turn, Held)


def test_a_human_word_resets_steps_failures_and_time() -> None:
    story = stepped(Limits(steps=2, failures=2, wall_seconds=60), 1, "failed")
    story.wait(50)
    story.message("and?")
    (call,) = story.step(read(), limits=Limits(steps=2, failures=2, wall_seconds=60))
    story.wait(20)
    story.ended(call, "failed")
    assert story.turn == Thinking()


def test_waiting_for_a_human_or_a_timer_is_not_working_time() -> None:
    story = begun()
    (ask,) = story.step(question(), limits=Limits(wall_seconds=60))
    story.wait(1000)
    story.answer(f"{ask}-v1", "blue")
    assert story.turn == Thinking()
    (nap,) = story.step(sleep(1000), limits=Limits(wall_seconds=60))
    story.wait(1000)
    story.fired(nap)
    assert story.turn == Thinking()


def test_a_retry_that_comes_after_the_time_limit_asks_a_human() -> None:
    story = begun()
    (call,) = story.step(read(), limits=Limits(wall_seconds=60))
    story.ended(call)
    story.undecided(retry_in=100_000)
    story.wait(100)
    story.fired("retry")
    assert isinstance(story.turn, Held)


def test_a_malformed_step_that_spends_the_last_money_asks_a_human() -> None:
    story = begun()
    (call,) = story.step(read(), limits=Limits(micro_usd=100))
    story.ended(call)
    story.undecided("malformed", usage={"micro_usd": 100})
    assert isinstance(story.turn, Held)


def test_with_nobody_named_the_requester_is_asked() -> None:
    story = held("model")
    assert story.call(hold(story)).proposal.asked == ("alice",)


def test_where_a_schedule_began_its_creator_is_asked() -> None:
    story = Story()
    story.ticked(creator="bob")
    story.undecided("permanent")
    assert "bob" in story.call(hold(story)).proposal.asked


def test_a_verdict_on_an_open_card_runs_while_held_and_the_question_stands() -> None:
    story = held_with_a_card()
    request = hold(story)
    story.approve("T-1-0-v2")
    assert story.turn == Working()
    assert Run("T-1-0", 1, 1, claim=True) in story.effects
    story.ran("T-1-0")
    assert hold(story) == request


@pytest.mark.parametrize(("text", "turn"), [("Extend", Thinking()), ("Stop", Idle())])
def test_the_answer_to_a_hold_counts_while_something_runs(text: str, turn: object) -> None:
    story = held_with_a_card()
    request = hold(story)
    story.approve("T-1-0-v2")
    story.started("T-1-0")
    story.answer(request, text)
    assert story.turn == Working()
    story.ended("T-1-0")
    assert story.turn == turn


def test_one_hold_at_a_time_stands() -> None:
    story = held_with_a_card(Limits(micro_usd=100, wall_seconds=1_000))
    assert isinstance(story.turn, Held)
    story.approve("T-1-0-v2")
    story.wait(2_000)
    story.started("T-1-0")
    story.tell(StepDecided(id="late", at=story.now, seen=0, calls=(), usage=Usage(micro_usd=500)))
    story.ended("T-1-0")
    assert isinstance(story.turn, Held)
    standing = [
        call
        for call in story.thread.calls
        if call.proposal.kind == "limit" and isinstance(call.phase, Asked)
    ]
    assert [call.id for call in standing] == [story.turn.request]


def held_with_a_card(limits: Limits | None = None) -> Story:
    """Held by time, or by money where no limits are given, while a card of an earlier step is open."""
    story = begun()
    (call,) = story.step(gated(), limits=limits or Limits(micro_usd=100))
    story.previewed(call)
    story.message("look first")
    story.previewed(call, card(2, deadline_seconds=None))
    (look,) = story.step(
        read(), limits=limits or Limits(micro_usd=100), micro_usd=0 if limits else 100
    )
    story.wait(2_000 if limits else 0)
    story.ended(look)
    return story


def test_cancelling_a_held_thread_closes_its_question() -> None:
    story = held("money")
    request = hold(story)
    story.happens(Cancelled)
    assert (story.outcome(request), story.turn) == ("voided", Idle())


def test_a_new_step_does_not_lift_a_hold() -> None:
    story = held("money")
    story.step(write())
    assert isinstance(story.turn, Held)


def test_a_held_thread_rests_its_open_cards_answerable() -> None:
    story = held_with_a_card()
    story.approve("T-1-0-v2", by="mallory")
    story.deny("T-1-0-v2")
    assert story.outcome("T-1-0") == "denied"
    assert isinstance(story.turn, Held)


def test_a_stand_by_needs_no_limit() -> None:
    story = begun()
    story.step(stand_by(), limits=Limits(steps=1))
    assert story.turn == Idle()


# ---- calls, tokens and cards an hour -----------------------------------------------------------------------------
def test_a_step_with_more_calls_than_are_left_makes_those_and_no_more() -> None:
    story = begun()
    calls = story.step(read(), read(), read(), limits=Limits(calls=2))
    assert [story.outcome(call) for call in calls] == ["Ready", "Ready", "voided"]
    for call in calls[:2]:
        story.ended(call)
    assert isinstance(story.turn, Held)
    assert (story.turn.why, story.thread.tally.calls) == ("calls", 2)


def test_a_question_is_no_call() -> None:
    story = begun()
    (asked,) = story.step(question(), limits=Limits(calls=1))
    assert (story.outcome(asked), story.thread.tally.calls) == ("Asked", 0)


def test_what_configuration_prefetches_is_no_call_of_the_model() -> None:
    story = begun()
    story.step(read(), limits=Limits(calls=1), by="prefetch")
    assert story.thread.tally.calls == 0


def test_more_tokens_are_as_many_again() -> None:
    story = held("tokens")
    story.answer(hold(story), "Extend")
    (call,) = story.step(read(), limits=Limits(tokens=100), tokens=99)
    story.ended(call)
    assert story.turn == Thinking()
    (call,) = story.step(read(), limits=Limits(tokens=100), tokens=1)
    story.ended(call)
    assert isinstance(story.turn, Held)


def test_cards_beyond_those_of_an_hour_are_not_made() -> None:
    story = begun()
    first, second = story.step(gated("a"), gated("b"), limits=Limits(cards_per_hour=1))
    assert (story.outcome(first), story.outcome(second)) == ("Previewing", "voided")


def test_cards_are_counted_by_the_hour() -> None:
    story = carded(Limits(cards_per_hour=2))
    story.wait(3_600)
    (call,) = story.step(gated(), limits=Limits(cards_per_hour=2))
    story.previewed(call)
    story.deny(f"{call}-v1")
    assert story.turn == Thinking()
    assert len(story.thread.tally.cards) == 1


def test_cards_are_kept_only_where_they_are_counted() -> None:
    assert carded(Limits()).thread.tally.cards == ()


def test_a_read_is_made_though_no_card_may_be() -> None:
    story = begun()
    _, looked = story.step(gated("a"), read(), limits=Limits(cards_per_hour=1, calls=9))
    assert story.outcome(looked) == "Ready"


def test_the_model_reads_which_call_a_limit_closed() -> None:
    story = begun()
    story.step(read(), read(), limits=Limits(calls=1))
    assert "the limit of 1 calls is reached" in "\n".join(blocks(story.log, "T"))
