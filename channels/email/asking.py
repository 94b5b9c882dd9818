"""Asking: what waits for people, as a mail to each of them with a reply address or a tag of their own; and the next showing, where they answer an old one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial

import structlog

from bot.core.names import person_of
from bot.core.outbox import Approval, Question, Waiting
from bot.kit.channel import Undeliverable
from bot.kit.people import People
from bot.kit.safe import Safe
from channels.email import apart, ids
from channels.email.cards import REMINDED, body, gist
from channels.email.each import mail_of, mails_of, to_each
from channels.email.letters import Letters, Us
from channels.email.reading.read import bare
from channels.email.shown import Quoting, Shown
from channels.email.threads import Talk, Talks
from channels.email.tokens import Ticket, Tokens

log = structlog.get_logger()


class Asking:
    """Those who are asked."""

    def __init__(
        self,
        us: Us,
        letters: Letters,
        people: People,
        talks: Talks,
        safe: Safe,
        now: Callable[[], int],
    ) -> None:
        self._us = us
        self._letters = letters
        self._people = people
        self._talks = talks
        self._now = now
        self._tokens = Tokens(safe, us.address, now, us.answers_by)
        self._shown = Shown(safe, now)

    async def ask(self, place: str, talk: Talk, message: Waiting) -> str:
        """A mail for each, with a way back of their own. Where none of them has an address, this is no way to ask. Raises `Undeliverable`."""
        reached = self._reached(message, talk)
        if not reached:
            raise Undeliverable("nobody who is asked has a mail address in the people file.")
        told = self._told(message, talk, reached)
        ask = partial(self._ask_one, place, talk, message)
        receipts, refused = await to_each(reached, ask)
        for mail, why in refused.items():
            id = await self._letters.id(place, message.key, mail)
            is_marked = await self._letters.refused(message.key, id, mail, why)
            # What is on the thread is told by it; nobody but us tells the owner.
            others = (self._us.owner,) if is_marked else told
            others = [each for each in others if each and each not in refused]
            await self._report(place, talk, message, mail, why, others)
        return receipts

    async def _report(
        self, place: str, talk: Talk, message: Waiting, mail: str, why: str, others: Iterable[str]
    ) -> None:
        """That this one could not be asked, to everybody else; whoever cannot be told that either is left."""
        text, key = missed(mail, gist(message), why), f"refused:{message.key}:{mail}"
        for each in others:
            letter = await self._letters.letter(place, talk, key, each, text)
            with suppress(Undeliverable):
                await self._letters.put(place, talk, key, letter)

    async def _ask_one(
        self,
        place: str,
        talk: Talk,
        message: Waiting,
        mail: str,
        why: str = "",
    ) -> str:
        if not why and (still := await self._shown.instead(place, message, mail)):
            return still
        why = why or await self._shown.hint(place, message.request, mail)
        message = await self._shown.caught_up(place, message, mail)
        id = await self._letters.id(place, message.key, mail)
        kind = "approval" if isinstance(message, Approval) else "question"
        digest = message.digest if isinstance(message, Approval) else ""
        until = message.until if isinstance(message, Approval | Question) else None
        ticket = Ticket(message.request, mail, digest, until or 0, kind, place, id)
        way = await self._tokens.make(ticket, message.key)
        to = self._people.alias_of(ids.CHANNEL, mail) or ""
        text = body(message, way, f"Re: {bare(talk.subject)}", to)
        heads = (why, apart.HEAD if talk.is_elsewhere else "", text)
        text = "\n\n".join(each for each in heads if each)
        reply_to = "" if way.tag else way.address
        letter = await self._letters.letter(place, talk, message.key, mail, text, reply_to=reply_to)
        receipt = await self._letters.put(place, talk, message.key, letter)
        await self._shown.went(place, message, mail, receipt)
        return receipt

    async def answered(self, place: str, request: str, mail: str, hint: str = "") -> None:
        """As `Shows` has it."""
        await self._shown.answered(place, request, mail, hint)

    async def show(self, place: str, asked: Quoting, mail: str, why: str, by: str = "") -> bool:
        """As `Shows` has it."""
        asked = replace(asked, key=f"{asked.key}~{by}") if by else asked
        talk = await self._talks.get(place)
        reached = self._reached(asked, talk) if talk else []
        if talk is None or mail not in reached:
            return False
        if await self._letters.is_sent(await self._letters.id(place, asked.key, mail)):
            return bool(by)
        try:
            await self._ask_one(place, talk, asked, mail, why)
        except (Undeliverable, OSError) as error:
            log.warning("card not shown", to=mail, error=str(error)[:200])
            return False
        return True

    def _reached(self, message: Waiting, talk: Talk) -> list[str]:
        return (
            [talk.to] if talk.is_elsewhere else mails_of(self._people, self._asked(message, talk))
        )

    def _told(self, message: Waiting, talk: Talk, reached: Iterable[str]) -> tuple[str, ...]:
        """Who is to know where somebody cannot be asked."""
        first = mail_of(self._people, message.requester) or talk.to
        told = (first, *reached, self._us.owner)
        return tuple(each for each in dict.fromkeys(told) if each)

    def _asked(self, message: Waiting, talk: Talk) -> tuple[str, ...]:
        """Whoever stands in for somebody by now is asked too; what is for one of them alone goes to them alone."""
        if alone := person_of(message.key):
            return (alone,)
        if isinstance(message, Approval):
            return (*message.deciders(self._now()), *message.told)
        return message.asked or (f"{ids.CHANNEL}:{talk.to}",)


def missed(person: str, asks: str, why: str) -> str:
    """That somebody could not be asked, and what."""
    return f"{person} has not been asked: {why}.\n\n{asks}\n\nSomebody else has to decide, or their address has to be mended. {REMINDED}"
