"""Marks: what our messages carry for ourselves, as metadata: their key, and which copies of a card there are; and their receipts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from channels.slack.payload import Json

EVENT_TYPE = "outer_loop_bot"


@dataclass(frozen=True, slots=True)
class Copy:
    """A card as it went to one person alone."""

    user: str
    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a message stands, and then the copies of it, as the log has it: `TEAM/CHANNEL/TS USER/CHANNEL/TS …`."""

    team: str
    channel: str
    ts: str
    copies: tuple[Copy, ...] = ()

    @classmethod
    def read(cls, text: str) -> Receipt:
        where, _, copies = text.partition(" ")
        return cls(*where.split("/"), copies=read(copies))

    def __str__(self) -> str:
        return f"{self.team}/{self.channel}/{self.ts} {written(self.copies)}".rstrip()


def short(digest: str) -> str:
    """As much of a card's digest as buttons and copies carry."""
    return digest[:16]


def metadata(key: str, **beside: str) -> Json:
    """The metadata of a message with this key."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key, **beside}}


def mark(message: Mapping[str, JsonValue], bot: str, name: str = "key") -> str:
    """What a message carries under this name, if `bot` wrote it: anybody may write the like beside their own. Empty: nothing of ours."""
    found = message.get("metadata")
    is_ours = bool(bot) and message.get("bot_id") == bot
    if not is_ours or not isinstance(found, dict) or found.get("event_type") != EVENT_TYPE:
        return ""
    payload = found.get("event_payload")
    value = payload.get(name) if isinstance(payload, dict) else None
    return value if isinstance(value, str) else ""


def written(copies: tuple[Copy, ...]) -> str:
    """These copies, as metadata and receipts have them."""
    return " ".join(f"{each.user}/{each.channel}/{each.ts}" for each in copies)


def read(copies: str) -> tuple[Copy, ...]:
    """The other way round."""
    return tuple(Copy(*each.split("/")) for each in copies.split())
