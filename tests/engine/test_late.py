"""A try that did not begin says nothing of one before it that did."""

from __future__ import annotations

from typing import cast

from bot.core.effects import Run
from bot.core.events import Event, ToolStarted
from bot.core.thread import Call, Thread
from bot.engine.run import Runner
from bot.engine.session import Session
from bot.engine.toolbox import Toolbox
from tests.core.build import Story, doubtful


class Halted:
    """A session in which all is halted once the claim was made."""

    is_halted = True

    def __init__(self, thread: Thread) -> None:
        self.thread = thread
        self.recorded: list[Event] = []

    async def claim(self, run: Run, call: Call, fact: ToolStarted) -> bool:
        return True

    async def look(self) -> None:
        """Looks."""

    async def record(self, *facts: Event) -> None:
        self.recorded += facts


async def test_a_repetition_that_a_halt_kept_from_beginning_leaves_the_call_started() -> None:
    story: Story
    story, request = doubtful()
    call = story.call(request)
    session = Halted(story.thread)
    run = Run(call.id, call.n, 2, claim=True)
    await Runner(Toolbox({}, {})).write(cast("Session", session), run, lambda: None)
    assert session.recorded == []
