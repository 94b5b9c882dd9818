"""Again: the same question under a later version. Whoever was called for it is called no more, and their copies become the later one's."""

from __future__ import annotations

from collections.abc import AsyncIterable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeGuard

from bot.core.names import call_id, version_of
from bot.core.outbox import Approval, Hold, Outgoing, Question, UnknownOutcome, Waiting, pending
from bot.kit.channel import Fate
from channels.slack import marks
from channels.slack.blocks import Look
from channels.slack.marks import Copy, mark
from channels.slack.payload import Json


@dataclass(frozen=True, slots=True)
class Before:
    """Who was called by the last card of the same question, and the copies that it left."""

    called: tuple[str, ...] = ()
    copies: tuple[Copy, ...] = ()

    def of(self, user: str) -> Copy | None:
        """This person's copy."""
        return next((each for each in self.copies if each.user == user), None)

    def quieted(self, look: Look) -> Look:
        """The look without those who were called before."""
        fresh = tuple(user for user in look.mentions if user not in self.called)
        return replace(look, mentions=fresh)


def told(message: Outgoing | None, look: Look) -> dict[str, str]:
    """What a card carries, so that the next one knows: what it asks, and of whom."""
    if not isinstance(message, Waiting):
        return {}
    return {"asks": asks(message), "called": " ".join(look.mentions)}


def shown(fate: Fate, request: str) -> Waiting | None:
    """The card as it asked; None: it asks nothing that could be asked again."""
    return next((each for each in pending(fate.then) if each.request == request), None)


def is_later(message: Outgoing) -> TypeGuard[Waiting]:
    """Whether another card asked for this call before."""
    return isinstance(message, Waiting) and _version(message.key) > 1


async def before(messages: AsyncIterable[Json], bot: str, message: Waiting) -> Before:
    """What the last card of this call before this one left, where it asked the same."""
    found: Json = {}
    last = 0
    async for each in messages:
        key = mark(each, bot)
        is_same = call_id(key) == call_id(message.key)
        if is_same and last < _version(key) < _version(message.key):
            last, found = _version(key), each
    if mark(found, bot, "asks") != asks(message):
        return Before()
    called, copies = mark(found, bot, "called"), mark(found, bot, "copies")
    return Before(tuple(called.split()), marks.read(copies))


def _version(key: str) -> int:
    return version_of(key) or 0


def asks(message: Waiting) -> str:
    """The same for the same question: what has been said or decided since it was asked plays no part in it."""
    match message:
        case Approval():
            parts = ["approval", message.digest, message.anew, str(message.typed)]
        case Question():
            parts = ["question", message.question, message.context, *message.choices]
        case UnknownOutcome():
            parts = ["unknown", message.tool, str(message.started_at), message.anew]
        case Hold():
            parts = ["hold", message.why, message.reason, *message.choices]
    return sha256("\0".join(parts).encode()).hexdigest()[:16]
