"""Bounces: a mail of ours that came back (RFC 3464) is marked on its thread, which tells whoever else can decide, and told to the owner.

Our IDs are sealed: who names one has had that mail, or one that answers it. A report marks it for those alone to whom it went.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import TypeAdapter

from bot.kit.arrival import Arrivals, Bounce
from bot.kit.safe import Safe
from channels.email import ids
from channels.email.arrived import Arrived
from channels.email.replies import Replies

MOST_BYTES = 200_000
# Servers try for five days; queues have been left alone for longer.
KEPT_SECONDS = 60 * 24 * 3600
_FAILED = re.compile(r"^action:\s*failed", re.IGNORECASE | re.MULTILINE)
_RECIPIENT = re.compile(
    r"^(?:original|final)-recipient:\s*rfc822\s*;\s*<?([^\s<>]{1,320})",
    re.IGNORECASE | re.MULTILINE,
)
_STATUS = re.compile(r"^status:\s*(5\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
# The chain of what came back names other mails of ours, which arrived.
_ID = re.compile(
    rb"^message-id:\s*(<[0-9a-f]{24}\.[a-z2-7]{16}\.bot@[a-z0-9.-]{1,64}>)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Gone:
    """A mail that went out: under which key, and to whom."""

    key: str
    to: tuple[str, ...]


_GONE = TypeAdapter(Gone)


class Sent:
    """What went out, by its ID, for as long as it may come back."""

    def __init__(self, safe: Safe) -> None:
        self._safe = safe

    async def goes(self, id: str, key: str, to: Iterable[str]) -> None:
        """This is about to go: it may come back before anything else is known of it."""
        kept = _GONE.dump_json(Gone(key, tuple(to))).decode()
        await self._safe.lend(f"email/gone/{id}", kept, KEPT_SECONDS)

    async def of(self, id: str) -> Gone | None:
        """What went out under this ID."""
        kept = await self._safe.lent(f"email/gone/{id}")
        return _GONE.validate_json(kept) if kept else None


def mark(address: str, id: str, person: str) -> str:
    """What it is called that this person does not have the mail of this ID: the same, whoever finds it out and however often."""
    return f"{ids.CHANNEL}:{address}/{id}/bounced/{person}"


class Bounces:
    """What mail servers tell of what we sent; `owner` is the address of whoever is told (empty: the log alone has it)."""

    def __init__(
        self, address: str, safe: Safe, arrivals: Arrivals, replies: Replies, owner: str = ""
    ) -> None:
        self._address = address
        self._sent = Sent(safe)
        self._arrivals = arrivals
        self._replies = replies
        self._owner = owner

    async def take(self, mail: Arrived, raw: bytes) -> bool:
        """Whether this tells of a mail of ours that was given up; of one that is only late it does not."""
        blocks = [each for each in mail.report.split("\n\n") if _FAILED.search(each)]
        named = [each.decode().lower() for each in dict.fromkeys(_ID.findall(raw[:MOST_BYTES]))]
        ours = [each for each in named if ids.place_of(each, self._address)]
        gone = await self._sent.of(ours[0]) if blocks and len(ours) == 1 else None
        if gone is None:
            return False
        told = "\n".join(blocks)
        missing = [each for each in gone.to if each.lower() in _recipients(told)]
        # Passed on by a server, it comes back from another address than it went to.
        missing = missing or list(gone.to if len(gone.to) == 1 else ("",))
        is_marked = await self._mark(ours[0], gone.key, missing, _reason(told))
        if self._owner:
            whom = " and ".join(each for each in missing if each) or "one of those it went to"
            text = _told(whom, _reason(told), gone.key if is_marked else "")
            # Once for each of them in a conversation: an address that takes nothing would fill another.
            once = f"bounced:{ids.place_of(ours[0], self._address)}:{whom}"
            await self._replies.tell(self._owner, once, "A mail came back", text)
        return is_marked or bool(self._owner)

    async def _mark(self, id: str, key: str, missing: list[str], reason: str) -> bool:
        """Whether it is on the log of a thread, for each of those who do not have it."""
        is_marked = False
        for each in missing:
            bounce = Bounce(mark(self._address, id, each), ids.CHANNEL, each, key, reason)
            is_marked = await self._arrivals.bounced(bounce)
        return is_marked


def _told(whom: str, reason: str, key: str) -> str:
    """What the owner is told: the message that this key names, if it is a thread's."""
    text = f"What I mailed to {whom} came back ({reason}). A wrong address is mended in the people file."
    thread = key.partition("-")[0]
    return (
        f"{text}\n\nIt is `{key}`: `bot show {thread}` tells what became of it. Where it asks for something, whoever else can decide is told."
        if key
        else text
    )


def _recipients(report: str) -> set[str]:
    return {each.lower() for each in _RECIPIENT.findall(report)}


def _reason(report: str) -> str:
    """The number alone (RFC 3463): what a server writes beside it may hold anything."""
    status = _STATUS.search(report)
    return f"status {status[1]}" if status else "no reason given"
