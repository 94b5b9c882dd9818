"""Send: mail as a channel. What is owed becomes one mail to the conversation, or one to each of those who are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import structlog

from bot.core.names import person_of
from bot.core.outbox import Approval, Notice, Outgoing, Question, Reminder, Say, Waiting
from bot.core.values import Address
from bot.kit.channel import Fetched, Undeliverable
from bot.kit.people import People
from bot.kit.safe import Safe
from channels.email import apart, begun, ids
from channels.email.bounces import Cards, Sent, missed
from channels.email.cards import body
from channels.email.compose import Letter, Unsendable, composed
from channels.email.each import to_each
from channels.email.files import Files
from channels.email.key import Key
from channels.email.lengthy import fitted
from channels.email.post import Post, Unsure
from channels.email.reading.read import bare
from channels.email.threads import Talk, Talks
from channels.email.tokens import Ticket, Tokens

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Us:
    """Who we are in mails."""

    address: str
    name: str = "Bot"


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
    ) -> None:
        self._us = us
        self._post = post
        self._people = people
        self._talks = Talks(safe)
        self._now = now
        self._tokens = Tokens(safe, us.address, now)
        self._key = Key(safe)
        self._cards = Cards(safe)
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
            return await self._put(place, talk, message.key, letter)
        if isinstance(message, Reminder):
            return await self._remind(place, talk, message)
        return await self._ask(place, talk, message)

    async def _place(self, locator: str, message: Outgoing) -> tuple[str, Talk]:
        """The conversation that this is, or the one with a person about this request."""
        person = apart.whose(locator)
        if person and (mail := self._mail_of(person)):
            return await apart.begun(self._talks, person, mail, message)
        return await self._talk(locator)

    async def tell(self, address: Address, person: str, text: str) -> None:
        """A mail to one person: why what they decided did not count."""
        place = begun.place(address.locator)
        talk = await self._talks.get(place)
        mail = self._mail_of(person)
        if talk and mail:
            letter = await self._letter(place, talk, f"told:{person}:{text}", mail, text)
            await self._put(place, talk, letter.id, letter)

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
        """To whoever wrote last; everybody who was on the conversation stays on it."""
        text, files = fitted(body(message))
        return replace(
            await self._letter(place, talk, message.key, talk.to, text, talk.copied), files=files
        )

    async def _letter(
        self,
        place: str,
        talk: Talk,
        key: str,
        to: str,
        text: str,
        cc: tuple[str, ...] = (),
        reply_to: str = "",
    ) -> Letter:
        return Letter(
            sender=self._us.address,
            name=self._us.name,
            to=(to,),
            cc=cc,
            subject=f"Re: {bare(talk.subject)}" if talk.ids else talk.subject,
            text=text,
            id=await self._id(place, key, to),
            thread=place,
            answers=talk.last or (talk.ids[-1] if talk.ids else ""),
            references=ids.references(talk.ids, talk.last),
            reply_to=reply_to,
        )

    async def _id(self, place: str, key: str, person: str) -> str:
        return ids.ours(await self._key.octets(), place, key, person, self._us.address)

    async def _put(self, place: str, talk: Talk, key: str, letter: Letter) -> str:
        if await self._post.is_sent(letter.id):
            await self._post.finish(letter.id, partial(composed, letter))
            return letter.id
        await self._talks.wrote(place, letter.recipients)
        again = await self._post.is_again(letter.id)
        try:
            octets = composed(replace(letter, again=again))
            await self._post.send(letter.id, octets, self._us.address, letter.recipients)
        except Unsendable as error:
            raise Undeliverable(str(error)) from error
        except Unsure:
            log.warning("mail may not have arrived", key=key, id=letter.id)
            return f"?{letter.id}"
        if talk.to in letter.to:
            await self._talks.sent(place, letter.id)
        return letter.id

    async def _remind(self, place: str, talk: Talk, message: Reminder) -> str:
        """A mail for each of those who are to notice; where none of them has an address, to the conversation."""
        text = body(message)

        async def remind(mail: str, cc: tuple[str, ...] = ()) -> str:
            letter = await self._letter(place, talk, message.key, mail, text, cc)
            return await self._put(place, talk, message.key, letter)

        reached = [talk.to] if talk.is_elsewhere else self._mails_of(message.to)
        if not reached:
            return await remind(talk.to, talk.copied)
        return (await to_each(reached, remind))[0]

    # ---- to those who are asked --------------------------------------------------------------------
    async def _ask(self, place: str, talk: Talk, message: Waiting) -> str:
        """A mail for each, with a reply address of their own. Where none of them has an address, this is no way to ask."""
        reached = [talk.to] if talk.is_elsewhere else self._mails_of(self._asked(message, talk))
        if not reached:
            raise Undeliverable("nobody who is asked has a mail address in the people file.")
        told = dict.fromkeys((self._mail_of(message.requester) or talk.to, *reached))
        ask = partial(self._ask_one, place, talk, message, tuple(told))
        receipts, refused = await to_each(reached, ask)
        for mail, why in refused.items():
            await self._report(
                place, talk, message, mail, why, [each for each in told if each not in refused]
            )
        return receipts

    async def _report(
        self, place: str, talk: Talk, message: Waiting, mail: str, why: str, others: Iterable[str]
    ) -> None:
        """That this one could not be asked, to everybody else; whoever cannot be told that either is left."""
        text, key = missed(mail, body(message), why), f"refused:{message.key}:{mail}"
        for each in others:
            letter = await self._letter(place, talk, key, each, text)
            with suppress(Undeliverable):
                await self._put(place, talk, key, letter)

    async def _ask_one(
        self, place: str, talk: Talk, message: Waiting, others: tuple[str, ...], mail: str
    ) -> str:
        id = await self._id(place, message.key, mail)
        kind = "approval" if isinstance(message, Approval) else "question"
        digest = message.digest if isinstance(message, Approval) else ""
        until = message.until if isinstance(message, Approval | Question) else None
        ticket = Ticket(message.request, mail, digest, until or 0, kind, place, id)
        reply_to = await self._tokens.make(ticket, message.key)
        text = body(message, reply_to, f"Re: {bare(talk.subject)}")
        text = f"{apart.HEAD}\n\n{text}" if talk.is_elsewhere else text
        await self._cards.sent(id, Sent(mail, body(message), others))
        return await self._put(
            place,
            talk,
            message.key,
            await self._letter(place, talk, message.key, mail, text, reply_to=reply_to),
        )

    def _asked(self, message: Waiting, talk: Talk) -> tuple[str, ...]:
        """Whoever stands in for somebody by now is asked too; what is for one of them alone goes to them alone."""
        if alone := person_of(message.key):
            return (alone,)
        if isinstance(message, Approval):
            return (*message.deciders(self._now()), *message.told)
        return message.asked or (f"{ids.CHANNEL}:{talk.to}",)

    def _mails_of(self, people: Iterable[str]) -> list[str]:
        """Where these people get mail, each place once."""
        return list(dict.fromkeys(mail for each in people if (mail := self._mail_of(each))))

    def _mail_of(self, person: str) -> str:
        """Where this person gets mail; empty: nowhere."""
        known = self._people.people.get(person)
        if known:
            return next((each.lower() for each in known.accounts(ids.CHANNEL)), "")
        channel, _, address = person.removesuffix("@outsider").partition(":")
        return address if channel == ids.CHANNEL else ""
