"""Script: plays the person where nobody sits at the terminal. It turns the first proposal down, so that a denial is seen
to change the plan, and approves the next; what it cannot know it looks up on the remote.

What it says follows from the log and the remote alone, so a run that was killed is taken up by the next as by anybody.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from bot.core.events import Event
from bot.core.outbox import Approval, Hold, Question, UnknownOutcome, Waiting, pending
from bot.core.reducer import evolve
from bot.core.thread import Closed, Thread

MOST_EXTENSIONS = 3
# A bot that goes on asking needs a person, not a script.
MOST_ANSWERS = 4
LOOK_SECONDS = 0.5
_RELEASE = re.compile(r"(?P<stem>\D*)(?P<major>\d+)\.(?P<minor>\d+)\.(?P<patch>\d+)")


@dataclass
class Script:
    """`log` is the conversation's events, `tags` what the remote holds, `extend` asks for that many seconds more."""

    proposal: str
    log: Callable[[], Awaitable[Sequence[Event]]]
    tags: Callable[[], Awaitable[Mapping[str, str]]]
    extend: Callable[[float], None]
    at: str | None = field(default=None, init=False)

    async def __call__(self, thread: Thread) -> str | None:
        """The line to type now; None: there is nothing left to say."""
        if not thread.head:
            return self.proposal
        waiting = pending(thread)
        return await self._reply(waiting[0], thread) if waiting else None

    async def _reply(self, request: Waiting, thread: Thread) -> str:
        match request:
            case Question():
                answered = await self._count(thread, "answered", kind="question")
                return answer(request) if answered < MOST_ANSWERS else "stop"
            case Approval():
                return denial(request) if not await self._count(thread, "denied") else "approve"
            case Hold(choices=choices):
                held = await self._count(thread, "answered", kind="limit")
                return choices[0] if held < MOST_EXTENSIONS else choices[-1]
            case UnknownOutcome():
                return await self.look(request)

    async def look(self, unknown: UnknownOutcome) -> str:
        """Whether it happened, from the remote: at once if it did, but that it did not only when it no longer can."""
        self.at = "looking at the remote"
        left = max(unknown.may_retry_at / 1000 + 1 - time.time(), 0.0)
        self.extend(left)
        over = time.monotonic() + left
        try:
            while True:
                is_over = time.monotonic() >= over
                if is_there(unknown.arguments, await self.tags()):
                    return unknown.choices[0]
                if is_over:
                    return unknown.choices[1]
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self.at = None

    async def _count(self, thread: Thread, outcome: str, kind: str = "gated") -> int:
        """How many calls of this kind ended like this so far."""
        found, now = set[str](), Thread(thread.id)
        for event in await self.log():
            now = evolve(now, event)
            found |= {
                call.id
                for call in now.calls
                if call.proposal.kind == kind
                and isinstance(call.phase, Closed)
                and call.phase.outcome == outcome
            }
        return len(found)


def answer(asked: Question) -> str:
    """A sensible answer to anything: the first choice, else what a release is made of."""
    if asked.choices:
        return asked.choices[0]
    return "Everything on the main branch that is not released yet."


def denial(asked: Approval) -> str:
    """Turns down this very proposal, and says what another one should be like."""
    release = _RELEASE.fullmatch(str(asked.arguments.get("tag", "")))
    if release is None:
        return "deny the message should name every commit that ships"
    stem, major, minor = release["stem"], release["major"], int(release["minor"])
    if release["patch"] == "0":
        return f"deny that number is taken for something else, make it {stem}{major}.{minor}.1"
    return f"deny it adds something new, so make it the minor release {stem}{major}.{minor + 1}.0"


def is_there(arguments: Mapping[str, JsonValue], tags: Mapping[str, str]) -> bool:
    """Whether the remote holds the tag that this call was to push, at its commit."""
    tag, commit = arguments.get("tag"), arguments.get("commit")
    return isinstance(tag, str) and tag in tags and tags[tag] == commit
