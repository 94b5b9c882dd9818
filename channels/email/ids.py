"""IDs: the names of mails. Ours tell which thread they belong to, and stay short of 77 characters.

Longer ones would be written as encoded words by many a program, which no client finds again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Sequence

CHANNEL = "email"
LONGEST_DOMAIN = 30
MOST_REFERENCES = 20
_OURS = re.compile(r"<[0-9a-f]{24}\.(?P<locator>[a-z2-7]{16})\.bot@(?P<domain>[a-z0-9.-]{1,64})>")


def locator(root: str) -> str:
    """The place of a conversation: a function of the ID of the mail that began it."""
    return b32encode(hashlib.sha256(root.encode()).digest())[:16].decode().lower()


def domain_of(address: str) -> str:
    """What stands behind the at sign in our IDs: our domain, or its hash where it is long."""
    domain = address.lower().partition("@")[2]
    return (
        domain
        if len(domain) <= LONGEST_DOMAIN
        else f"{hashlib.sha256(domain.encode()).hexdigest()[:20]}.invalid"
    )


def ours(key: bytes, place: str, what: str, person: str, address: str) -> str:
    """The ID of what is sent under this name to this person: the same however often it is sent, and nobody's guess (HMAC, RFC 2104)."""
    named = f"message-id\n{place}\n{what}\n{person}"
    mark = hmac.new(key, named.encode(), hashlib.sha256).hexdigest()[:24]
    return f"<{mark}.{place}.bot@{domain_of(address)}>"


def place_of(id: str, address: str) -> str | None:
    """The conversation of a mail of ours, by its ID; None: it is none of ours."""
    found = _OURS.fullmatch(id.strip().lower())
    return found["locator"] if found and found["domain"] == domain_of(address) else None


def place(id: str, answers: str, parents: Sequence[str], address: str) -> str:
    """Where a mail belongs: to a conversation of ours that it names, else to the one that its first ancestor began."""
    for each in (answers, *reversed(parents)):
        found = place_of(each, address)
        if found:
            return found
    return locator((parents or (answers,))[0] or id)


def references(parents: Sequence[str], answered: str) -> tuple[str, ...]:
    """The chain for an answer (RFC 5322, 3.6.4): the first and the last ones where it grew long."""
    chain = tuple(dict.fromkeys((*parents, answered) if answered else parents))
    return chain if len(chain) <= MOST_REFERENCES else (chain[0], *chain[1 - MOST_REFERENCES :])
