"""Thread of the demo: which conversation goes on, how it is followed, and what it has pushed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import JsonValue
from redis.exceptions import RedisError

from bot.app import App
from bot.core.codec import decode
from bot.core.effects import next_effects
from bot.core.events import Event, ToolEnded, ToolStarted
from bot.core.outbox import pending
from bot.core.reducer import evolve, replay
from bot.core.thread import Call, Closed, Idle, Thread
from bot.core.values import Address
from bot.engine.desk import thread_id
from channels.console.channel import CHANNEL
from channels.console.terminal import Change

LOOK_SECONDS = 0.1
AWAY_SECONDS = 0.5
PATIENCE_SECONDS = 60.0

_T = TypeVar("_T")


@dataclass(frozen=True)
class Push:
    """A tag that deploybot set out to push, and the commit it was to name."""

    tag: str
    commit: str


class Followed:
    """A thread of the store as a conversation. While the store is away it waits: whoever restarts it is told nothing lost."""

    def __init__(self, app: App, address: Address) -> None:
        self.address = address
        self.name = thread_id(address)
        self.is_away = False
        self._app = app

    async def post(self, event: Event) -> None:
        """Stored when this returns; sent again under the same id when the answer was lost."""
        await self._patiently(lambda: self._app.desk.post(self.name, event))

    async def changes(self) -> AsyncIterator[Change]:
        thread = Thread(self.name)
        is_first = True
        while True:
            events = await self._since(thread.head)
            for event in events:
                thread = evolve(thread, event)
            if events or is_first:
                yield thread, events
                is_first = False
            await asyncio.sleep(LOOK_SECONDS)

    async def events(self) -> Sequence[Event]:
        """All of the log."""
        return await self._since(0)

    async def _since(self, head: int) -> tuple[Event, ...]:
        rows = await self._patiently(lambda: self._app.store.read(self.name, head))
        return tuple(decode(row.at, row.body) for row in rows)

    async def _patiently(self, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """Again and again while the store is away, but not for ever."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                found = await attempt()
            except (RedisError, OSError):
                self.is_away = True
                if time.monotonic() > give_up_at:
                    raise
                await asyncio.sleep(AWAY_SECONDS)
            else:
                self.is_away = False
                return found


async def latest(app: App, home: Path) -> tuple[Followed, Thread | None]:
    """The conversation whose end was not told yet, be it only that; None: it is a new one."""
    address = Address(channel=CHANNEL, locator=f"demo/{_told(home) + 1}")
    conversation = Followed(app, address)
    events = await conversation.events()
    return conversation, replay(conversation.name, events) if events else None


def is_told(home: Path) -> None:
    """The end of the conversation at hand was told: the next run begins another."""
    aside = home / "told.new"
    aside.write_text(str(_told(home) + 1))
    aside.replace(home / "told")


def _told(home: Path) -> int:
    """How many conversations were told to their end."""
    file = home / "told"
    return int(file.read_text()) if file.exists() else 0


def is_finished(thread: Thread) -> bool:
    """Nothing is being done and nobody is asked."""
    at_rest = isinstance(thread.turn, Idle) and not pending(thread)
    return thread.head > 0 and at_rest and not next_effects(thread)


def pushes(name: str, events: Sequence[Event]) -> tuple[Push, ...]:
    """What was begun and, for all the log knows, may be on the remote."""
    thread, begun = Thread(name), dict[str, Push | None]()
    for event in events:
        thread = evolve(thread, event)
        match event:
            case ToolStarted() if call := thread.call(event.call):
                begun[call.id] = _push(call.proposal.arguments)
            case ToolEnded(result=dict(result)) if event.call in begun:
                begun[event.call] = _push(result) or begun[event.call]
            case _:
                pass
    return tuple(
        push for call, push in begun.items() if push and not _came_to_nothing(thread.call(call))
    )


def is_nothing_to_ship(events: Sequence[Event]) -> bool:
    """The latest look at the commits found none that is not released."""
    totals = [
        event.result["total"]
        for event in events
        if isinstance(event, ToolEnded)
        and isinstance(event.result, dict)
        and {"total", "since_tag"} <= event.result.keys()
    ]
    return bool(totals) and totals[-1] == 0


def _push(arguments: dict[str, JsonValue]) -> Push | None:
    tag, commit = arguments.get("tag"), arguments.get("commit")
    return Push(tag, commit) if isinstance(tag, str) and isinstance(commit, str) else None


def _came_to_nothing(call: Call | None) -> bool:
    return (
        call is not None
        and isinstance(call.phase, Closed)
        and call.phase.outcome in ("failed", "gave_up", "voided")
    )
