"""Send: Slack as a channel. Each message carries its key as metadata, by which the thread is asked whether it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import structlog

from bot.core import outbox
from bot.core.events import Event
from bot.core.names import request_of
from bot.core.outbox import Approval, Outgoing, Reminder, Waiting
from bot.core.thread import Thread
from bot.core.values import Address
from bot.kit.channel import Fate, Fetched, Undeliverable
from bot.kit.people import People
from bot.kit.pulse import Pulse
from channels.slack import marks
from channels.slack.address import BESIDE, CHANNEL, Place, is_apart, link, moment, place
from channels.slack.again import Before, is_later, shown, told
from channels.slack.api import Refused, Web, surely
from channels.slack.blocks import Look
from channels.slack.copies import PAUSES, Copies
from channels.slack.files import fetch
from channels.slack.hints import in_zone, to_you, whisper
from channels.slack.marks import Copy, Receipt
from channels.slack.parse import Us, us_of
from channels.slack.payload import Json
from channels.slack.posting import Posting, Spot
from channels.slack.reader import look, look_at, look_of, reader_of, user_of
from channels.slack.roots import MARK, Roots
from channels.slack.settled import settled
from channels.slack.signs import Signs
from channels.slack.words import words

log = structlog.get_logger()


class Slack:
    """The Slack channel of one workspace. A receipt names the message, then the copies of it."""

    def __init__(self, web: Web, people: People, pulse: Pulse | None = None) -> None:
        self._web = web
        self._people = people
        self._posting = Posting(web, self._who, pulse)
        self._copies = Copies(web, people, self._posting)
        self._signs = Signs(web)
        self._roots = Roots(web, self._who)
        self._us: Us | None = None

    async def find(self, address: Address, key: str) -> str | None:
        """The message of ours with this key in the thread, if it is there."""
        where = await self._where(address)
        spot = Spot(where.channel, where.thread_ts)
        there = None if where.born else await self._posting.find(spot, key)
        if there is None:
            self._copies.doubt(key)
            return None
        copies = marks.read(marks.mark(there, (await self._who()).bot, "copies"))
        return str(Receipt(where.team, where.channel, str(there["ts"]), copies))

    async def send(self, address: Address, message: Outgoing) -> str:
        """Posts in the thread, and before that to each of those asked; what Slack refuses for its form goes out in a plainer one."""
        where, alone = await self._where(address), place(address).person
        await self._signs.cleared(where, message)
        seen = self._look(message, where.team, alone)
        spot = Spot(where.channel, where.thread_ts, _head(where, seen))
        before = await self._before(spot, message)
        copies = await self._copies.send(message, where, await self._link(where), before)
        named = {**_named(where, copies), **told(message, seen), **_beside(where, message)}
        carried = marks.metadata(message.key, **named)
        ts = await self._posting.put(spot, message, before.quieted(seen), carried)
        if where.born:
            self._roots.began(where, ts)
        return str(Receipt(where.team, where.channel, ts, copies))

    async def _where(self, address: Address) -> Place:
        """The place as Slack knows it by now. Raises as `Web.call` does."""
        where = place(address)
        if where.person:
            team = where.team or (await self._who()).team
            return replace(where, team=team, channel=await self._copies.home(where.person))
        return await self._roots.of(where)

    def _look(self, message: Outgoing, team: str, alone: str) -> Look:
        """As those read it who are asked; whoever is alone with us is not called."""
        if alone:
            return replace(look_of(alone, self._people), mentions=())
        return look(message, self._people, team)

    async def _before(self, spot: Spot, message: Outgoing) -> Before:
        """What an earlier card of the same question left; where Slack will not say, everybody is asked anew."""
        if not ((spot.thread_ts or spot.head) and is_later(message)):
            return Before()
        try:
            return await surely(lambda: self._posting.before(spot, message), PAUSES)
        except (OSError, Refused, Undeliverable) as error:
            log.warning("earlier card not found", key=message.key, error=str(error)[:300])
            return Before()

    async def tell(self, address: Address, person: str, text: str) -> None:
        """A note that this person alone sees: in the thread, or where they are not in its channel, in a direct message."""
        team = place(address).team
        user = user_of(person, self._people, team)
        if user is None:
            return
        text = in_zone(to_you(person, text), reader_of([person], self._people, team))
        where = await self._roots.of(place(address))
        try:
            await whisper(self._web, where, user, text)
        except Undeliverable:
            await self._web.post({"channel": await self._copies.home(user), "text": text})

    async def fetch(self, file: str) -> Fetched:
        """A file that came with a message."""
        return await fetch(self._web, file.rpartition("/")[2])

    async def members(self, group: str) -> tuple[str, ...]:
        """Who is in this user group now (docs: reference/methods/usergroups.users.list); those of a disabled one are nobody."""
        team, _, id = group.rpartition("/")
        if team and team != (await self._who()).team:
            raise Undeliverable(f"{group} is a group of another workspace")
        answer = await self._web.call("usergroups.users.list", {"usergroup": id})
        return tuple(str(each) for each in cast("list[object]", answer["users"]))

    async def locate(self, name: str) -> str:
        """The channel of this name that the app is in (docs: reference/methods/users.conversations), as `TEAM/CHANNEL`."""
        team, _, alone = name.rpartition("/")
        us = (await self._who()).team
        asked: Json = {"types": "public_channel,private_channel", "exclude_archived": True}
        asked |= {"limit": 200}
        while team in ("", us):
            answer = await self._web.call("users.conversations", asked)
            for each in cast("list[Json]", answer["channels"]):
                if each.get("name") == alone.removeprefix("#"):
                    return f"{us}/{each['id']}"
            more = cast("Json", answer.get("response_metadata") or {}).get("next_cursor")
            if not more:
                break
            asked = {**asked, "cursor": more}
        message = f"the app is in no channel {name}: invite it there, or correct the name"
        raise Undeliverable(message)

    def explains(self, given: Address, thread: Address) -> bool:
        """What is given at a copy is answered by whoever listens."""
        return is_apart(given, thread)

    def written(self, receipt: str) -> int:
        """By Slack's clock, as everything that people write there."""
        return written(receipt)

    async def change(self, receipt: str, key: str, fate: Fate) -> None:
        """The card and its copies as they stand now, for those who were asked; their files stay as they are."""
        card, address = Receipt.read(receipt), _sent_to(fate, key)
        request = request_of(key)
        home = await self._roots.of(place(address)) if address and card.copies else None
        link = await self._link(home) if home else ""
        each = (self._copies.change(copy, fate, request, link) for copy in card.copies)
        changes = (self._change(card, key, fate, request), *each)
        for error in await asyncio.gather(*changes, return_exceptions=True):
            if error:
                raise error

    async def _change(self, card: Receipt, key: str, fate: Fate, request: str) -> None:
        seen = look_at(fate.now.call(request), self._people, card.team)
        post = settled(fate, request, seen)
        if post is not None:
            address, asked = _sent_to(fate, key), shown(fate, request)
            where = place(address) if address else None
            named = _named(where, card.copies)
            named |= told(asked, look(asked, self._people, card.team)) if asked else {}
            named |= _beside(where, asked)
            carried = marks.metadata(key, **named)
            spot = Spot(card.channel, head=_head(where, seen))
            await self._posting.change(spot, card.ts, post, carried)

    def show(self, thread: Thread, events: Sequence[Event]) -> None:
        """A status in direct messages, and no eyes on what has been seen to."""
        self._signs.show(thread, events)

    def leave(self, thread: Thread) -> None:
        """No status that keeps people from writing."""
        if thread.address:
            self._signs.status(place(thread.address), "active")

    async def settled(self) -> None:
        await self._signs.settled()

    async def _link(self, where: Place) -> str:
        return link((await self._who()).url, where)

    async def _who(self) -> Us:
        """Who we are, asked once."""
        if self._us is None:
            said, _ = await self._web.granted()
            self._us = us_of(said)
        return self._us


