"""Refusals: words that did not count, and what is owed to their authors for them."""

from __future__ import annotations

from bot.core.events import MessageReceived, Verdict, VerdictRefused
from bot.core.frozen import replace
from bot.core.owed import Refusal
from bot.core.thread import Thread


def owed(thread: Thread, event: MessageReceived | Verdict, request: str, reason: str) -> Thread:
    """Whoever said this is to be told why it did not count."""
    refusal = Refusal(event.id, request, event.actor, reason)
    return replace(thread, refusals=(*thread.refusals, refusal))


def told(thread: Thread, event: VerdictRefused) -> Thread:
    """It is on record that a verdict did not count; nothing more is owed for it."""
    left = tuple(refusal for refusal in thread.refusals if refusal.verdict != event.verdict)
    return replace(thread, refusals=left)
