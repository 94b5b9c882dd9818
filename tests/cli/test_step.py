"""How a step came about, from logs in which it counted, failed, or was overtaken."""

from __future__ import annotations

import asyncio
import io
from contextlib import redirect_stdout

import pytest
from hypothesis import given

from bot.cli.errors import Wrong
from bot.cli.step import Step, numbered, step_of, step_text
from bot.core.events import StepDecided, ToolEnded
from tests.core import build
from tests.core.build import Story
from tests.core.moves import LOGS


def step(story: Story, number: int) -> Step:
    return asyncio.run(step_of("T", story.log, number))


def shown(told: Step) -> str:
    """The step as a person reads it."""
    with redirect_stdout(io.StringIO()) as out:
        step_text(told)
    return out.getvalue()


@given(LOGS)
def test_every_step_can_be_told_and_only_what_counted_has_calls_of_its_own(story: Story) -> None:
    for number, (seq, event) in enumerate(numbered(story.log), start=1):
        told = step(story, number)
        text = shown(told)
        assert text.startswith(f"step {number}, event {seq}, ")
        assert ("\nvoid: " in text) == bool(told.void)
        if isinstance(event, StepDecided):
            assert [fate.proposal for fate in told.became] == list(event.calls)
            assert all(f"\n{fate.call}  {fate.proposal.tool}\n" in text for fate in told.became)
            assert {fate.last is None for fate in told.became} <= {bool(told.void)}


def test_a_step_that_a_word_overtook_says_whose() -> None:
    story = build.begun()
    story.message("no, wait", "bob")
    story.step(build.write(), seen=1)
    told = step(story, 1)
    assert told.void == "event 2 came first: bob: no, wait"
    assert [fate.text for fate in told.became] == ["nothing: the step did not count"]


def test_a_second_step_from_one_head_does_not_pass_for_the_first() -> None:
    story, (call,) = build.working(build.write("one"))
    story.step(build.write("two"), seen=1)
    story.ran(call)
    first, second = step(story, 1), step(story, 2)
    assert (first.void, first.became[0].text.split(";")[0]) == ("", "done")
    assert second.void.startswith("event 2 came first: chosen: one")
    assert second.became[0].last is None


def test_a_step_that_failed_is_counted_and_says_why() -> None:
    story = build.begun()
    story.undecided("malformed")
    story.step(build.say())
    assert [event.type for _, event in numbered(story.log)] == ["DecideFailed", "StepDecided"]
    assert step(story, 1).became == ()
    assert (step(story, 1).seq, step(story, 2).seq) == (2, 3)


def test_a_step_told_twice_is_one_step() -> None:
    story, _ = build.working(build.read())
    story.tell(story.log[-1])
    assert [seq for seq, _ in numbered(story.log)] == [2]


def test_a_result_is_the_one_that_ended_the_call() -> None:
    story, (call,) = build.working(build.write())
    story.started(call)
    story.tell(ToolEnded(id="a", at=story.now, call=call, n=1, outcome="returned", result="first"))
    story.tell(ToolEnded(id="b", at=story.now, call=call, n=1, outcome="returned", result="late"))
    [fate] = step(story, 1).became
    assert fate.text.endswith("result: first")
    assert fate.row()["result"] == "first"


def test_without_steps_the_other_question_is_named() -> None:
    with pytest.raises(Wrong, match="T has no steps yet; bot why T says what it waits for"):
        step(build.begun(), 1)
