"""Bounces: a card that did not arrive is told to whoever it was asked for (RFC 3464). Our IDs are sealed: who names one has had that mail."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from bot.kit.safe import Safe
from channels.email import ids
from channels.email.arrived import Arrived
from channels.email.replies import Replies
from channels.email.threads import Talks

MOST_BYTES = 200_000
MOST_SHOWN = 2_000
_FAILED = re.compile(r"^action:\s*failed", re.IGNORECASE | re.MULTILINE)
_IDS = re.compile(rb"<[0-9a-f]{24}\.[a-z2-7]{16}\.bot@[a-z0-9.-]{1,64}>")


@dataclass(frozen=True, slots=True)
class Sent:
    """A card that went out: to whom, what it asks, and who is to know where it does not arrive."""

    person: str
    asks: str
    others: tuple[str, ...] = ()


_SENT = TypeAdapter(Sent)


@dataclass(frozen=True, slots=True)
class _Last:
    """The last mail of a conversation, as that which is answered."""

    id: str
    proven: str
    subject: str
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Bounced:
    mail: _Last
    place: str
    id: str


class Cards:
    """The cards that went out, by their IDs."""

    def __init__(self, safe: Safe) -> None:
        self._safe = safe

    async def sent(self, id: str, card: Sent) -> None:
        """This one did."""
        kept = _SENT.dump_json(replace(card, asks=card.asks[:MOST_SHOWN])).decode()
        await self._safe.put(f"email/card/{id}", kept)

    async def of(self, id: str) -> Sent | None:
        """What went out under this ID."""
        kept = await self._safe.get(f"email/card/{id}")
        return _SENT.validate_json(kept) if kept else None


class Bounces:
    """What mail servers tell of what we sent."""

    def __init__(self, address: str, safe: Safe, talks: Talks, replies: Replies) -> None:
        self._address = address
        self._cards = Cards(safe)
        self._talks = talks
        self._replies = replies

    async def take(self, mail: Arrived, raw: bytes) -> bool:
        """Whether this tells of a mail of ours that was given up; of one that is only late it does not."""
        if not _FAILED.search(mail.report):
            return False
        named = [each.decode() for each in dict.fromkeys(_IDS.findall(raw[:MOST_BYTES]))]
        ours = [each for each in named if ids.place_of(each, self._address)]
        told = [await self._tell(each) for each in ours[:3]]
        return any(told)

    async def _tell(self, id: str) -> bool:
        place = ids.place_of(id, self._address) or ""
        card, talk = await self._cards.of(id), await self._talks.get(place)
        if card is None or talk is None:
            return False
        others = dict.fromkeys((talk.to, *card.others))
        others.pop(card.person, None)
        text = missed(card.person, card.asks, "my mail to them came back")
        for each in others:
            last = _Last(talk.last, each, talk.subject, talk.ids)
            await self._replies.say(_Bounced(last, place, f"bounced:{id}"), text)
        return bool(others)


def missed(person: str, asks: str, why: str) -> str:
    """That somebody could not be asked, and what."""
    return f"{person} has not been asked: {why}.\n\n{asks}\n\nSomebody else has to decide, or their address has to be mended."
