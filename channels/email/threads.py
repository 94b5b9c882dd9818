"""Threads: what a conversation by mail needs for its next mail: subject, chain of IDs, who is on it. Kept in the safe, beside the logs.

It holds nothing that decides: where it is lost an answer goes out under a plain subject to whoever is on the log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Annotated

from pydantic import AliasChoices, Field, TypeAdapter

from bot.kit.safe import Safe
from channels.email.arrived import Arrived
from channels.email.reading.automatic import plain_address
from channels.email.reading.read import bare

# Beyond so many copies an answer would be mass mail.
MOST_COPIED = 30
MOST_TOLD = 200
MOST_IDS = 60


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation. `to` is who is answered, `cc` who was on it and stays on it; `last` the mail that is answered.

    `is_in_bcc`: `to` wrote with us in Bcc, so nobody else is answered, and nobody is told of them. `told` are others who have had a mail of it from us.
    `home` is where its thread lives, where that is not at the place of the conversation: we have begun it. `is_elsewhere`: it is about one
    request of a thread that lives in another channel, and nothing else is said here.
    """

    subject: str
    to: str
    cc: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    last: str = ""
    # Those that were kept before it had this name have the other one, and workers of that time read no other.
    is_in_bcc: Annotated[bool, Field(validation_alias=AliasChoices("is_in_bcc", "is_apart"))] = (
        False
    )
    home: str = ""
    is_elsewhere: bool = False
    told: tuple[str, ...] = ()

    @property
    def copied(self) -> tuple[str, ...]:
        """Who gets a copy of the next mail of ours; of a crowd nobody."""
        return () if self.is_in_bcc or self.is_crowd else self._others

    @property
    def is_crowd(self) -> bool:
        """Whether so many are on it that whoever wrote is answered alone."""
        return len(self._others) > MOST_COPIED

    @property
    def _others(self) -> tuple[str, ...]:
        return tuple(each for each in self.cc if each != self.to)

    @property
    def everybody(self) -> tuple[str, ...]:
        """Who is known to be on it, the last one who wrote behind the others."""
        return self.cc if self.is_in_bcc else (*self.cc, self.to)

    @property
    def known(self) -> frozenset[str]:
        """Whose words are heard in it: a mail of it may have been passed on to anybody else."""
        return frozenset((*self.cc, self.to, *self.told))


_TALK = TypeAdapter(Talk)


def talk(mail: Arrived, ours: str) -> Talk:
    """What a mail says of its conversation. In Bcc we answer the sender alone."""
    named = dict.fromkeys((*mail.to, *mail.cc))
    others = tuple(each for each in named if plain_address(each) != ours and each != mail.proven)
    is_named = any(plain_address(each) == ours for each in named)
    chain = dict.fromkeys(each for each in (*mail.parents, mail.answers, mail.id) if each)
    cc = others if is_named else ()
    # A subject of ours goes out as it is: what has no ID is threaded by this alone.
    subject = mail.subject if chain else f"Re: {bare(mail.subject)}"
    return Talk(subject, mail.proven, cc, tuple(chain), mail.id, not is_named)


class Talks:
    """Conversations by their place."""

    def __init__(self, safe: Safe) -> None:
        self._safe = safe

    async def get(self, place: str) -> Talk | None:
        """The conversation at this place."""
        kept = await self._safe.get(f"email/talk/{place}")
        return _TALK.validate_json(kept) if kept else None

    async def home(self, place: str) -> str:
        """Where the thread of the conversation at this place lives."""
        known = await self.get(place)
        return (known.home if known else "") or place

    async def heard(self, place: str, mail: Talk) -> None:
        """A mail came in: its sender is answered from now on, and everybody who was there stays on."""
        await self._change(place, lambda before: _heard(before, mail))

    async def joined(self, place: str, person: str) -> None:
        """Somebody who was asked wrote something there: they stay on it, and it goes on where it was."""
        await self._change(place, lambda before: before and _joined(before, person))

    async def followed(self, place: str, person: str, id: str) -> None:
        """Somebody who is on it answered what we asked: the next mail of ours answers that. The mails of others are nobody's to know of."""
        await self._change(place, lambda before: before and _followed(before, person, id))

    async def wrote(self, place: str, people: Iterable[str]) -> None:
        """These get a mail of it, be it one of their own."""
        named = tuple(people)
        await self._change(place, lambda before: before and _wrote(before, named))

    async def sent(self, place: str, id: str) -> None:
        """A mail of ours went out there."""
        await self._change(
            place, lambda before: before and replace(before, ids=_chain(before.ids, (id,)))
        )

    async def _change(self, place: str, change: Callable[[Talk | None], Talk | None]) -> None:
        """Those who listen and those who send write here at once: what was changed meanwhile is read again, and nobody's change is lost."""
        name = f"email/talk/{place}"
        while True:
            kept = await self._safe.get(name) or ""
            before = _TALK.validate_json(kept) if kept else None
            after = change(before)
            if after is None or after == before:
                return
            text = json.dumps({**asdict(after), "is_apart": after.is_in_bcc})
            if await self._safe.swap(name, kept, text):
                return


def _heard(before: Talk | None, mail: Talk) -> Talk:
    if before is None:
        return replace(mail, cc=mail.cc[:MOST_TOLD])
    people = dict.fromkeys((*before.everybody, *mail.cc))
    if not mail.is_in_bcc:
        people.pop(mail.to, None)
    ids, cc = _chain(before.ids, mail.ids), tuple(people)[:MOST_TOLD]
    kept = replace(before, to=mail.to, last=mail.last, is_in_bcc=mail.is_in_bcc)
    # Whoever wrote in Bcc is on none of its mails, and has a say in it all the same.
    is_left = before.is_in_bcc and before.to != mail.to
    told = _told(before.told, (before.to,)) if is_left else before.told
    return replace(kept, cc=cc, ids=ids, told=told)


def _joined(before: Talk, person: str) -> Talk:
    if person == before.to or person in before.cc:
        return before
    return replace(before, cc=(*before.cc, person)[:MOST_TOLD])


def _followed(before: Talk, person: str, id: str) -> Talk:
    if not id or person not in (before.to, *before.copied):
        return before
    return replace(before, last=id, ids=_chain(before.ids, (id,)))


def _wrote(before: Talk, people: tuple[str, ...]) -> Talk:
    if before.known.issuperset(people):
        return before
    return replace(before, told=_told(before.told, people))


def _told(before: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *more)))[-MOST_TOLD:]


def _chain(before: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    chain = tuple(dict.fromkeys((*before, *more)))
    return chain if len(chain) <= MOST_IDS else (chain[0], *chain[1 - MOST_IDS :])
