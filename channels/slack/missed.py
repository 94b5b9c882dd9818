"""Missed: what was said while nobody listened is read back where we have been lately, and heard as if it came now.

Bounded by age and number; what was heard before has its identity and changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import cast

from bot.core.values import Address
from bot.kit.channel import Undeliverable
from channels.slack.address import place
from channels.slack.api import Json, Refused, Web
from channels.slack.parse import NameOf, Said, Us, is_heard, said
from channels.slack.payload import Message
from channels.slack.replies import replies

AGE_SECONDS = 24 * 3600
MOST_ROOTS = 100


async def read_back(
    web: Web,
    us: Us,
    name_of: NameOf,
    lately: Sequence[Address],
    hear: Callable[[Said], Awaitable[None]],
) -> None:
    """Reads the channels and threads of these addresses, oldest message first in each."""
    places = [where for where in map(place, lately) if where.team == us.team]
    since = f"{time.time() - AGE_SECONDS:.6f}"
    for channel in dict.fromkeys(where.channel for where in places):
        await _hear_all(_roots(web, channel, since), channel, since, us, name_of, hear)
    for where in places:
        await _hear_all(
            replies(web, where.channel, where.root), where.channel, since, us, name_of, hear
        )


async def _hear_all(
    messages: AsyncGenerator[Json],
    channel: str,
    since: str,
    us: Us,
    name_of: NameOf,
    hear: Callable[[Said], Awaitable[None]],
) -> None:
    try:
        async for each in messages:
            message = Message.model_validate(each)
            if message.ts > since and is_heard(message, us):
                await hear(said(message, channel, us, name_of))
    except (Undeliverable, Refused):
        return  # We are in that channel no more.


async def _roots(web: Web, channel: str, since: str) -> AsyncGenerator[Json]:
    """The newest messages of a channel, oldest first."""
    asked: Json = {"channel": channel, "oldest": since, "limit": MOST_ROOTS}
    page = await web.call("conversations.history", asked)
    for message in reversed(cast("list[Json]", page.get("messages") or [])):
        yield message
