"""Threads: what a conversation by mail needs for its next mail: subject, chain of IDs, who is on it. Kept in the safe, beside the logs.

It holds nothing that decides: where it is lost an answer goes out under a plain subject to whoever is on the log.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from pydantic import TypeAdapter

from bot.kit.safe import Safe
from channels.email.arrived import Arrived
from channels.email.reading.automatic import plain_address

MOST_PEOPLE = 30
MOST_IDS = 60


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation. `to` is who is answered, `cc` who was on it and stays on it; `last` the mail that is answered. `is_apart`: it is about one
    request of a thread that lives elsewhere, and nothing else is said there."""

    subject: str
    to: str
    cc: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    last: str = ""
    is_apart: bool = False


_TALK = TypeAdapter(Talk)


def talk(mail: Arrived, ours: str) -> Talk:
    """What a mail says of its conversation. In Bcc we answer the sender alone."""
    named = dict.fromkeys((*mail.to, *mail.cc))
    others = tuple(each for each in named if plain_address(each) != ours and each != mail.proven)
    is_named = any(plain_address(each) == ours for each in named)
    chain = dict.fromkeys(each for each in (*mail.parents, mail.answers, mail.id) if each)
    return Talk(mail.subject, mail.proven, others if is_named else (), tuple(chain), mail.id)


class Talks:
    """Conversations by their place."""

    def __init__(self, safe: Safe) -> None:
        self._safe = safe

    async def get(self, place: str) -> Talk | None:
        """The conversation at this place."""
        kept = await self._safe.get(f"email/talk/{place}")
        return _TALK.validate_json(kept) if kept else None

    async def heard(self, place: str, mail: Talk) -> None:
        """A mail came in: its sender is answered from now on, and everybody who was there stays on."""
        before = await self.get(place)
        if before is None:
            await self._put(place, mail)
            return
        people = dict.fromkeys((*before.cc, before.to, *mail.cc))
        people.pop(mail.to, None)
        ids, cc = _chain(before.ids, mail.ids), tuple(people)[:MOST_PEOPLE]
        await self._put(place, replace(before, to=mail.to, cc=cc, ids=ids, last=mail.last))

    async def remember(self, place: str, mail: Arrived, ours: str, *, is_aside: bool) -> None:
        """Whom and what the next mail of ours answers; a mail that `is_aside` answers a card, so the conversation goes on where it was."""
        if is_aside and await self.get(place):
            await self.joined(place, mail.proven)
            return
        await self.heard(place, talk(mail, ours))

    async def joined(self, place: str, person: str) -> None:
        """Somebody who was asked wrote something there: they stay on it, and it goes on where it was."""
        before = await self.get(place)
        if before and person != before.to and person not in before.cc:
            await self._put(place, replace(before, cc=(*before.cc, person)[:MOST_PEOPLE]))

    async def sent(self, place: str, id: str) -> None:
        """A mail of ours went out there."""
        before = await self.get(place)
        if before is not None:
            await self._put(place, replace(before, ids=_chain(before.ids, (id,))))

    async def _put(self, place: str, talk: Talk) -> None:
        await self._safe.put(f"email/talk/{place}", json.dumps(asdict(talk)))


def _chain(before: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    chain = tuple(dict.fromkeys((*before, *more)))
    return chain if len(chain) <= MOST_IDS else (chain[0], *chain[1 - MOST_IDS :])
