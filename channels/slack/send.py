"""Send: Slack as a channel. Each message carries its key as metadata, by which the thread is asked whether it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from pydantic import JsonValue

from bot.core.events import Event
from bot.core.outbox import Outgoing
from bot.core.thread import Thread
from bot.core.values import Address
from bot.kit.people import People
from channels.slack.address import Place, place
from channels.slack.api import NotAsItStands, Web
from channels.slack.blocks import File, Post
from channels.slack.cards import plain, render
from channels.slack.pace import Pace
from channels.slack.reader import look, reader_of, user_of
from channels.slack.replies import replies
from channels.slack.settled import settled
from channels.slack.signs import Signs

Json = dict[str, JsonValue]
EVENT_TYPE = "outer_loop_bot"
log = structlog.get_logger()


class Slack:
    """The Slack channel of one workspace."""

    def __init__(self, web: Web, people: People) -> None:
        self._web = web
        self._people = people
        self._pace = Pace()
        self._signs = Signs(web)
        self._bot = ""

    async def find(self, address: Address, key: str) -> str | None:
        """The message of ours with this key in the thread, if it is there: anybody may write such a key beside theirs."""
        where = place(address)
        if not self._bot:
            us, _ = await self._web.granted()
            self._bot = str(us["bot_id"])
        async for message in replies(self._web, where):
            if message.get("bot_id") == self._bot and key_of(message) == key:
                return _receipt(where, message)
        return None

    async def send(self, address: Address, message: Outgoing) -> str:
        """Posts in the thread; what Slack refuses for its form goes out in a plainer one."""
        where, eyes = place(address), look(message, self._people)
        await self._signs.cleared(where, message)
        async with self._pace.turn(where.channel):
            post = render(message, eyes)
            await self._upload(where, post.files)
            try:
                return await self._post(where, message.key, post)
            except NotAsItStands as error:
                log.warning("sent plain", key=message.key, reason=str(error))
            simple = plain(message, eyes)
            await self._upload(where, [file for file in simple.files if file not in post.files])
            try:
                return await self._post(where, message.key, simple)
            except NotAsItStands:
                return await self._post(where, message.key, Post(simple.text))

    async def tell(self, address: Address, person: str, text: str) -> None:
        """A note that this person alone sees, in the thread."""
        where, user = place(address), user_of(person, self._people)
        if user is None:
            return
        note: Json = {"channel": where.channel, "thread_ts": where.root, "user": user, "text": text}
        await self._web.call("chat.postEphemeral", note)

    async def change(self, receipt: str, key: str, thread: Thread, at: int) -> None:
        """The card as it stands now, for those who were asked; its files stay as they are."""
        _, channel, ts = receipt.split("/")
        request = key.partition("~")[0]
        call = thread.call(request)
        asked = call.card.approvers if call and call.card else call.proposal.asked if call else ()
        post = settled(thread, request, reader_of(asked, self._people), at)
        if post is not None:
            card: Json = {"channel": channel, "ts": ts, "text": post.text}
            card |= {"blocks": list(post.blocks), "metadata": metadata(key)}
            await self._web.call("chat.update", card)

    def show(self, thread: Thread, events: Sequence[Event]) -> None:
        """A status in direct messages, and no eyes on what has been seen to."""
        self._signs.show(thread, events)

    def leave(self, thread: Thread) -> None:
        """No status that keeps people from writing."""
        if thread.address:
            self._signs.status(place(thread.address), "active")

    async def settled(self) -> None:
        await self._signs.settled()

    async def _post(self, where: Place, key: str, post: Post) -> str:
        sent = await self._web.call(
            "chat.postMessage",
            {
                "channel": where.channel,
                "thread_ts": where.root,
                "text": post.text,
                "blocks": list(post.blocks) or None,
                "metadata": metadata(key),
                "unfurl_links": False,
                "unfurl_media": False,
            },
        )
        return _receipt(where, sent)

    async def _upload(self, where: Place, files: Sequence[File]) -> None:
        """Before the card: nobody is to decide on what they cannot see."""
        if files:
            await self._web.upload(where.channel, where.root, files)


def metadata(key: str) -> Json:
    """What a message of ours carries, by which it is found again."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


def key_of(message: Mapping[str, JsonValue]) -> str | None:
    """The key that a message carries."""
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return None
    payload = metadata.get("event_payload")
    key = payload.get("key") if isinstance(payload, dict) else None
    return key if isinstance(key, str) else None


def _receipt(where: Place, message: Mapping[str, JsonValue]) -> str:
    return f"{where.team}/{where.channel}/{message.get('ts', '')}"
