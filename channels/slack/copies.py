"""Copies: a card goes to each of those who are asked in a direct message too, whose buttons decide as the card's own do.

Copies go out before their card, and the card says in its metadata and its receipt which they are: whoever has the card
has them all. A copy that was perhaps sent is looked for before it is sent again; one that cannot be sent holds up nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import structlog

from bot.core.names import person_of, request_of
from bot.core.outbox import Approval, Notice, Outgoing, Reminder, Say, Waiting
from bot.kit.channel import Fate, Undeliverable
from bot.kit.latest import Latest
from bot.kit.people import People
from channels.slack import marks
from channels.slack.address import Place, is_apart_at
from channels.slack.again import Before
from channels.slack.api import NotAsItStands, Refused, Web, surely
from channels.slack.blocks import Look
from channels.slack.marks import Copy
from channels.slack.payload import Json
from channels.slack.posting import Posting, Spot
from channels.slack.reader import look_of, user_of
from channels.slack.settled import settled
from channels.slack.words import words

TRIES = 3
# What only asks, or may be done twice, is tried again after each of these.
PAUSES = (0.2, 1.0)
COPY_SECONDS = 15.0
log = structlog.get_logger()


class Copies:
    """The direct messages of one workspace."""

    def __init__(self, web: Web, people: People, posting: Posting) -> None:
        self._web = web
        self._people = people
        self._posting = posting
        self._homes: dict[str, str] = {}
        self._doubted: set[str] = set()
        self._made = Latest[str]()
        self._turns = Latest[asyncio.Lock]()

    def doubt(self, key: str) -> None:
        """Copies of this card may have been sent before."""
        self._doubted.add(key)

    async def send(
        self, message: Outgoing, where: Place, link: str, before: Before
    ) -> tuple[Copy, ...]:
        """The copies that are there now: those from before, made this card's, and those of whoever had none."""
        is_for_all = isinstance(message, Reminder) and not message.apart
        if isinstance(message, Say | Notice) or is_for_all or person_of(message.key):
            return ()
        users = recipients(message, self._people, where.team)
        each = (self._copy(user, message, where, link, before.of(user)) for user in users)
        found = await asyncio.gather(*each)
        self._doubted.discard(message.key)
        return tuple(copy for copy in found if copy)

    async def change(self, copy: Copy, fate: Fate, request: str, link: str) -> None:
        """The copy as it stands now, unless it is another card's by now."""
        post = settled(fate, request, self._look(copy.user))
        if post is None:
            return
        async with self._turn(copy):
            if await self._is_still_of(copy, request, fate):
                spot = Spot(copy.channel, head=self._head(copy.user, link))
                digest = _digest_of(fate, request)
                carried = _carried(_key(request, copy.user), request, link, digest)
                await self._posting.change(spot, copy.ts, post, carried)

    async def home(self, user: str) -> str:
        """The conversation with this person. Raises as `Web.call` does."""
        if user not in self._homes:
            self._homes[user] = await surely(lambda: self._web.direct(user), PAUSES)
        return self._homes[user]

    async def _is_still_of(self, copy: Copy, request: str, fate: Fate) -> bool:
        """What we made of it ourselves we know; for a card that was replaced, Slack is asked what another process made of it."""
        known, now = self._made.get(copy.ts), fate.now.call(request)
        if known is not None or now is None or now.request == request:
            return known in (None, request)
        key = await self._posting.key_at(Spot(copy.channel), copy.ts)
        return request_of(key.rpartition("@")[0]) == request

    def _turn(self, copy: Copy) -> asyncio.Lock:
        """Whoever makes something of a copy does so alone."""
        if copy.ts not in self._turns:
            self._turns[copy.ts] = asyncio.Lock()
        return self._turns[copy.ts]

    async def _copy(
        self, user: str, message: Waiting | Reminder, where: Place, link: str, old: Copy | None
    ) -> Copy | None:
        try:
            async with asyncio.timeout(COPY_SECONDS):
                channel = await self.home(user)
                if channel == where.channel:
                    return None  # Where they are alone with us, they have the card itself.
                return await self._sent(user, channel, message, link, old)
        except Exception as error:  # noqa: BLE001 - nobody else has to wait for this one
            log.warning("no copy", user=user, key=message.key, error=str(error)[:300])
            return None

    async def _sent(
        self, user: str, channel: str, message: Waiting | Reminder, link: str, old: Copy | None
    ) -> Copy | None:
        """Changes the one from before or sends a new one, and looks first wherever it may be there."""
        key, doubted = _key(message.key, user), message.key in self._doubted
        digest = message.digest if isinstance(message, Approval) else ""
        carried = _carried(key, message.request, link, digest)
        spot = Spot(channel, head=self._head(user, link))
        for _ in range(TRIES):
            try:
                ts = await self._there(spot, key) if doubted else None
                # What could not be changed once is left, and a new one is sent.
                was, old = old, None
                ts = ts or await self._changed(spot, was, message, carried)
                ts = ts or await self._posting.put(spot, message, self._look(user), carried)
            except OSError:
                doubted = True
                continue
            return self._noted(Copy(user, channel, ts), message.request)
        ts = await self._there(spot, key)
        return self._noted(Copy(user, channel, ts), message.request) if ts else None

    async def _changed(
        self, spot: Spot, old: Copy | None, message: Waiting | Reminder, carried: Json
    ) -> str | None:
        """The copy from before, as this card's; None: there is none, or Slack takes no change of it."""
        if old is None or old.channel != spot.channel:
            return None
        async with self._turn(old):
            self._noted(old, message.request)
            try:
                await self._posting.renew(spot, old.ts, message, self._look(old.user), carried)
            except (Refused, Undeliverable, NotAsItStands) as error:
                log.warning("copy not changed", key=message.key, error=str(error)[:300])
                return None
        return old.ts

    def _noted(self, copy: Copy, request: str) -> Copy:
        """Nothing that is known of an earlier card is to be written on it from now on."""
        self._made[copy.ts] = request
        return copy

    async def _there(self, spot: Spot, key: str) -> str | None:
        there = await surely(lambda: self._posting.find(spot, key), PAUSES)
        return str(there["ts"]) if there else None

    def _look(self, user: str) -> Look:
        """As this person reads it; where they are alone with us, nobody is called."""
        return replace(look_of(user, self._people), mentions=())

    def _head(self, user: str, link: str) -> str:
        say = words(self._look(user).language)
        return say.a_copy_apart if is_apart_at(link) else say.a_copy.format(link=link)


def recipients(message: Waiting | Reminder, people: People, team: str = "") -> list[str]:
    """Whom a copy is for: those who are asked, without whoever began the thread and those whose word would not count; all who are reminded."""
    if isinstance(message, Reminder):
        return _users(message.to, people, team)
    is_card = isinstance(message, Approval)
    asked = (*message.approvers, *message.told) if is_card else message.asked
    barred = message.barred if isinstance(message, Approval) else ()
    left_out = {message.requester, *barred}
    return _users((person for person in asked if person not in left_out), people, team)


def _users(persons: Iterable[str], people: People, team: str) -> list[str]:
    users = (user_of(person, people, team) for person in persons)
    return list(dict.fromkeys(user for user in users if user))


def _carried(key: str, request: str, link: str, digest: str) -> Json:
    """What words at the copy need to be a verdict: on what, and as it was shown."""
    return marks.metadata(key, request=request, link=link, digest=marks.short(digest))


def _digest_of(fate: Fate, request: str) -> str:
    """Of the card as this showing of it had it."""
    call = fate.then.call(request) or fate.now.call(request)
    return call.card.digest if call and call.card else ""


def _key(key: str, user: str) -> str:
    """Each copy has a key of its own."""
    return f"{key}@{user}"
