"""History: what stands in a channel, or in a thread of it, and what of it is ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import replace
from typing import cast

import structlog

from bot.kit.arrival import Words
from channels.slack.api import LOOK_SECONDS, Web, surely
from channels.slack.marks import mark
from channels.slack.parse import NameOf, Said, Us, said
from channels.slack.payload import Json, Message

PAGE = 200
MOST_LOOKED_AT = 100
MOST_BEFORE = 50
ONCE_MORE_SECONDS = 0.3
UNREAD = "(What was said in this thread before could not be read.)"
log = structlog.get_logger()


async def history(
    web: Web,
    channel: str,
    most: int = MOST_LOOKED_AT,
    *,
    since: str | None = None,
    before: str | None = None,
) -> AsyncGenerator[Json]:
    """The newest messages of a channel outside its threads, newest first, at most so many of them."""
    asked: Json = {"channel": channel, "oldest": since, "latest": before, "limit": min(most, PAGE)}
    left = most
    async for message in _pages(web, "conversations.history", asked):
        yield message
        left -= 1
        if not left:
            return


async def replies(
    web: Web, channel: str, root: str, since: str | None = None
) -> AsyncGenerator[Json]:
    """The root and its replies, those `since` alone if so asked, oldest first."""
    asked: Json = {"channel": channel, "ts": root, "oldest": since, "limit": PAGE}
    async for message in _pages(web, "conversations.replies", asked):
        yield message


async def root_of(web: Web, channel: str, root: str) -> Json:
    """The message that a thread hangs under; empty where it is gone."""
    asked: Json = {"channel": channel, "ts": root, "limit": 1}
    async for message in _pages(web, "conversations.replies", asked):
        return message if message.get("ts") == root else {}
    return {}


async def find(messages: AsyncIterable[Json], us: Us, key: str) -> Json | None:
    """Our own message with this key, if it is among them."""
    async for message in messages:
        if mark(message, us.bot) == key:
            return message
    return None


async def _pages(web: Web, method: str, asked: Json) -> AsyncGenerator[Json]:
    """Page after page, with what programs wrote beside the messages."""
    cursor: str | None = None
    while cursor != "":
        page = await web.call(method, {**asked, "include_all_metadata": True, "cursor": cursor})
        for message in cast("list[Json]", page.get("messages") or []):
            yield message
        after = cast("Json", page.get("response_metadata") or {})
        cursor = str(after.get("next_cursor") or "")


async def with_before(
    web: Web, first: Said, us: Us, name_of: NameOf, tell: tuple[type[Exception], ...] = ()
) -> Words:
    """The first word to us in a thread that others began, with what they said until then; where that cannot be read, it says so.

    Raises those of the errors that are to be told.
    """

    async def read() -> list[Words]:
        there = replies(web, first.place.channel, first.place.root)
        return [words async for reply in there for words in _words(reply, first, us, name_of)]

    try:
        async with asyncio.timeout(LOOK_SECONDS):
            found = await surely(read, (ONCE_MORE_SECONDS,))
    except tell:
        raise
    except Exception as error:  # noqa: BLE001 - whatever Slack answers: the words themselves must be stored
        log.warning("thread not read", error=str(error)[:300])
        note = replace(first.words, id=f"{first.words.id}/before", person=us.user, text=UNREAD)
        found = [replace(note, aim="anybody")]
    return replace(first.words, before=tuple(found[-MOST_BEFORE:]))


def _words(reply: Json, first: Said, us: Us, name_of: NameOf) -> list[Words]:
    """Everybody's words count here, other programs' too: often the thread hangs under an alert."""
    message = Message.model_validate(reply)
    earlier = message.ts and float(message.ts) < float(first.ts)
    if not earlier or message.user == us.user:
        return []
    words = said(message, first.place.channel, us, name_of).words
    person = message.user or message.bot_id
    return [replace(words, address=first.words.address, person=person)] if words.text else []
