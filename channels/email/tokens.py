"""Tokens: the reply address of a request, or its tag: good for one person, one showing of it, once, and until its deadline.

`bot+a.ID.SEAL@example.com`: small letters and digits alone, for some clients fold case, and no more than the 64 octets of a local part
(RFC 5321, 4.5.3.1.1). What the ID means is kept in the safe; the seal binds it to its person and its deadline (HMAC, RFC 2104).
`[t.ID.SEAL]`, in the text of a card, where no mail to such an address arrives: it counts only beside the Message-ID of that very card.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b32encode
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from pydantic import TypeAdapter

from bot.kit.safe import Safe
from channels.email import addressed
from channels.email.key import Key
from channels.email.reading import tags

# Long enough beyond its deadline that whoever is late is told so; and what has none is asked anew now and then.
LATE_SECONDS, OPEN_SECONDS = 30 * 24 * 3600, 400 * 24 * 3600
# What is left beside the seal; 80 bits name one of all requests, and are no secret.
MOST_LOCAL, LEAST_ID, MOST_ID, SEAL = 64, 16, 26, 24
_TOKEN = re.compile(
    rf"(?P<sign>a|{tags.SIGN})\.(?P<id>[a-z2-7]{{16,26}})\.(?P<seal>[a-z2-7]{{24}})"
)
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
_TICKETS = "email/ticket/"
# By what an answer finds its request.
By = Literal["address", "tag"]


@dataclass(frozen=True, slots=True)
class Way:
    """Where an answer goes. With a `tag` that is our own address, and the answer has to quote it and to answer the mail `id`."""

    address: str
    tag: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The ticket of a mail, by its ID."""

    id: str
    ticket: Ticket


class Tokens:
    """Made by those who send, looked at by those who listen."""

    def __init__(
        self, safe: Safe, address: str, now: Callable[[], int], by: By = "address"
    ) -> None:
        self._safe = safe
        self._local, _, self._domain = address.lower().partition("@")
        self._now = now
        self.by: By = by
        self._key = Key(safe)

    async def make(self, ticket: Ticket, key: str) -> Way:
        """The way back for this ticket; the same for the same message and person, however often it is asked for."""
        room = MOST_LOCAL - len(f"{self._local}+a..") - SEAL
        length = tags.ID if self.by == "tag" else min(MOST_ID, max(LEAST_ID, room))
        id = _letters(hashlib.sha256(f"{key}\n{ticket.person}".encode()).digest(), length)
        kept = json.dumps(asdict(ticket))
        await self._safe.lend(f"email/ticket/{id}", kept, self._life(ticket))
        sign = tags.SIGN if self.by == "tag" else "a"
        token = f"{sign}.{id}.{_seal(await self._key.octets(), sign, id, ticket)}"
        if self.by == "tag":
            return Way(f"{self._local}@{self._domain}", token, ticket.message)
        return Way(f"{self._local}+{token}@{self._domain}")

    def in_addresses(self, addresses: Sequence[str]) -> list[str]:
        """What stands behind the plus in those of these addresses that are a request's."""
        found = addressed.tags(f"{self._local}@{self._domain}", addresses)
        return [each for each in found if each.startswith("a.")]

    async def of(self, token: str) -> Found | None:
        """The ticket that this token, of an address or a tag, stands for; None: it is none of ours."""
        read = _TOKEN.fullmatch(token)
        kept = await self._kept(f"email/ticket/{read['id']}") if read else None
        if read is None or kept is None:
            return None
        ticket = _TICKET.validate_json(kept)
        ours = _seal(await self._key.octets(), read["sign"], read["id"], ticket)
        return Found(read["id"], ticket) if hmac.compare_digest(ours, read["seal"]) else None

    async def objection(self, found: Found, mail: str) -> str:
        """Why whom this ticket was given to cannot decide by it, with this mail; empty: they can."""
        if found.ticket.until and self._now() > found.ticket.until:
            return "The time to decide that is over."
        by = await self._kept(f"email/used/{found.id}")
        return "That was decided by another mail already." if by not in (None, mail) else ""

    async def spend(self, found: Found, mail: str) -> None:
        """From here on no other mail decides by it; the same one may be read again."""
        # Longer than the ticket, which lives as long again where its card goes out once more.
        await self._safe.lend(f"email/used/{found.id}", mail, 2 * self._life(found.ticket))

    def _life(self, ticket: Ticket) -> int:
        """For how many seconds it is kept."""
        if not ticket.until:
            return OPEN_SECONDS
        return max(0, ticket.until - self._now()) // 1000 + LATE_SECONDS

    async def _kept(self, name: str) -> str | None:
        """What is kept for a time, or by an earlier version for good."""
        kept = await self._safe.lent(name)
        return await self._safe.get(name) if kept is None else kept


async def drop_over(safe: Safe, now_ms: int) -> None:
    """What earlier versions kept for good, where its time is long over."""
    for name in await safe.names():
        kept = await safe.get(name) if name.startswith(_TICKETS) else None
        until = _TICKET.validate_json(kept).until if kept else 0
        if until and until + LATE_SECONDS * 1000 < now_ms:
            await safe.drop([name, name.replace(_TICKETS, "email/used/")])


def unsealed(text: str) -> str:
    """The text with reply addresses and tags that open nothing: others than whom they were given to may read it."""
    return tags.unsealed(_SEALED.sub(r"\1\2.…", text))


def _seal(key: bytes, sign: str, id: str, ticket: Ticket) -> str:
    """An address's and a tag's differ: neither is made of the other."""
    name = id if sign == "a" else f"{sign}.{id}"
    signed = "\n".join(
        (name, ticket.request, ticket.person, ticket.digest, str(ticket.until), ticket.kind)
    )
    return _letters(hmac.new(key, signed.encode(), hashlib.sha256).digest(), SEAL)


def _letters(octets: bytes, count: int) -> str:
    return b32encode(octets).decode().lower()[:count]
