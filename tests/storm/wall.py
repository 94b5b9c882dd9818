"""Wall: a channel that writes on the outside ledger and can be looked up there."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from bot.core.outbox import Approval, Hold, Outgoing, Question, Say, UnknownOutcome
from bot.core.values import Address
from bot.engine.desk import thread_id
from tests.storm.ledger import Line, lines, note

REPLY_SECONDS = 0.02
"""A message is out this long before its sender hears so: time to be killed in."""


class Wall:
    """Shows a message by one line in the ledger."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def find(self, address: Address, key: str) -> str | None:
        seen = lines(self._folder, thread_id(address))
        return next(
            (f"at {line.at}" for line in seen if (line.what, line.key) == ("show", key)), None
        )

    async def send(self, address: Address, message: Outgoing) -> str:
        shown = line_of(thread_id(address), message)
        note(self._folder, shown)
        await asyncio.sleep(REPLY_SECONDS)
        return f"at {shown.at}"

    async def tell(self, address: Address, person: str, text: str) -> None:
        """Nobody in a storm needs to hear why a word did not count: the new card says it."""


def line_of(thread: str, message: Outgoing) -> Line:
    """How a message stands on the wall."""
    plain = Line(
        what="show",
        thread=thread,
        key=message.key,
        kind=type(message).__name__,
        at=time.time(),
        pid=os.getpid(),
    )
    return plain.model_copy(update=_said(message))


def _said(message: Outgoing) -> dict[str, str | float]:
    match message:
        case Say(text=text):
            return {"text": text}
        case Approval(request=request, digest=digest):
            return {"request": request, "digest": digest}
        case UnknownOutcome(request=request, may_retry_at=retry_at):
            return {"request": request, "retry_at": retry_at / 1000}
        case Hold(request=request, choices=choices):
            return {"request": request, "text": choices[0]}
        case Question(request=request):
            return {"request": request}
        case _:
            return {"text": message.text}
