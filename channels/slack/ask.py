"""Ask: the slash command and the message shortcut begin a thread. Slack hears that they did once that is on the log."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from hashlib import sha256
from weakref import WeakValueDictionary

from slack_bolt.response import BoltResponse

from bot.kit.arrival import Arrivals, Words
from bot.kit.channel import Undeliverable
from bot.kit.people import People
from channels.slack import blocks
from channels.slack.address import CHANNEL, Place, message_id, moment
from channels.slack.api import SlowDown, Web, surely
from channels.slack.entries import Chosen, Command
from channels.slack.hints import from_outside
from channels.slack.history import find, history, with_before
from channels.slack.markdown import mrkdwn
from channels.slack.marks import metadata
from channels.slack.once import Once
from channels.slack.parse import Us
from channels.slack.payload import Json
from channels.slack.reader import look_of
from channels.slack.signs import Signs
from channels.slack.standing import Standings
from channels.slack.words import words

MOST_SHOWN_CHARACTERS = 2_000
PAUSES = (0.3, 1.0)


class Asks:
    """The two ways in of one workspace."""

    def __init__(
        self,
        web: Web,
        us: Us,
        people: People,
        arrivals: Arrivals,
        signs: Signs,
        standings: Standings,
        once: Once,
    ) -> None:
        self._web = web
        self._hasty = web.impatient()  # Whoever gave a command waits three seconds for it.
        self._us = us
        self._people = people
        self._arrivals = arrivals
        self._signs = signs
        self._standings = standings
        self._once = once
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def command(self, command: Command) -> BoltResponse:
        """Posts what was asked where everybody sees it, and begins a thread under it; whoever asks hears why it cannot."""
        if not command.text:
            return _note(words(self._look(command.person).language).how_to_ask)
        if await self._standings.of(command.person) != "member":
            return _note(from_outside(self._look(command.person)))
        key = f"ask:{sha256(command.trigger.encode()).hexdigest()[:16]}"
        async with self._turns.setdefault(key, asyncio.Lock()):
            if await self._once.is_done(key):
                return BoltResponse(status=200, body="")
            try:
                root = await self._root(command, key)
            except (Undeliverable, SlowDown) as error:
                return _note(str(error))
            await self._begin(command, root)
            await self._once.done(key)
        return BoltResponse(status=200, body="")

    async def _begin(self, command: Command, root: str) -> None:
        asked = Words(
            id=message_id(self._us.team, command.channel, root),
            address=Place(self._us.team, command.channel, root).address,
            person=command.person,
            text=command.text,
            aim="bot",
            written=moment(root),
        )
        if await self._arrivals.words(asked) == "asked":
            self._signs.seen(command.channel, root)

    async def chosen(self, chosen: Chosen) -> BoltResponse:
        """Begins a thread under the message that was chosen, or speaks in the one that is there, with all that was said."""
        said = chosen.said
        try:
            asked = await self._with_before(chosen)
        except Undeliverable as error:
            await self._web.answer(chosen.answer_to, str(error))
            return BoltResponse(status=200, body="")
        asked = await self._standings.judged(asked)
        if await self._arrivals.words(asked) == "asked":
            self._signs.seen(said.place.channel, chosen.message.id.rpartition("/")[2])
        elif self._arrivals.is_outside(asked):
            await self._web.answer(chosen.answer_to, from_outside(self._look(asked.person)))
        return BoltResponse(status=200, body="")

    async def _with_before(self, chosen: Chosen) -> Words:
        """The message itself comes last: the thread may be long, and it is what this is about."""
        asked = chosen.said.words
        if not await self._arrivals.knows(asked.address):
            tell = (Undeliverable,)
            asked = await with_before(self._web, chosen.said, self._us, self._name_of, tell)
        others = [each for each in asked.before if each.id != chosen.message.id]
        last = [chosen.message] if chosen.message.person != self._us.user else []
        return replace(asked, before=(*others, *last))

    # ---- the message under which the work has its thread ---------------------------------------------
    async def _root(self, command: Command, key: str) -> str:
        """Posted once, also where Slack's answer got lost."""
        posted = await self._posted(command.channel, key)
        if posted is not None:
            return posted
        try:
            return await self._post(command, key)
        except OSError:
            # What whoever gave the command sees is there, and is to have its thread.
            posted = await surely(lambda: self._posted(command.channel, key), PAUSES)
            if posted is None:
                raise
            return posted

    async def _posted(self, channel: str, key: str) -> str | None:
        there = await find(history(self._hasty, channel), self._us, key)
        return str(there["ts"]) if there else None

    async def _post(self, command: Command, key: str) -> str:
        person = f"<@{command.person}>"
        head = words(self._look(command.person).language).asks.format(person=person)
        shown = blocks.rich(blocks.quoted(command.text, MOST_SHOWN_CHARACTERS))
        message: Json = {
            "channel": command.channel,
            "text": f"{head} {mrkdwn(command.text, MOST_SHOWN_CHARACTERS)}",
            "blocks": [blocks.section(head), shown],
            "metadata": metadata(key),
        }
        return await self._hasty.post(message)

    def _look(self, user: str) -> blocks.Look:
        return look_of(user, self._people)

    def _name_of(self, user: str) -> str:
        return self._people.alias_of(CHANNEL, user) or user


def _note(text: str) -> BoltResponse:
    """Seen by whoever gave the command alone."""
    return BoltResponse(status=200, body={"response_type": "ephemeral", "text": text})
