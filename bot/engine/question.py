"""Question: what a session is asking the model, kept so that a round does not wait for the answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.core import askers
from bot.core.events import Event
from bot.core.thread import Thread


@dataclass(frozen=True)
class Question:
    """What the model is being asked: on which state of the thread, and its answer to come."""

    thread: Thread
    answer: asyncio.Future[Event]

    def named(self, answer: Event) -> Event:
        """The answer; if it is a step, its calls with those who had asked for them when the model was asked."""
        return askers.naming(self.thread, answer)
