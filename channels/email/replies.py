"""Replies: fixed sentences to whoever wrote a mail, within a ceiling. Best effort: what counts is on the log."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

import structlog

from channels.email import ids
from channels.email.compose import Letter, composed
from channels.email.key import Key
from channels.email.pace import DAY_MS, Ceiling
from channels.email.post import Post
from channels.email.reading.read import bare

UNANSWERED = (
    "More notices of ours went out within an hour, in one conversation or to {}, than BOT_EMAIL_MAX_PER_THREAD_HOUR or BOT_EMAIL_MAX_PER_SENDER_HOUR allow. "
    "What they write is heard all the same; where it decides nothing, they are not told for now, and may believe that it does."
)
log = structlog.get_logger()


class Mail(Protocol):
    """What of a mail its answer is made of."""

    @property
    def id(self) -> str: ...
    @property
    def proven(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def parents(self) -> tuple[str, ...]: ...


class Answered(Protocol):
    """A mail where it belongs."""

    @property
    def mail(self) -> Mail: ...
    @property
    def place(self) -> str: ...
    @property
    def id(self) -> str: ...


class Replies:
    """The frame's own answers, to the proven sender alone."""

    def __init__(
        self,
        address: str,
        name: str,
        post: Post,
        key: Key,
        by_sender: Ceiling,
        by_thread: Ceiling,
        owner: str,
        now: Callable[[], int],
    ) -> None:
        self._address = address
        self._name = name
        self._post = post
        self._key = key
        self._by_sender = by_sender
        self._by_thread = by_thread
        self._owner = owner
        self._now = now

    async def is_ours(self, id: str) -> bool:
        """Whether we ourselves have sent the mail of this ID."""
        return await self._post.is_sent(id) or await self._post.is_again(id)

    async def say(self, heard: Answered, text: str) -> None:
        """Answers this mail with these words; once, however often it is read."""
        if not await self.passes(heard):
            return
        mail = heard.mail
        id = await self._id(heard.place, f"hint:{heard.id}", mail.proven)
        letter = Letter(
            sender=self._address, name=self._name, to=(mail.proven,), subject=f"Re: {bare(mail.subject)}", text=text, id=id,
            thread=heard.place, answers=mail.id, references=ids.references(mail.parents, mail.id),
        )  # fmt: skip
        await self._put(letter)

    async def passes(self, heard: Answered) -> bool:
        """Whether this mail may be answered; it is counted, once however often it is asked."""
        mail = heard.mail
        is_within = await self._by_sender.passes(mail.proven, heard.id)
        if is_within and await self._by_thread.passes(heard.place, heard.id):
            return True
        log.warning("too many answers", sender=mail.proven, thread=heard.place)
        await self._stopped(mail.proven, heard.place)
        return False

    async def _stopped(self, sender: str, place: str) -> None:
        """The owner is told once a day for each conversation: whoever waits for an answer may believe that they decided something."""
        if self._owner:
            key = f"unanswered:{place}:{self._now() // DAY_MS}"
            await self.tell(self._owner, key, "Mail is not answered", UNANSWERED.format(sender))

    async def tell(self, person: str, key: str, subject: str, text: str) -> None:
        """A mail of its own to somebody, which answers none; once for each key."""
        place = ids.locator(key)
        id = await self._id(place, key, person)
        letter = Letter(
            sender=self._address, name=self._name, to=(person,), subject=subject, text=text, id=id, thread=place,
        )  # fmt: skip
        await self._put(letter)

    async def _id(self, place: str, what: str, person: str) -> str:
        return ids.ours(await self._key.octets(), place, what, person, self._address)

    async def _put(self, letter: Letter) -> None:
        try:
            if await self._post.is_sent(letter.id):
                await self._post.finish(letter.id, partial(composed, letter))
            else:
                await self._post.send(letter.id, composed(letter), self._address, letter.recipients)
        except Exception as error:  # noqa: BLE001 - whatever keeps it from going: nothing hangs on it
            log.warning("not answered", error=str(error)[:300])
