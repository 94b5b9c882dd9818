"""One conversation at a real terminal (a pty): told once, in the order of the log, and never in the way of the keys."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.core.events import Event, MessageReceived, Verdict
from bot.core.reducer import evolve
from bot.core.thread import Idle, Thread
from bot.core.values import Address
from channels.console.parse import Speaker
from channels.console.screen import Screen
from channels.console.terminal import Change, Terminal
from tests.channels.console.typing_at import Keys
from tests.core.build import Story, asking, begun, card, gated, question, say, working

HERE = Address(channel="console", locator="1")


class Shared:
    """A conversation in memory, told on by a story; every terminal on it sees the same."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.posted: list[Event] = []
        self._more = asyncio.Event()

    async def post(self, event: Event) -> None:
        self.story.wait(1)
        self.posted.append(event)
        self.story.tell(event.model_copy(update={"at": self.story.now}))
        self.told()

    def told(self) -> None:
        """The story went on."""
        self._more.set()

    async def changes(self) -> AsyncIterator[Change]:
        thread, at = Thread(self.story.thread.id), 0
        while True:
            events = tuple(self.story.log[at:])
            at += len(events)
            for event in events:
                thread = evolve(thread, event)
            yield thread, events
            self._more.clear()
            while at == len(self.story.log):
                await self._more.wait()
                self._more.clear()


@asynccontextmanager
async def seated(
    shared: Shared, person: str = "bob", *, plain: bool = False, proposal: str = ""
) -> AsyncGenerator[tuple[Keys, asyncio.Task[bool]]]:
    """Somebody sits at a terminal on this conversation, until it rests."""
    with Keys() as keys, os.fdopen(os.dup(keys.far), "w") as out:
        terminal = Terminal(
            shared,
            Speaker(person, HERE, "deploybot"),
            Screen(out, plain=plain),
            proposal=proposal,
            keyboard=keys.far,
        )
        running = asyncio.create_task(terminal.run(is_at_rest))
        try:
            yield keys, running
        finally:
            running.cancel()
            await asyncio.wait({running})
    os.close(keys.far)


def is_at_rest(thread: Thread) -> bool:
    return thread.head > 0 and isinstance(thread.turn, Idle)


@pytest.fixture(autouse=True)
def a_terminal_that_can_do_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)


async def test_an_empty_line_takes_the_proposal() -> None:
    shared = Shared(Story())
    async with seated(shared, proposal="Ship the backend.") as (keys, _):
        await keys.see("press Enter to say: Ship the backend.")
        await keys.see("you> ")
        keys.type("\n")
        await keys.see("thinking")
    (message,) = shared.posted
    assert isinstance(message, MessageReceived)
    assert message.text == "Ship the backend."


async def test_a_typed_approval_runs_the_call_and_the_terminal_ends_with_the_work() -> None:
    story, request = asking()
    shared = Shared(story)
    async with seated(shared) as (keys, running):
        await keys.see("approve deploy?")
        keys.type("approve\n")
        await keys.see("deploy approved by bob")
        story.ran(story.call(request).id)
        (end,) = story.step(say("all through"))
        story.delivered(end)
        shared.told()
        assert await running
        await keys.see("all through")


async def test_an_edit_is_a_verdict_on_the_card_shown() -> None:
    story, (call,) = working(gated("deploy", tag="v1"))
    story.previewed(call)
    story.delivered(f"{call}-v1")
    shared = Shared(story)
    async with seated(shared) as (keys, _):
        await keys.see("you> ")
        keys.type("edit tga=v2\n")
        await keys.see("did you mean tag")
        keys.type("edit tag=v2\n")
        await keys.see("deploy edited by bob: tag from v1 to v2")
    (verdict,) = shared.posted
    assert isinstance(verdict, Verdict)
    assert (verdict.request, verdict.arguments) == (f"{call}-v1", {"tag": "v2"})


async def test_what_somebody_else_decides_is_seen_here_at_once() -> None:
    story, request = asking()
    shared = Shared(story)
    async with seated(shared) as (keys, _):
        await keys.see("you> ")
        story.deny(request, "carol", "not on a Sunday")
        shared.told()
        await keys.see("deploy denied by carol: not on a Sunday")


async def test_two_terminals_tell_the_same_and_each_card_once() -> None:
    story, _ = asking()
    shared = Shared(story)
    async with seated(shared) as (one, _), seated(shared, "carol") as (two, _):
        await one.see("you> ")
        await two.see("you> ")
        one.type("deny too early\n")
        await one.see("deploy denied by bob: too early")
        await two.see("deploy denied by bob: too early")
    assert one.seen.count("approve deploy?") == two.seen.count("approve deploy?") == 1
    assert "bob: deny too early" in two.seen
    assert "bob: deny too early" not in one.seen


async def test_a_terminal_that_opens_late_shows_the_cards_that_are_open_and_no_others() -> None:
    story, request = asking()
    story.deny(request, "bob", "later")
    (call,) = story.step(gated("roll_back"))
    story.previewed(call, card(2))
    story.delivered(f"{call}-v1")
    async with seated(Shared(story)) as (keys, _):
        await keys.see("approve roll_back?")
        await keys.see("you> ")
    assert "alice: please deploy" in keys.seen
    assert "deploy denied by bob: later" in keys.seen
    assert "approve deploy?" not in keys.seen


async def test_a_card_is_not_offered_before_it_counts_as_shown() -> None:
    story, (call,) = working(question("Yes", "No"))
    shared = Shared(story)
    async with seated(shared, "alice") as (keys, _):
        await keys.see("writing to you")
        assert "you> " not in keys.seen
        story.delivered(f"{call}-v1")
        shared.told()
        await keys.see("1.  Yes")
        await keys.see("you> ")


async def test_the_end_of_input_leaves_the_conversation_as_it_is() -> None:
    story, _ = asking()
    shared = Shared(story)
    async with seated(shared) as (keys, running):
        await keys.see("you> ")
        keys.type("\x04")
        assert await running is False
    assert shared.posted == []


async def test_cancelled_it_ends_at_once_even_while_it_shows_progress() -> None:
    async with seated(Shared(begun())) as (keys, running):
        await keys.see("thinking")
        running.cancel()
        async with asyncio.timeout(2):
            await asyncio.wait({running})


async def test_a_conversation_that_breaks_ends_the_terminal_with_its_reason() -> None:
    class Broken(Shared):
        async def changes(self) -> AsyncIterator[Change]:
            yield self.story.thread, tuple(self.story.log)
            raise ConnectionError("gone")

    async with seated(Broken(begun())) as (_, running):
        with pytest.raises(ConnectionError, match="gone"):
            await running


async def test_plain_is_ascii_without_any_code() -> None:
    story, _ = asking()
    async with seated(Shared(story), plain=True) as (keys, _):
        await keys.see("you> ")
        story.message("hurry", "bob")
        await keys.see("approve deploy?")
    assert "\x1b" not in keys.raw
    assert keys.raw.isascii()


async def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    story, _ = asking()
    async with seated(Shared(story)) as (keys, _):
        await keys.see("you> ")
    codes = {
        code for found in re.findall(r"\x1b\[([0-9;]*)m", keys.raw) for code in found.split(";")
    }
    assert codes <= {"", "0", "1", "2", "3"}, "bold, dim and italic are no colours"
