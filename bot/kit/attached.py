"""Attached: a file of a message as the agent reads it: its name, kind and size, and what is in it or why that is not shown."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from bot.core.visible import on_one_line, shortened
from bot.kit.arguments import Args
from bot.kit.channel import Channel, Fetched, Readable
from bot.kit.content import content
from bot.kit.intents import ATTACHMENT
from bot.kit.picture import Pictured, pictured
from bot.kit.tool import Tool, tool

SECONDS = 90
AT_ONCE = 4
ELSEWHERE = "Files of this channel cannot be read here."
MOST_NAME_CHARACTERS = 120


class File(Args):
    """Which file, by its channel's own name for it; the other is for people."""

    channel: str
    file: str
    name: str = ""


def tools(channels: Mapping[str, Channel]) -> dict[str, Tool]:
    """The read that every agent's files are read with, through these channels; a few at a time."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def attached_file(asked: File) -> str | Pictured:
        """A file that came with a message."""
        channel = channels.get(asked.channel)
        if not isinstance(channel, Readable):
            return ELSEWHERE
        async with turns:
            return await _read(channel, asked)

    made = tool(reads=True, seconds=SECONDS)(attached_file)
    return {ATTACHMENT: replace(made, name=ATTACHMENT)}


async def _read(channel: Readable, asked: File) -> str | Pictured:
    try:
        found = await channel.fetch(asked.file)
    except OSError as error:
        # No failure of the agent's: it is told, and goes on without.
        found = Fetched(asked.name, "", 0, why=f"It could not be had just now: {str(error)[:200]}")
    head = _head(found)
    seen = await asyncio.to_thread(pictured, found.content, head)
    if isinstance(seen, Pictured):
        return seen
    return f"{head}\n\n{found.why or seen or await content(found.content, found.type)}"


def _head(found: Fetched) -> str:
    name = shortened(on_one_line(found.name), MOST_NAME_CHARACTERS)
    return f"{name or 'A file'} ({on_one_line(found.type) or 'kind unknown'}, {found.size:,} bytes)"
