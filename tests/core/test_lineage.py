"""A copied log: the same life under another name, with every word as it was said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core import events
from bot.core.codec import decode
from bot.core.effects import next_effects, timers
from bot.core.events import Event, Forked
from bot.core.lineage import copied, home
from bot.core.reducer import evolve, replay
from bot.core.thread import Idle, is_closed
from bot.core.values import Address, Proposal
from tests.core import build
from tests.core.build import Story
from tests.core.moves import LOGS, MOVES, Move, play

THERE = Address(channel="console", locator="child")


def forked(head: int, parent: str = "T") -> Forked:
    return Forked(id="the-fork", at=2_000_000_000, parent=parent, head=head, address=THERE)


@given(MOVES)
def test_a_copy_is_the_log_of_the_same_life_under_the_childs_name(moves: list[Move]) -> None:
    parent, child = play(moves), play(moves, "C")
    assert copied(parent.log, "T", "C") == child.log
    assert replay("C", copied(parent.log, "T", "C")) == child.thread


@given(MOVES, st.integers(0, 60))
def test_any_cut_folds_to_the_parents_state_and_leaves_nothing_to_do(
    moves: list[Move], cut: int
) -> None:
    log, twin = play(moves).log[:cut], play(moves, "C").log[:cut]
    copy = replay("C", copied(log, "T", "C"))
    assert copy == replay("C", twin)
    child = evolve(copy, forked(len(log)))
    assert (next_effects(child), timers(child), child.turn) == ((), {}, Idle())
    assert all(map(is_closed, child.calls))
    assert child.address == THERE
    assert [call.proposal for call in child.calls] == [call.proposal for call in copy.calls]
    assert (child.tally, child.past, child.paused) == (copy.tally, copy.past, copy.paused)


def words(log: list[Event]) -> list[object]:
    """All that people and the model said."""
    told = {"text", "arguments", "reason", "prompt", "result", "error", "summary"}
    said = [event.model_dump(include=told) for event in log]
    steps = [event.calls for event in log if isinstance(event, events.StepDecided)]
    own = [
        (call.arguments, call.because)
        for calls in steps
        for call in calls
        if call.kind != "withdraw"
    ]
    return [*said, *own]


@given(LOGS)
def test_nothing_that_was_said_is_changed(story: Story) -> None:
    assert words(copied(story.log, "T", "C")) == words(story.log)


@given(LOGS)
def test_a_copy_copied_back_is_the_log_it_came_from(story: Story) -> None:
    assert copied(copied(story.log, "T", "C"), "C", "T") == story.log


def test_every_name_follows_and_every_word_stays() -> None:
    asks = Proposal(kind="gated", tool="t", arguments={"request": "T-1-0-v1"}, because="of T-1-0")
    log: list[Event] = [
        events.StepDecided(id="step:T.1:ab", seen=1, calls=(asks, build.withdraw("T-0-0-v1"))),
        events.Verdict(id="v:T", request="T-1-0-v1", word="deny", text="not T-1-0-v1"),
        events.VerdictRefused(id="refused:v:T", verdict="v:T", request="T-1-0-v1", reason="T-1-0"),
        events.ToolStarted(id="start:T-1-0.1.1:ab", call="T-1-0", n=1),
        events.TimerFired(id="timer:T-1-0-v1@5", name="T-1-0-v1", due=5),
        events.TimerFired(id="timer:retry@5", name="retry", due=5),
        events.Delivered(id="sent:T-1-0-v1~1", key="T-1-0-v1~1"),
        events.Delivered(id="sent:T-7-notice", key="T-7-notice"),
        events.ToolEnded(id="XT:T2", call="T2-1-0", n=1, outcome="returned", result="T-1-0"),
    ]
    step, verdict, refused, started, timer, retry, card, notice, other = (
        event.model_dump() for event in copied(log, "T", "C")
    )
    gated, withdrawn = step["calls"]
    assert (step["id"], gated["arguments"], gated["because"]) == (
        "step:C.1:ab", {"request": "T-1-0-v1"}, "of T-1-0"
    )  # fmt: skip
    assert withdrawn["arguments"]["request"] == "C-0-0-v1"
    assert (verdict["request"], verdict["text"]) == ("C-1-0-v1", "not T-1-0-v1")
    assert (refused["id"], refused["verdict"]) == ("refused:v:C", verdict["id"])
    assert (refused["request"], refused["reason"]) == ("C-1-0-v1", "T-1-0")
    assert (started["id"], started["call"]) == ("start:C-1-0.1.1:ab", "C-1-0")
    assert (timer["id"], timer["name"], retry["name"]) == ("timer:C-1-0-v1@5", "C-1-0-v1", "retry")
    assert (card["key"], notice["key"]) == ("C-1-0-v1~1", "C-7-notice")
    assert (other["id"], other["call"], other["result"]) == ("XT:T2", "T2-1-0", "T-1-0")


def test_words_that_doubt_a_card_doubt_it_in_the_copy() -> None:
    parent, request = build.asking()
    parent.noted("no", "carol", request)
    copy = replay("C", copied(parent.log, "T", "C"))
    assert [call.request for call in copy.calls] == ["C-1-0-v2"]


def test_a_withdrawal_without_a_name_stays_as_it_is() -> None:
    vague = Proposal(kind="withdraw", tool="withdraw", arguments={"reason": "moot"})
    step = events.StepDecided(id="s", seen=1, calls=(vague,))
    assert copied([step], "T", "C") == [step]


def test_what_cannot_be_read_is_kept_as_it_came() -> None:
    unread = decode(5, b'{"type":"Dreamt","v":3,"id":"d:T","of":"T-1-0"}')
    assert copied([unread], "T", "C") == [unread]


def test_a_step_of_a_grandparent_is_at_home_there() -> None:
    grand = build.begun().log
    parent = [*copied(grand, "T", "C"), forked(1, "T")]
    child = [*copied(parent, "C", "D"), forked(2, "C").model_copy(update={"id": "second"})]
    assert [home(child, head, "D") for head in range(4)] == ["T", "T", "C", "D"]


def test_a_fork_without_an_address_stays_where_it_was() -> None:
    story = build.begun()
    story.forked()
    assert story.thread.address == build.HERE
