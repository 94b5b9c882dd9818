"""Intake: a mail that was fetched becomes an arrival, is held back, or is nothing of ours. When `take` returns, it is durable.

Nothing is decided here but what a mail is: who may decide what only the fold knows. Answers of a fixed kind are best effort.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import structlog

from bot.core import words as typed
from bot.core.values import Word
from bot.kit.arrival import Aim, Arrivals, Json, Press, Words
from bot.kit.people import People
from channels.email import hints, ids
from channels.email.addressed import addressed
from channels.email.apart import aside, is_apart
from channels.email.arrived import Arrived, arrived
from channels.email.block import arguments
from channels.email.bounces import Bounces
from channels.email.heard import Heard, identity, passed
from channels.email.held import Held
from channels.email.judge import Gate
from channels.email.reading import verdicts
from channels.email.reading.child import Said
from channels.email.reading.mail import Unreadable
from channels.email.replies import Replies
from channels.email.settling import settles, unwritten
from channels.email.threads import Talks
from channels.email.tokens import Found, Tokens
from channels.email.worded import said

log = structlog.get_logger()


class Intake:
    """One mailbox's way in."""

    def __init__(
        self,
        address: str,
        gate: Gate,
        arrivals: Arrivals,
        tokens: Tokens,
        talks: Talks,
        held: Held,
        replies: Replies,
        bounces: Bounces,
        people: People,
        now: Callable[[], int],
        agents: Collection[str] = (),
    ) -> None:
        self._address = address.lower()
        self._gate = gate
        self._arrivals = arrivals
        self._tokens = tokens
        self._talks = talks
        self._held = held
        self._replies = replies
        self._bounces = bounces
        self._people = people
        self._now = now
        self._agents = agents

    async def take(self, raw: bytes) -> str:
        """Takes a mail, and says in a word what became of it."""
        try:
            mail = await arrived(raw, self._said())
        except Unreadable as error:
            await self._arrivals.bury(ids.CHANNEL, raw, str(error))
            return "buried"
        id = identity(self._address, mail.id, raw)
        if mail.report and await self._bounces.take(mail, raw):
            return "bounced"
        reason = mail.silent or ("" if mail.accepted else mail.reason)
        if mail.sender == self._address and await self._replies.is_ours(mail.id):
            return "ours"
        if reason:
            return await self._hold(mail, id, reason, raw)
        heard = await self._placed(mail, id)
        if heard.objection:
            held = await self._hold(mail, id, "it does not name one agent of ours", raw)
            await self._replies.say(heard, heard.objection)
            return held
        return await self._accepted(heard)

    async def _hold(self, mail: Arrived, id: str, reason: str, raw: bytes) -> str:
        name = id.rpartition("/")[2]
        await self._held.keep(name, self._now(), mail.sender, mail.subject, reason, raw)
        return "held"

    async def _placed(self, mail: Arrived, id: str) -> Heard:
        """Where it belongs, and whom it names; a conversation that goes on keeps its agent."""
        place = ids.place(mail.id or id, mail.answers, mail.parents, self._address)
        heard = Heard(mail, place, id)
        if await self._arrivals.knows(heard.address):
            return heard
        named = addressed(self._address, (*mail.to, *mail.cc), self._agents)
        return replace(heard, agent=named.agent, objection=named.objection)

    async def release(self, raw: bytes) -> str:
        """Takes a mail that was held back, on the word of whoever lets it in: it may ask, and decides nothing."""
        mail = await arrived(raw, self._said())
        mail = mail.model_copy(update={"proven": mail.proven or mail.sender, "decision": None})
        id = identity(self._address, mail.id, raw)
        return await self._words(await self._placed(mail, id))

    def _said(self) -> Said:
        domain = ids.domain_of(self._address)
        return {
            "ours": [self._address],
            "domain": domain,
            "server": self._gate.server,
            "allowed": list(self._gate.allowed),
        }

    # ---- somebody who may write ---------------------------------------------------------------------
    async def _accepted(self, heard: Heard) -> str:
        tags = self._tokens.tags((*heard.mail.to, *heard.mail.cc))
        found = await self._tokens.of(tags[0]) if len(tags) == 1 else None
        if found and not self._contradicts(heard.mail, found):
            return await self._answered(heard, found)
        decides = heard.mail.decision is not None
        hint = hints.UNCLEAR if tags and decides else hints.UNADDRESSED if decides else ""
        return await self._words(heard, hint)

    def _contradicts(self, mail: Arrived, found: Found) -> bool:
        """Whether it answers another mail of ours than the one that gave this address."""
        named = mail.answers if ids.place_of(mail.answers, self._address) else ""
        return bool(named) and named != found.ticket.message

    async def _answered(self, heard: Heard, found: Found) -> str:
        """A mail to the address of a request."""
        heard = Heard(heard.mail, found.ticket.locator or heard.place, heard.id, is_aside=True)
        mail, decision = heard.mail, heard.mail.decision
        if mail.doubt or mail.is_forward:
            return await self._words(heard, hints.FORWARD if mail.is_forward else hints.DOUBT)
        if found.ticket.kind == "question":
            return await self._press(heard, found, "answer", mail.text)
        match decision.word if decision else "":
            case "approve" | "deny" as word:
                return await self._press(heard, found, word, decision.rest if decision else "")
            case "edit":
                return await self._edit(heard, found, decision.rest if decision else "")
            case "pass" | "later":
                return await self._put_off(passed(heard, self._people), found)
            case _ if verdicts.puts_off(mail.text):
                return await self._put_off(heard, found)
            case _:
                return await self._words(heard, hints.NEARLY if verdicts.nearly(mail.text) else "")

    async def _put_off(self, heard: Heard, found: Found) -> str:
        """Words that put off what this address is for, from whom it was given to."""
        objection = await self._tokens.objection(found, heard.mail.proven, heard.id)
        if objection:
            return await self._refused(heard, objection)
        if await is_apart(self._talks, heard.place):
            press = aside(heard, found, self._people, self._now())
            return await self._pressed(heard, press) if press else await self._words(heard)
        await self._remember(heard)
        return await self._arrivals.words(await self._said_by(heard))

    async def _refused(self, heard: Heard, objection: str) -> str:
        await self._noted(heard)
        await self._replies.say(heard, objection)
        return "refused"

    async def _edit(self, heard: Heard, found: Found, block: str) -> str:
        changed = arguments(block)
        complaint = (
            await self._arrivals.complaints(found.ticket.request, changed)
            if changed
            else hints.EDIT
        )
        if complaint or not changed:
            return await self._words(heard, complaint or hints.EDIT)
        return await self._press(heard, found, "edit", "", changed)

    async def _press(
        self, heard: Heard, found: Found, word: Word, text: str, changed: Json | None = None
    ) -> str:
        """A verdict, if this person may still give one by this address."""
        mail, ticket = heard.mail, found.ticket
        objection = await self._tokens.objection(found, mail.proven, heard.id)
        objection = objection or await unwritten(self._arrivals, ticket.request, word)
        if objection:
            return await self._refused(heard, objection)
        press = Press(
            id=heard.id,
            channel=ids.CHANNEL,
            person=mail.proven,
            request=ticket.request,
            word=word,
            text=text,
            arguments=changed or {},
            spot=heard.place,
            digest=ticket.digest,
        )
        became = await self._pressed(heard, press)
        if became == word:
            await self._tokens.spend(found, heard.id)
        return became

    async def _pressed(self, heard: Heard, press: Press) -> str:
        await self._arrivals.press(press)
        refusal = await self._arrivals.refusal(press)
        if refusal:
            await self._replies.say(heard, refusal)
            return "refused"
        return press.word

    async def _words(self, heard: Heard, hint: str = "") -> str:
        """A message. One that would be a verdict without the address of its request is only noted, and no mail gives a grant."""
        if await is_apart(self._talks, heard.place):
            await self._replies.say(heard, hint or hints.APART)
            return "apart"
        await self._remember(heard)
        words = await self._said_by(heard)
        if await settles(self._arrivals, heard.mail.proven, heard.mail.text, words.text):
            await self._noted(heard)
            lasts = typed.lasting(heard.mail.text) is not None
            await self._replies.say(heard, hints.LASTING if lasts else hint or hints.UNADDRESSED)
            return "noted"
        became = await self._arrivals.words(words)
        if hint and became != "ignored":
            await self._replies.say(heard, hint)
        return became

    async def _noted(self, heard: Heard) -> None:
        """On the thread's log, where it decides nothing."""
        if await is_apart(self._talks, heard.place):
            return
        words = await self._said_by(heard, aim="others")
        await self._arrivals.words(words)

    async def _said_by(self, heard: Heard, aim: Aim = "bot") -> Words:
        return said(heard, aim, is_new=not await self._arrivals.knows(heard.address))

    async def _remember(self, heard: Heard) -> None:
        await self._talks.remember(heard.place, heard.mail, self._address, is_aside=heard.is_aside)
