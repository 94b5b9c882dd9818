"""Bots: how often other programs have had their say since a person spoke, so that two bots do not thank each other for ever.

In a thread that is on its log; where each of their words begins a thread, it is counted by the place that the threads are in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from bot.core.events import Event, MessageNoted, MessageReceived, Verdict
from bot.core.values import Address
from bot.kit.arrival import Words

MARK = "@bot"
MOST_TURNS = 3
"""In a thread; and so many threads in a place within an hour."""
HOUR_MS = 3_600_000
Over = Literal["enough", "noted"] | None
"""What becomes of words that are too many: `enough` for the first of them; None: they are not."""


class Begun(Protocol):
    """Threads that bots began, counted for all processes together. Every call may be repeated."""

    async def another(self, place: str, id: str) -> Over:
        """Whether the thread that these words would begin in this place is one too many; otherwise it is counted."""
        ...

    async def forget(self, place: str) -> None:
        """Count anew there."""
        ...


class Bots:
    """Which words of bots are heard. Without `begun` they may begin as many threads as they like."""

    def __init__(self, begun: Begun | None) -> None:
        self._begun = begun

    async def stops(self, words: Words, events: Sequence[Event]) -> Over:
        """What becomes of a bot's words in the thread of these events; None: they are heard as any others."""
        asked, noted = turns(events)
        if asked >= MOST_TURNS:
            return "noted" if noted else "enough"
        begins = words.aim == "bot" and all(isinstance(each, MessageNoted) for each in events)
        if not begins or self._begun is None:
            return None
        return await self._begun.another(_around(words.address), words.id)

    async def heard(self, words: Words) -> None:
        """These words ask; once they are a person's, bots may begin threads there again."""
        if self._begun and words.standing != "bot":
            await self._begun.forget(_around(words.address))


def _around(address: Address) -> str:
    """The place that a thread is in: a locator ends in what tells the thread from others there."""
    return f"{address.channel}:{address.locator.rpartition('/')[0]}"


def turns(events: Sequence[Event]) -> tuple[int, int]:
    """How many words of bots asked since a person last asked or decided, and how many were only noted."""
    asked = noted = 0
    for event in reversed(events):
        is_bots = event.actor.endswith(MARK)
        match event:
            case MessageReceived() | Verdict() if not is_bots:
                break
            case MessageReceived():
                asked += 1
            case MessageNoted() if is_bots:
                noted += 1
            case _:
                pass
    return asked, noted
