"""Terminal: one conversation, followed and taken part in by whoever sits here.

What is on the log is told once, in the order of the log, whoever did it and wherever; what is typed here is posted and
then comes back by the log. So two terminals on one conversation show the same, and one that opens late catches up:
of what is past it tells the lines, of what is open it shows the cards.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol
from uuid import uuid4

from rich.text import Text

from bot.core.events import Event
from bot.core.outbox import Notice, Outgoing, Reminder, Say, pending
from bot.core.reducer import evolve
from bot.core.thread import Thread
from channels.console import render, story
from channels.console.parse import Complaint, Speaker, parse
from channels.console.screen import PROMPT, Screen, lines

LOOK_SECONDS = 0.25

Change = tuple[Thread, tuple[Event, ...]]
Typist = Callable[[Thread], Awaitable[str | None]]
"""Somebody who types in a person's place: the line to type now, or None to leave."""


class Conversation(Protocol):
    """A thread as a terminal needs it."""

    async def post(self, event: Event) -> None:
        """Returns when the event is durable."""
        ...

    def changes(self) -> AsyncIterator[Change]:
        """First what there is, be it nothing; then whatever is added, with the thread as it is afterwards."""
        ...


def _nothing(_: Thread) -> str | None:
    return None


class Terminal:
    """`proposal`: what an empty line means where nothing was said yet. `note`: what else may be worth saying while
    nothing moves; it takes the place of what the bot is at. `keyboard` is the descriptor that lines are read from, unless
    a `typist` types them."""

    def __init__(
        self,
        conversation: Conversation,
        speaker: Speaker,
        screen: Screen,
        *,
        proposal: str = "",
        note: Callable[[Thread], str | None] = _nothing,
        typist: Typist | None = None,
        keyboard: int = 0,
    ) -> None:
        self._conversation = conversation
        self._speaker = speaker
        self._screen = screen
        self._proposal = proposal
        self._note = note
        self._typist = typist
        self._keyboard = keyboard
        self._inbox: asyncio.Queue[Change | Exception | str | None] = asyncio.Queue()
        self._thread: Thread | None = None
        self._mine: set[str] = set()
        self._typing: tuple[tuple[str, ...], asyncio.Task[None]] | None = None

    async def run(self, done: Callable[[Thread], bool]) -> bool:
        """Until `done` says so of the thread (then true), or the person leaves."""
        following = asyncio.create_task(self._follow())
        try:
            with self._reading():
                return await self._converse(done)
        finally:
            following.cancel()
            self._stop_typing()
            self._screen.close()

    def _reading(self) -> AbstractContextManager[None]:
        if self._typist is not None:
            return nullcontext()
        return lines(self._keyboard, self._inbox.put_nowait)

    async def _follow(self) -> None:
        try:
            async for change in self._conversation.changes():
                self._inbox.put_nowait(change)
        except Exception as error:  # noqa: BLE001 - raised again where the conversation is held
            self._inbox.put_nowait(error)

    async def _converse(self, done: Callable[[Thread], bool]) -> bool:
        while True:
            self._settle()
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    item = await self._inbox.get()
            except TimeoutError:
                continue
            match item:
                case None:
                    return False
                case str():
                    await self._say(item)
                case Exception():
                    raise item
                case (thread, events):
                    self._hear(thread, events)
                    if self._is_heard(thread) and done(thread):
                        return True

    def _is_heard(self, thread: Thread) -> bool:
        """Whether all that was typed here has come back by the log."""
        return all(mine in thread.ids for mine in self._mine)

    # ---- from the log ------------------------------------------------------------------------------------------------
    def _hear(self, now: Thread, events: tuple[Event, ...]) -> None:
        thread = self._thread or Thread(now.id)
        still_open = {name for each in pending(now) for name in (each.key, each.request)}
        for event in events:
            after = evolve(thread, event)
            if event.id not in thread.ids:
                self._tell(thread, event, after, still_open)
            thread = after
        if self._thread is None and not events and self._proposal:
            hint = f"Ask the bot in your own words, or press Enter to say: {self._proposal}"
            self._screen.show(Text(hint))
        self._thread = thread

    def _tell(self, before: Thread, event: Event, after: Thread, still_open: set[str]) -> None:
        look = self._screen.look
        said = None if event.id in self._mine else story.said(event)
        message = story.outgoing(before, event)
        told = [*([said] if said else []), *story.lines(before, event, after, look)]
        if told:
            self._screen.show(*told)
        if message is not None and (
            isinstance(message, Say | Notice) or _about(message) in still_open
        ):
            self._screen.show(render.card(message, look))

    def _settle(self) -> None:
        """The last line: a note, or what the bot is at, or a prompt."""
        thread = self._thread
        if thread is None:
            return
        at = self._note(thread)
        if at is None and self._is_heard(thread):
            at = story.progress(thread, self._screen.look)
        elif at is None:
            at = f"sending{self._screen.look.ellipsis}"
        if at is not None:
            self._screen.progress(at)
        elif self._typist is None:
            self._screen.prompt()
        else:
            self._ask(self._typist, thread)

    # ---- to the log --------------------------------------------------------------------------------------------------
    async def _say(self, line: str) -> None:
        self._screen.typed()
        thread = self._thread
        if thread is None:
            return
        if not line.strip() and not thread.head and not self._mine and self._proposal:
            line = self._proposal
            self._screen.show(Text(f"{PROMPT}{line}"))
        name = f"{self._speaker.address.channel}:{self._speaker.address.locator}:{uuid4().hex}"
        match parse(line, thread, self._speaker, name):
            case None:
                pass
            case Complaint(text):
                self._screen.show(render.words(f"{self._screen.look.bad} {text}", "yellow"))
            case event:
                self._mine.add(event.id)
                await self._conversation.post(event)

    # ---- somebody who types by a script ------------------------------------------------------------------------------
    def _ask(self, typist: Typist, thread: Thread) -> None:
        """Ask once for what is open; when that has changed, what was being typed is thrown away."""
        open_now = tuple(request.key for request in pending(thread))
        if self._typing is not None and self._typing[0] == open_now:
            return
        self._stop_typing()
        self._typing = (open_now, asyncio.create_task(self._type(typist, thread)))

    async def _type(self, typist: Typist, thread: Thread) -> None:
        try:
            line = await typist(thread)
        except Exception as error:  # noqa: BLE001 - raised again where the conversation is held
            self._inbox.put_nowait(error)
            return
        if line is not None:
            self._screen.show(Text(f"{PROMPT}{line}"))
        self._inbox.put_nowait(line)

    def _stop_typing(self) -> None:
        if self._typing is not None:
            self._typing[1].cancel()


def _about(message: Outgoing) -> str:
    """The request that it puts or reminds of, as it was sent."""
    return message.request if isinstance(message, Reminder) else message.key
