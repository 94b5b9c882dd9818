"""Properties: what holds for any log, however unlikely."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.codec import decode, encode
from bot.core.effects import Decide, Run, Send, next_effects, timers
from bot.core.events import StepDecided, ToolStarted
from bot.core.frozen import replace
from bot.core.outbox import address, message
from bot.core.reducer import evolve, replay
from bot.core.thread import (
    Asked,
    Closed,
    Held,
    Idle,
    Previewing,
    Ready,
    Sleeping,
    Thinking,
    Thread,
    Working,
)
from tests.core.build import Story
from tests.core.moves import LOGS, MOVES, Move, play
from tests.core.oracle import is_approved


def threads(story: Story) -> list[Thread]:
    """The thread after each of its events."""
    thread = Thread("T")
    return [thread, *(thread := evolve(thread, event) for event in story.log)]


@given(LOGS)
def test_any_log_folds_and_every_prefix_has_effects_and_timers(story: Story) -> None:
    for thread in threads(story):
        assert next_effects(thread) == next_effects(thread)
        assert timers(thread) == timers(thread)


@given(LOGS, st.integers(0, 60))
def test_any_prefix_resumes_to_the_same_thread_even_through_storage(story: Story, cut: int) -> None:
    stored = [(event.at, encode(event)) for event in story.log]
    thread = replay("T", (decode(at, body) for at, body in stored[:cut]))
    for at, body in stored[cut:]:
        thread = evolve(thread, decode(at, body))
    assert thread == story.thread


@given(LOGS)
def test_folding_an_event_leaves_every_earlier_thread_as_it_was(story: Story) -> None:
    thread, seen = Thread("T"), list[tuple[Thread, str]]()
    for event in story.log:
        seen.append((thread, repr(thread)))
        thread = evolve(thread, event)
    assert all(repr(earlier) == before for earlier, before in seen)


@given(LOGS, st.data())
def test_duplicates_change_nothing_but_the_head(story: Story, data: st.DataObject) -> None:
    event = data.draw(st.sampled_from(story.log))
    after = evolve(story.thread, event)
    assert after.head == story.thread.head + 1
    assert replace(after, head=0) == replace(story.thread, head=0)


@given(LOGS)
def test_no_gated_call_may_run_without_an_approval_on_the_log(story: Story) -> None:
    for at, thread in enumerate(threads(story)):
        for run in (effect for effect in next_effects(thread) if isinstance(effect, Run)):
            call = thread.call(run.call)
            assert call is not None
            if call.proposal.kind == "gated":
                assert is_approved(story.log[:at], run.call, thread.requester)


@given(LOGS)
def test_no_claim_counts_twice_and_none_without_a_phase_that_allows_it(story: Story) -> None:
    claims = list[tuple[str, int, int]]()
    for before, event in zip(threads(story), story.log, strict=False):
        call = before.call(event.call) if isinstance(event, ToolStarted) else None
        after = evolve(before, event)
        if isinstance(event, ToolStarted) and call and after.call(call.id) != call:
            claims.append((event.call, event.n, event.run))
            assert call.proposal.kind != "read"
            assert event.run == 1 or call.proposal.idempotent
    assert len(claims) == len(set(claims))


@given(LOGS)
def test_a_turn_says_what_its_calls_say(story: Story) -> None:
    for thread in threads(story):
        pending = [
            call for call in thread.calls if not isinstance(call.phase, Closed) and not call.open
        ]
        match thread.turn:
            case Working():
                assert pending
            case Idle() | Thinking():
                assert not pending
            case Held(request):
                assert not pending
                standing = thread.call(request)
                assert standing is not None
                assert isinstance(standing.phase, Asked)


@given(LOGS)
def test_a_call_that_is_over_stays_over_and_is_not_open(story: Story) -> None:
    over = dict[str, object]()
    for thread in threads(story):
        for call in thread.calls:
            if call.id in over:
                assert call.phase == over[call.id]
            if isinstance(call.phase, Closed):
                assert not call.open
                over[call.id] = call.phase


@given(LOGS)
def test_names_are_unique(story: Story) -> None:
    for thread in threads(story):
        names = [call.id for call in (*thread.calls, *thread.past)]
        keys = [notice.key for notice in thread.notices]
        assert len(names) == len(set(names))
        assert len(keys) == len(set(keys))


@given(LOGS)
def test_the_model_is_asked_only_when_nothing_else_is_under_way(story: Story) -> None:
    for thread in threads(story):
        if any(isinstance(effect, Decide) for effect in next_effects(thread)):
            assert not thread.cancelled
            assert not thread.paused
            assert not any(isinstance(effect, Run) for effect in next_effects(thread))


@given(LOGS)
def test_a_step_counts_only_if_it_has_seen_every_word_and_every_step(story: Story) -> None:
    for before, event in zip(threads(story), story.log, strict=False):
        after = evolve(before, event)
        if isinstance(event, StepDecided) and after.heard != before.heard:
            assert event.seen >= before.heard


@given(LOGS)
def test_nobody_is_left_waiting_for_nothing(story: Story) -> None:
    """A thread at work has something to do, a timer, or a human who was asked."""
    thread = story.thread
    if isinstance(thread.turn, Working | Held) and not thread.paused:
        asked = any(isinstance(call.phase, Asked) for call in thread.calls)
        assert next_effects(thread) or timers(thread) or asked


@given(LOGS)
def test_a_timer_is_wanted_by_what_can_still_fire(story: Story) -> None:
    for name in timers(story.thread):
        call = story.thread.call(name)
        assert name == "retry" or (call and isinstance(call.phase, Asked | Sleeping))


@given(MOVES)
@example([("step", 0, 0), ("preview", 0, 0), ("approve", 0, 1)])
def test_a_fork_leaves_nothing_to_do(moves: list[Move]) -> None:
    story = play(moves)
    story.forked()
    assert not timers(story.thread)
    assert not story.effects
    assert not any(
        isinstance(call.phase, Ready | Previewing | Asked) for call in story.thread.calls
    )


@given(LOGS)
def test_whatever_is_owed_has_words_and_a_place_to_go(story: Story) -> None:
    for effect in story.effects:
        if isinstance(effect, Send):
            assert message(story.thread, effect.key) is not None
            assert address(story.thread, effect.key) is not None
