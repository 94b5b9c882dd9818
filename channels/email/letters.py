"""Letters: mails of ours in a conversation: made, named, and sent once."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

import structlog

from bot.kit.arrival import Bounce
from bot.kit.channel import Undeliverable
from bot.kit.safe import Safe
from channels.email import ids
from channels.email.bounces import Sent, mark
from channels.email.compose import Letter, Unsendable, composed
from channels.email.key import Key
from channels.email.post import Post, Unsure
from channels.email.reading.read import bare
from channels.email.threads import Talk, Talks
from channels.email.tokens import By

# The number alone: what a server writes beside it may hold anything.
_CODE = re.compile(r"\b5\d\d\b")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Us:
    """Who we are in mails, the address of whoever is told what nobody else is (empty: nobody), and by what answers find their request."""

    address: str
    name: str = "Bot"
    owner: str = ""
    answers_by: By = "address"


Returned = Callable[[Bounce], Awaitable[bool]]
"""Takes that somebody does not have a message, as `Arrivals` does."""


class Letters:
    """What goes to the people of a conversation."""

    def __init__(
        self, us: Us, post: Post, talks: Talks, safe: Safe, returned: Returned | None = None
    ) -> None:
        self._us = us
        self._post = post
        self._talks = talks
        self._key = Key(safe)
        self._returned = returned
        self._sent = Sent(safe)

    async def letter(
        self,
        place: str,
        talk: Talk,
        key: str,
        to: str,
        text: str,
        cc: tuple[str, ...] = (),
        reply_to: str = "",
    ) -> Letter:
        """One mail of this conversation, under the name `key`."""
        return Letter(
            sender=self._us.address,
            name=self._us.name,
            to=(to,),
            cc=cc,
            subject=f"Re: {bare(talk.subject)}" if talk.ids else talk.subject,
            text=text,
            id=await self.id(place, key, to),
            thread=place,
            answers=talk.last or (talk.ids[-1] if talk.ids else ""),
            references=ids.references(talk.ids, talk.last),
            reply_to=reply_to,
        )

    async def id(self, place: str, key: str, person: str) -> str:
        """The ID of what is sent to this person under this name."""
        return ids.ours(await self._key.octets(), place, key, person, self._us.address)

    async def is_sent(self, id: str) -> bool:
        """Whether the mail of this ID has gone."""
        return await self._post.is_sent(id)

    async def put(self, place: str, talk: Talk, key: str, letter: Letter) -> str:
        """Sends it, unless it is sent; its receipt. Raises `Undeliverable`, and what a post raises."""
        if await self._post.is_sent(letter.id):
            await self._post.finish(letter.id, partial(composed, letter))
            return letter.id
        await self._talks.wrote(place, letter.recipients)
        await self._sent.goes(letter.id, _named(key), letter.recipients)
        again = await self._post.is_again(letter.id)
        try:
            octets = composed(replace(letter, again=again))
            refused = await self._post.send(letter.id, octets, self._us.address, letter.recipients)
        except Unsendable as error:
            raise Undeliverable(str(error)) from error
        except Unsure:
            log.warning("mail may not have arrived", key=key, id=letter.id)
            return f"?{letter.id}"
        for person in refused:
            await self.refused(key, letter.id, person)
        if talk.to in letter.to:
            await self._talks.sent(place, letter.id)
        return letter.id

    async def refused(self, key: str, id: str, person: str, why: str = "") -> bool:
        """Marks on its thread that this person was refused, as if it had come back; whether it is a thread's."""
        if self._returned is None:
            return False
        code = _CODE.search(why)
        reason = f"refused with {code[0]}" if code else "refused"
        name = mark(self._us.address, id, person)
        return await self._returned(Bounce(name, ids.CHANNEL, person, _named(key), reason))


def _named(key: str) -> str:
    """The key of the message, where the name of the mail that it is shown for once more stands behind it."""
    return key.partition(f"~{ids.CHANNEL}:")[0]
