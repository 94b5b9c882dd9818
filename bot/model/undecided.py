"""Undecided: why there is no step, as a fact for the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from bot.core.events import DecideFailed
from bot.core.thread import Thread
from bot.core.values import Usage

Kind = Literal["transient", "malformed", "refusal", "permanent"]
REASON_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """Which model was sent which bytes."""

    model: str = ""
    digest: str = ""


NOTHING_SENT = Sent()


def undecided(
    thread: Thread,
    kind: Kind,
    reason: str,
    retry_in: int = 0,
    sent: Sent = NOTHING_SENT,
    usage: Usage | None = None,
    instead: str = "",
) -> DecideFailed:
    """No step from where the thread stands, and what follows from that."""
    return DecideFailed(
        id=fact_id("undecided", thread),
        actor="engine",
        seen=thread.head,
        kind=kind,
        reason=reason[:REASON_CHARACTERS],
        retry_in=retry_in,
        instead=instead,
        model=sent.model,
        request=sent.digest,
        usage=usage or Usage(),
    )


def fact_id(what: str, thread: Thread) -> str:
    """A name of its own for a fact: two workers that ask at once have two answers."""
    return f"{what}:{thread.id}.{thread.head}:{uuid4().hex[:8]}"
