"""Posting: one message into one place: in its form, in a plainer one where Slack refuses that, and never twice by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog

from bot.core.outbox import Outgoing, Waiting
from bot.kit.pulse import Pulse
from channels.slack import blocks
from channels.slack.again import Before, before
from channels.slack.api import Answer, NotAsItStands, Web, surely
from channels.slack.blocks import File, Look, Post
from channels.slack.cards import plain, render
from channels.slack.history import find, history, replies, root_of
from channels.slack.marks import mark
from channels.slack.pace import Pace
from channels.slack.parse import Us
from channels.slack.payload import Json, Message

# A change that Slack does not take is tried again after each of these: the same change twice is one.
PAUSES = (0.5, 1.5, 3.0)
# We may be told of a message before we are answered, by so much at most.
EARLY_SECONDS = 5.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where it goes: a channel, and in it a thread or none; `head` is what the frame says above it."""

    channel: str
    thread_ts: str | None = None
    head: str = ""


class Posting:
    """The way out, one message after the other in each channel."""

    def __init__(
        self, web: Web, who: Callable[[], Awaitable[Us]], pulse: Pulse | None = None
    ) -> None:
        self._web = web
        self._who = who
        self._pulse = pulse
        self._pace = Pace()

    async def find(self, spot: Spot, key: str) -> Json | None:
        """Our message with this key, if it stands there."""
        return await find(self._there(spot), await self._who(), key)

    async def put(self, spot: Spot, message: Outgoing, look: Look, metadata: Json) -> str:
        """Posts it and returns its timestamp. Raises as `Web.call` does."""
        async with self._pace.turn(spot.channel):
            post = render(message, look)
            await self._upload(spot, post.files)
            try:
                return await self._post(spot, post, metadata)
            except NotAsItStands as error:
                log.warning("sent plain", key=message.key, reason=str(error))
            simple = plain(message, look)
            await self._upload(spot, [file for file in simple.files if file not in post.files])
            try:
                return await self._post(spot, simple, metadata)
            except NotAsItStands:
                return await self._post(spot, Post(simple.text), metadata)

    async def renew(
        self, spot: Spot, ts: str, message: Outgoing, look: Look, metadata: Json
    ) -> None:
        """Makes this message of what was posted there. Raises as `Web.call` does."""
        post = render(message, look)
        async with self._pace.turn(spot.channel):
            await self._upload(spot, post.files)
        await self.change(spot, ts, post, metadata)

    async def key_at(self, spot: Spot, ts: str) -> str:
        """The key of what stands there; empty where nothing of ours does."""
        found = await surely(lambda: root_of(self._web, spot.channel, ts), PAUSES)
        return mark(found, (await self._who()).bot)

    async def before(self, spot: Spot, message: Waiting) -> Before:
        """What the last card of the same question left in the thread."""
        return await before(self._there(spot), (await self._who()).bot, message)

    async def change(self, spot: Spot, ts: str, post: Post, metadata: Json) -> None:
        """Puts this in the place of what was posted there; its files stay as they are."""
        shown = headed(post, spot.head)
        card: Json = {"channel": spot.channel, "ts": ts, "text": shown.text}
        card |= {"blocks": list(shown.blocks), "metadata": metadata}
        await self._heard_of(surely(lambda: self._web.call("chat.update", card), PAUSES))

    async def _post(self, spot: Spot, post: Post, metadata: Json) -> str:
        shown = headed(post, spot.head)
        message: Json = {
            "channel": spot.channel,
            "thread_ts": spot.thread_ts,
            "text": shown.text,
            "blocks": list(shown.blocks) or None,
            "metadata": metadata,
        }
        return await self._heard_of(self._web.post(message))

    async def _heard_of(self, writing: Awaitable[Answer]) -> Answer:
        """Does what Slack tells the app itself of as well. Raises as `Web.call` does."""
        begun = asyncio.get_running_loop().time()
        answer = await writing
        took = asyncio.get_running_loop().time() - begun
        if self._pulse:
            # Best effort: whether a socket is deaf is no matter of this message.
            with suppress(Exception):
                await self._pulse.said(min(took, EARLY_SECONDS))
        return answer

    async def _upload(self, spot: Spot, files: Sequence[File]) -> None:
        """Before the card: nobody is to decide on what they cannot see. What a lost reply left there is not sent again."""
        there = await self._uploaded(spot) if files else frozenset[str]()
        missing = [file for file in files if file.name not in there]
        if missing:
            await self._web.upload(spot.channel, spot.thread_ts, missing)

    async def _uploaded(self, spot: Spot) -> frozenset[str]:
        """The names of our files there: each is made of a message's key, as that of the message is."""
        us = await self._who()
        there = [Message.model_validate(each) async for each in self._there(spot)]
        files = [file for message in there for file in message.files]
        return frozenset(file.name for file in files if file.user == us.user)

    def _there(self, spot: Spot) -> AsyncIterable[Json]:
        """The thread, or the latest of a channel."""
        if spot.thread_ts:
            return replies(self._web, spot.channel, spot.thread_ts)
        return history(self._web, spot.channel)


def headed(post: Post, head: str) -> Post:
    """The post with this line above it, where it has blocks."""
    if not (head and post.blocks):
        return post
    above: Json = {**blocks.context(head), "block_id": f"{post.blocks[0].get('block_id')}:head"}
    return replace(post, blocks=(above, *post.blocks))
