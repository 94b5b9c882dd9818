"""Intake: a mail that was fetched becomes an arrival, is held back, or is nothing of ours. When `take` returns, it is durable.

Nothing is decided here but what a mail is: who may decide what only the fold knows. Answers of a fixed kind are best effort.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from hashlib import sha256

from bot.kit.arrival import Arrivals
from bot.kit.people import People
from channels.email import ids
from channels.email.arrived import Arrived, arrived
from channels.email.bounces import Bounces
from channels.email.breaker import Breaker
from channels.email.deciding import Deciding
from channels.email.heard import Heard, identity
from channels.email.held import Held
from channels.email.judge import Gate
from channels.email.meant import Meant
from channels.email.near import Near
from channels.email.reading.child import Said
from channels.email.reading.mail import Unreadable
from channels.email.replies import Replies
from channels.email.saying import Saying
from channels.email.shown import Shows
from channels.email.threads import Talks
from channels.email.tokens import Tokens


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
        breaker: Breaker,
        people: People,
        now: Callable[[], int],
        shows: Shows,
        agents: Collection[str] = (),
    ) -> None:
        self._address = address.lower()
        self._gate = gate
        self._arrivals = arrivals
        self._meant = Meant(self._address, tokens)
        self._talks = talks
        self._held = held
        self._replies = replies
        self._bounces = bounces
        self._breaker = breaker
        self._saying = Saying(self._address, arrivals, talks, replies, people)
        self._near = Near(arrivals, talks, self._saying, replies, shows, people)
        self._deciding = Deciding(
            arrivals, tokens, replies, self._saying, people, now, shows, self._near
        )
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
            return await self._hold(mail, reason, raw)
        heard = await self._placed(mail, id)
        if heard.objection:
            held = await self._hold(mail, "it does not name one agent of ours", raw)
            await self._replies.say(heard, heard.objection)
            return held
        return await self._accepted(heard, raw)

    async def _hold(self, mail: Arrived, reason: str, raw: bytes) -> str:
        # By all of its octets: a twin with its ID and body and other headers does not take its place.
        name = sha256(raw).hexdigest()[:32]
        await self._held.keep(name, self._now(), mail.sender, mail.subject, reason, raw)
        return "held"

    async def _placed(self, mail: Arrived, id: str) -> Heard:
        """Where it belongs, and whom it names; a conversation that goes on keeps its agent."""
        place = ids.place(mail.id or id, mail.answers, mail.parents, self._address)
        heard = Heard(mail, place, id, await self._talks.home(place))
        if await self._arrivals.knows(heard.address):
            return heard
        named = self._meant.agent(mail, self._agents)
        return replace(heard, agent=named.agent, objection=named.objection)

    async def release(self, raw: bytes) -> str:
        """Takes a mail that was held back, on the word of whoever lets it in: it may ask, and decides nothing."""
        mail = await arrived(raw, self._said())
        mail = mail.model_copy(update={"proven": mail.proven or mail.sender, "decision": None})
        id = identity(self._address, mail.id, raw)
        return await self._saying.released(await self._placed(mail, id))

    def _said(self) -> Said:
        domain = ids.domain_of(self._address)
        return {
            "ours": [self._address],
            "domain": domain,
            "server": self._gate.server,
            "allowed": list(self._gate.allowed),
        }

    # ---- somebody who may write ---------------------------------------------------------------------
    async def _accepted(self, heard: Heard, raw: bytes) -> str:
        found, hint = await self._meant.request(heard.mail)
        if found:
            place = found.ticket.locator or heard.place
            home = await self._talks.home(place)
            heard = Heard(heard.mail, place, heard.id, home, is_aside=True)
        decides = heard.mail.decision is not None
        # A verdict is not counted: its address is good for one, and no program writes the word alone.
        if not (found and decides and found.ticket.kind == "approval"):
            reason = await self._breaker.holds(heard, found)
            if reason:
                return await self._hold(heard.mail, reason, raw)
        if found:
            return await self._deciding.take(heard, found)
        if not decides:
            if near := await self._near.plain(heard, self._now()):
                return near
            hint = await self._near.hint(heard, self._now())
        return await self._saying.words(heard, hint)
