"""Tokens: the reply address of a request, good for one person, one showing of it, once, and until its deadline.

`bot+a.ID.SEAL@example.com`: small letters and digits alone, for some clients fold case, and no more than the 64 octets of a local part
(RFC 5321, 4.5.3.1.1). What the ID means is kept in the safe; the seal binds it to its person and its deadline (HMAC, RFC 2104).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b32encode
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter

from bot.kit.safe import Safe
from channels.email import addressed
from channels.email.key import Key

LONGEST_SECONDS = 60 * 24 * 3600
# What is left beside the seal; 80 bits name one of all requests, and are no secret.
MOST_LOCAL, LEAST_ID, MOST_ID, SEAL = 64, 16, 26, 24
_TAG = re.compile(r"a\.(?P<id>[a-z2-7]{16,26})\.(?P<seal>[a-z2-7]{24})")
_SEALED = re.compile(r"(\+|%2b)(a\.[a-z2-7]{16,26})\.[a-z2-7]{24}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a reply to this address may decide: `digest` is that of the card, `until` the deadline in ms (0: none)."""

    request: str
    person: str
    digest: str
    until: int
    kind: str
    locator: str = ""
    message: str = ""


_TICKET = TypeAdapter(Ticket)


@dataclass(frozen=True, slots=True)
class Found:
    """The ticket of a mail, by its ID."""

    id: str
    ticket: Ticket


class Tokens:
    """Made by those who send, looked at by those who listen."""

    def __init__(self, safe: Safe, address: str, now: Callable[[], int]) -> None:
        self._safe = safe
        self._local, _, self._domain = address.lower().partition("@")
        self._now = now
        self._key = Key(safe)

    async def make(self, ticket: Ticket, key: str) -> str:
        """The reply address for this ticket; the same for the same message and person, however often it is asked for."""
        room = MOST_LOCAL - len(f"{self._local}+a..") - SEAL
        length = min(MOST_ID, max(LEAST_ID, room))
        id = _letters(hashlib.sha256(f"{key}\n{ticket.person}".encode()).digest(), length)
        await self._safe.put(f"email/ticket/{id}", json.dumps(asdict(ticket)))
        seal = _seal(await self._key.octets(), id, ticket)
        return f"{self._local}+a.{id}.{seal}@{self._domain}"

    def tags(self, addresses: Sequence[str]) -> list[str]:
        """What stands behind the plus in those of these addresses that are a request's."""
        found = addressed.tags(f"{self._local}@{self._domain}", addresses)
        return [tag for tag in found if tag.startswith("a.")]

    async def of(self, tag: str) -> Found | None:
        """The ticket that this tag stands for; None: it is none of ours."""
        read = _TAG.fullmatch(tag)
        kept = await self._safe.get(f"email/ticket/{read['id']}") if read else None
        if read is None or kept is None:
            return None
        ticket = _TICKET.validate_json(kept)
        ours = _seal(await self._key.octets(), read["id"], ticket)
        return Found(read["id"], ticket) if hmac.compare_digest(ours, read["seal"]) else None

    async def objection(self, found: Found, mail: str) -> str:
        """Why whom this ticket was given to cannot decide by it, with this mail; empty: they can."""
        if found.ticket.until and self._now() > found.ticket.until:
            return "The time to decide that is over."
        by = await self._safe.get(f"email/used/{found.id}")
        return "That was decided by another mail already." if by not in (None, mail) else ""

    async def spend(self, found: Found, mail: str) -> None:
        """From here on no other mail decides by it; the same one may be read again."""
        await self._safe.put(f"email/used/{found.id}", mail)


def unsealed(text: str) -> str:
    """The text with reply addresses that open nothing: others than whom they were given to may read it."""
    return _SEALED.sub(r"\1\2.…", text)


def _seal(key: bytes, id: str, ticket: Ticket) -> str:
    signed = "\n".join(
        (id, ticket.request, ticket.person, ticket.digest, str(ticket.until), ticket.kind)
    )
    return _letters(hmac.new(key, signed.encode(), hashlib.sha256).digest(), SEAL)


def _letters(octets: bytes, count: int) -> str:
    return b32encode(octets).decode().lower()[:count]
