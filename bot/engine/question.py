"""Question: what a session is asking the model, kept so that a round does not wait for the answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.core.events import Event


@dataclass(frozen=True)
class Question:
    """What the model is being asked: the head it has seen, and its answer to come."""

    seen: int
    answer: asyncio.Future[Event]
