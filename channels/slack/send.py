"""Send: Slack as a channel. Each message carries its key as metadata, by which the thread is asked whether it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

from pydantic import JsonValue

from bot.core.events import Event
from bot.core.outbox import Outgoing
from bot.core.thread import Thread
from bot.core.values import Address
from bot.kit.channel import Fate, Fetched, Undeliverable
from bot.kit.people import People
from channels.slack import marks
from channels.slack.address import Place, link, moment, place
from channels.slack.api import Web
from channels.slack.copies import Copies
from channels.slack.files import fetch
from channels.slack.hints import whisper
from channels.slack.posting import Posting, Spot
from channels.slack.reader import look, reader_of, user_of
from channels.slack.replies import replies
from channels.slack.roots import MARK, Roots
from channels.slack.settled import settled
from channels.slack.signs import Signs

Json = dict[str, JsonValue]


class Slack:
    """The Slack channel of one workspace. A receipt names the message, then the copies of it."""

    def __init__(self, web: Web, people: People) -> None:
        self._web = web
        self._people = people
        self._posting = Posting(web, self._who)
        self._copies = Copies(web, people, self._posting)
        self._signs = Signs(web)
        self._roots = Roots(web, self._who)
        self._us: Json = {}

    async def find(self, address: Address, key: str) -> str | None:
        """The message of ours with this key in the thread, if it is there: anybody may write such a key beside theirs."""
        where, bot = await self._roots.of(place(address)), (await self._who())["bot_id"]
        if where.born:
            self._copies.doubt(key)
            return None
        async for message in replies(self._web, where.channel, where.root):
            if message.get("bot_id") == bot and marks.mark(message) == key:
                return _receipt(where, str(message["ts"]), marks.mark(message, "copies"))
        self._copies.doubt(key)
        return None

    async def send(self, address: Address, message: Outgoing) -> str:
        """Posts in the thread, and before that to each of those asked; what Slack refuses for its form goes out in a plainer one."""
        where = await self._roots.of(place(address))
        await self._signs.cleared(where, message)
        copies = await self._copies.send(message, where, await self._link(where))
        carried = marks.metadata(message.key, **_named(address, marks.written(copies)))
        spot = Spot(where.channel, None if where.born else where.root)
        ts = await self._posting.put(
            spot, message, look(message, self._people, where.team), carried
        )
        if where.born:
            self._roots.began(where, ts)
        return _receipt(where, ts, marks.written(copies))

    async def tell(self, address: Address, person: str, text: str) -> None:
        """A note that this person alone sees: in the thread, or where they are not in its channel, in a direct message."""
        user = user_of(person, self._people, place(address).team)
        if user is None:
            return
        where = await self._roots.of(place(address))
        try:
            await whisper(self._web, where, user, text)
        except Undeliverable:
            note: Json = {"channel": await self._copies.home(user), "text": text}
            await self._web.call("chat.postMessage", note)

    async def fetch(self, file: str) -> Fetched:
        """A file that came with a message."""
        return await fetch(self._web, file.rpartition("/")[2])

    async def members(self, group: str) -> tuple[str, ...]:
        """Who is in this user group now (docs: reference/methods/usergroups.users.list); those of a disabled one are nobody."""
        team, _, id = group.rpartition("/")
        if team and team != str((await self._who()).get("team_id", "")):
            raise Undeliverable(f"{group} is a group of another workspace")
        answer = await self._web.call("usergroups.users.list", {"usergroup": id})
        return tuple(str(each) for each in cast("list[JsonValue]", answer["users"]))

    def written(self, receipt: str) -> int:
        """By Slack's clock, as everything that people write there."""
        return written(receipt)

    async def change(self, receipt: str, key: str, fate: Fate) -> None:
        """The card and its copies as they stand now, for those who were asked; their files stay as they are."""
        card, _, copies = receipt.partition(" ")
        request = key.partition("~")[0]
        address = fate.now.address
        home = await self._roots.of(place(address)) if address and copies else None
        link = await self._link(home) if home else ""
        each = (self._copies.change(copy, fate, request, link) for copy in marks.read(copies))
        shown = await asyncio.gather(
            self._change(card, copies, key, fate), *each, return_exceptions=True
        )
        for error in shown:
            if error:
                raise error

    async def _change(self, card: str, copies: str, key: str, fate: Fate) -> None:
        team, channel, ts = card.split("/")
        request = key.partition("~")[0]
        call = fate.now.call(request)
        asked = call.card.approvers if call and call.card else call.proposal.asked if call else ()
        post = settled(fate, request, reader_of(asked, self._people, team))
        if post is not None:
            carried = marks.metadata(key, **_named(fate.now.address, copies))
            await self._posting.change(Spot(channel), ts, post, carried)

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
        return link(str((await self._who()).get("url", "")), where)

    async def _who(self) -> Json:
        """Who we are, asked once."""
        if not self._us:
            self._us, _ = await self._web.granted()
        return self._us


def _named(address: Address | None, copies: str) -> dict[str, str]:
    """What a message carries beside its key: its copies, and whose thread stands under it where that was begun elsewhere."""
    where = place(address) if address else None
    named = {MARK: where.root} if where and where.born else {}
    return {**named, "copies": copies} if copies else named


def written(receipt: str) -> int:
    """When the message was posted, by Slack's clock, in milliseconds since the epoch."""
    return moment(receipt.partition(" ")[0].rpartition("/")[2])


def _receipt(where: Place, ts: str, copies: str) -> str:
    return f"{where.team}/{where.channel}/{ts} {copies}".rstrip()