def _sent_to(fate: Fate, key: str) -> Address | None:
    """Where this card was put; None: not in Slack, as far as is known."""
    address = outbox.address(fate.then, key) or fate.now.address
    return address if address and address.channel == CHANNEL else None


def _is_beside(where: Place | None) -> bool:
    """Whether this is a channel and no thread: what is put there belongs to a thread that lives elsewhere."""
    return where is not None and not where.root


def _head(where: Place | None, look: Look) -> str:
    return words(look.language).put_here if _is_beside(where) else ""


def _beside(where: Place | None, message: Outgoing | None) -> dict[str, str]:
    """What a card that is put elsewhere carries, and a reminder of it: on what words under it decide, and as it was shown."""
    if not (_is_beside(where) and isinstance(message, Waiting | Reminder)):
        return {}
    digest = message.digest if isinstance(message, Approval) else ""
    return {MARK: BESIDE, "request": message.request, "digest": marks.short(digest)}


def _named(where: Place | None, copies: tuple[Copy, ...]) -> dict[str, str]:
    """What a message carries beside its key: its copies, and whose thread stands under it where that was begun elsewhere."""
    named = {MARK: where.root} if where and where.born else {}
    return {**named, "copies": marks.written(copies)} if copies else named


def written(receipt: str) -> int:
    """When the message was posted, by Slack's clock, in milliseconds since the epoch."""
    return moment(Receipt.read(receipt).ts)
