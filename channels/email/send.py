"""Send: mail as a channel. What is owed becomes one mail to the conversation, or one to each of those who are asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from bot.core.outbox import Notice, Outgoing, Reminder, Say
from bot.core.values import Address
from bot.kit.channel import Fetched, Undeliverable
from bot.kit.people import People
from bot.kit.safe import Safe
from channels.email import apart, begun, ids
from channels.email.asking import Asking
from channels.email.cards import body
from channels.email.compose import Letter
from channels.email.each import mail_of, mails_of, to_each
from channels.email.files import Files
from channels.email.lengthy import fitted
from channels.email.letters import Letters, Returned, Us
from channels.email.post import Post
from channels.email.threads import MOST_COPIED, Talk, Talks

CROWD = f"(More than {MOST_COPIED} others are on this conversation, so this goes to you alone.)"
log = structlog.get_logger()


class Email:
    """The mail channel. A receipt is the ID of what was sent, or several; `?` stands before one that may not have arrived."""

    def __init__(
        self,
        us: Us,
        post: Post,
        people: People,
        safe: Safe,
        now: Callable[[], int],
        files: Files,
        returned: Returned | None = None,
    ) -> None:
        self._people = people
        self._talks = Talks(safe)
        self._letters = Letters(us, post, self._talks, safe, returned)
        self.asking = Asking(us, self._letters, people, self._talks, safe, now)
        self._files = files

    async def find(self, address: Address, key: str) -> str | None:
        """Mail cannot be looked up: the same goes out again under the same ID."""
        return None

    async def fetch(self, file: str) -> Fetched:
        """A file that came with a mail, or why it cannot be had. Raises OSError where it may be had later."""
        return await self._files.fetch(file)

    async def send(self, address: Address, message: Outgoing) -> str:
        """One mail, or one for each of those who are asked. Raises `Undeliverable`."""
        place, talk = await self._place(address.locator, message)
        if isinstance(message, Say | Notice):
            letter = await self._answer(place, talk, message)
            return await self._letters.put(place, talk, message.key, letter)
        if isinstance(message, Reminder):
            return await self._remind(place, talk, message)
        return await self.asking.ask(place, talk, message)

    async def _place(self, locator: str, message: Outgoing) -> tuple[str, Talk]:
        """The conversation that this is, or the one with a person about this request."""
        person = apart.whose(locator)
        if person and (mail := mail_of(self._people, person)):
            return await apart.begun(self._talks, person, mail, message)
        return await self._talk(locator)

    async def tell(self, address: Address, person: str, text: str) -> None:
        """A mail to one person: why what they decided did not count."""
        place = begun.place(address.locator)
        talk = await self._talks.get(place)
        mail = mail_of(self._people, person)
        if talk and mail:
            letter = await self._letters.letter(place, talk, f"told:{person}:{text}", mail, text)
            await self._letters.put(place, talk, letter.id, letter)

    def explains(self, given: Address, thread: Address) -> bool:
        """What is decided by mail is answered by whoever listens."""
        return given.channel == ids.CHANNEL

    async def _talk(self, locator: str) -> tuple[str, Talk]:
        """The place and the conversation of an address; where we begin it, it is kept before anybody can answer. Raises `Undeliverable`."""
        place = begun.place(locator)
        talk = await self._talks.get(place)
        if talk is None:
            talk = begun.talk(locator)
            if talk is None:
                raise Undeliverable(
                    f"{locator[:40]} is no conversation by mail that is known here."
                )
            await self._talks.heard(place, talk)
        return place, talk

    # ---- to the conversation -----------------------------------------------------------------------
    async def _answer(self, place: str, talk: Talk, message: Say | Notice) -> Letter:
        """To whoever wrote last; everybody who was on the conversation stays on it, unless they are a crowd."""
        text, files = fitted(body(message))
        text = f"{text}\n\n{CROWD}" if talk.is_crowd and not talk.is_in_bcc else text
        return replace(
            await self._letters.letter(place, talk, message.key, talk.to, text, talk.copied),
            files=files,
        )

    async def _remind(self, place: str, talk: Talk, message: Reminder) -> str:
        """A mail for each of those who are to notice; where none of them has an address, to the conversation."""
        text = body(message)

        async def remind(mail: str, cc: tuple[str, ...] = ()) -> str:
            letter = await self._letters.letter(place, talk, message.key, mail, text, cc)
            return await self._letters.put(place, talk, message.key, letter)

        reached = [talk.to] if talk.is_elsewhere else mails_of(self._people, message.to)
        if not reached:
            return await remind(talk.to, talk.copied)
        return (await to_each(reached, remind))[0]
