"""Heard: a mail where it belongs, under the identity that it keeps."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.core.values import Address
from channels.email import ids
from channels.email.arrived import Arrived


@dataclass(frozen=True, slots=True)
class Heard:
    """A mail, where it belongs, and its identity: the same mail has it, however often it is fetched. `is_aside`: it answers a card.

    `home` is where its thread lives; `agent` whom it names, if it begins a conversation; `objection` why nobody can take it.
    """

    mail: Arrived
    place: str
    id: str
    home: str
    is_aside: bool = False
    agent: str = ""
    objection: str = ""

    @property
    def address(self) -> Address:
        return Address(channel=ids.CHANNEL, locator=self.home)


def identity(mailbox: str, id: str, raw: bytes) -> str:
    """What this mail is called: its account, its own ID and its body, so that one of the same ID and another body is another."""
    body = raw.partition(b"\r\n\r\n")[2] or raw.partition(b"\n\n")[2]
    mark = hashlib.sha256(
        id.encode() + b"\n" + (hashlib.sha256(body).digest() if id else raw)
    ).hexdigest()
    return f"{ids.CHANNEL}:{mailbox}/{mark[:32]}"
