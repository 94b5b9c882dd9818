"""Missed: what was said while nobody listened is read back, and heard as if it came now.

Read are the channels that were heard before, from a little before where each was heard last, with what was replied to what was said
there since, the threads that moved lately, and the conversations where a copy of a card waits, with what was replied to the copy.
Bounded by age and number, and by Slack's rate; what was heard before has its identity and changes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import structlog

from bot.core.values import Address
from bot.kit.channel import Undeliverable
from channels.slack.address import Place, place
from channels.slack.api import Refused, Web
from channels.slack.history import history, replies
from channels.slack.marks import Receipt
from channels.slack.pace import Pace
from channels.slack.parse import NameOf, Said, Us, is_heard, said
from channels.slack.payload import Json, Message
from channels.slack.roots import Roots

# Nobody knows how far a channel was heard that has no cursor.
AGE_SECONDS = 24 * 3600
MOST_AGE_SECONDS = 7 * AGE_SECONDS
# Slack tells a thing again for six minutes, a socket may be deaf for five before that is noticed, and an address that takes
# nothing for an hour is told nothing more.
OVERLAP_SECONDS = 3600
MOST_CHANNELS = 100
MOST_MESSAGES = 1_000
MOST_THREADS = 50
# Slack's third tier is fifty calls a minute of each method.
SECONDS_EACH = 1.2
# What cannot be read for now is tried again after each of these.
PAUSES = (1.0, 5.0, 30.0)
log = structlog.get_logger()


class Missed:
    """One reading back. `since` is how far each channel was heard."""

    def __init__(
        self,
        web: Web,
        us: Us,
        name_of: NameOf,
        since: Mapping[str, str],
        hear: Callable[[Said], Awaitable[None]],
    ) -> None:
        self._web = web
        self._us = us
        self._name_of = name_of
        self._since = dict(since)
        self._hear = hear
        self._roots = Roots(web, self._who)
        self._pace = Pace(SECONDS_EACH)

    async def read_back(
        self, lately: Sequence[Address], shown: Sequence[str] = ()
    ) -> tuple[list[str], set[str]]:
        """Reads the channels and the threads of these addresses, and at the copies of the cards with these receipts, oldest message first in each.

        The channels that were read, and those of which something could not be read for now, be it tried again.
        """
        return await self._read(self._to_read(lately, _copies(shown, self._us.team)))

    async def read_thread(self, where: Place) -> None:
        """Reads this thread alone."""
        await self._read([where])

    async def _read(self, left: list[str | Place]) -> tuple[list[str], set[str]]:
        read = list[str | Place]()
        for pause in (0.0, *PAUSES):
            await asyncio.sleep(pause)
            became = [(each, await self._hear_all(each)) for each in left]
            read += [each for each, how in became if how == "read"]
            left = [each for each, how in became if how == "away"]
            if not left:
                break
        unread = {_channel(each) for each in left}
        return [each for each in read if isinstance(each, str) and each not in unread], unread

    def _to_read(self, lately: Sequence[Address], copies: Sequence[Place]) -> list[str | Place]:
        """Channels by name, those that were heard last first, then threads; a copy that its channel is not read back to is one."""
        places = [each for each in map(place, lately) if each.team == self._us.team]
        known = sorted(self._since, key=lambda channel: self._since[channel], reverse=True)
        direct = {copy.channel: copy.root for copy in copies}
        # Where nobody was ever heard, all that was said since the first of them may have been missed.
        self._since = direct | self._since
        channels = dict.fromkeys([*(where.channel for where in places), *direct, *known])
        older = [copy for copy in copies if copy.root <= self._oldest(copy.channel)]
        return [*list(channels)[:MOST_CHANNELS], *places, *older[:MOST_THREADS]]

    async def _who(self) -> Us:
        return self._us

    def _oldest(self, channel: str) -> str:
        now, cursor = time.time(), self._since.get(channel)
        if cursor is None:
            return f"{now - AGE_SECONDS:.6f}"
        return f"{max(now - MOST_AGE_SECONDS, float(cursor) - OVERLAP_SECONDS):.6f}"

    async def _hear_all(self, what: str | Place) -> Literal["read", "refused", "away"]:
        """What became of reading a channel or a thread; where we are no more, it is refused."""
        channel = _channel(what)
        try:
            async with self._pace.turn("read"):
                found = await self._found(what)
        except (Undeliverable, Refused):
            return "refused"
        except Exception as error:  # noqa: BLE001 - whatever it is: the others are to be read all the same
            log.warning("not read back", channel=channel, error=str(error)[:300])
            return "away"
        became = [await self._hear_one(each, channel) for each in found]
        return "read" if all(became) else "away"

    async def _hear_one(self, each: Json, channel: str) -> bool:
        """Whether that is done with; what cannot be stored for now is not, and keeps no other from being heard."""
        try:
            message = Message.model_validate(each)
            if message.ts > self._oldest(channel) and is_heard(message, self._us):
                heard = said(message, channel, self._us, self._name_of)
                again = message.ts <= self._since.get(channel, "")
                await self._hear(replace(heard, again=again))
        except Exception as error:  # noqa: BLE001 - whatever it is: the others are to be heard all the same
            log.warning("not heard", channel=channel, ts=each.get("ts"), error=str(error)[:300])
            return isinstance(error, (Undeliverable, Refused, ValueError))
        return True

    async def _found(self, what: str | Place) -> list[Json]:
        return await (self._in_channel(what) if isinstance(what, str) else self._in_thread(what))

    async def _in_thread(self, where: Place) -> list[Json]:
        where = await self._roots.of(where)
        if where.born is not None:
            return []
        since = self._oldest(where.channel)
        return [each async for each in replies(self._web, where.channel, where.root, since)]

    async def _in_channel(self, channel: str) -> list[Json]:
        """The messages of a channel with the replies to them, oldest first; the newest of them where there are too many."""
        there = history(self._web, channel, MOST_MESSAGES, since=self._oldest(channel))
        found = [message async for message in there]
        if len(found) == MOST_MESSAGES:
            log.warning("perhaps not all was read back", channel=channel, messages=len(found))
        for root in self._roots_of(found, channel):
            found += await self._under(root, channel)
        return sorted(found, key=_ts)

    def _roots_of(self, found: list[Json], channel: str) -> list[Json]:
        """Those with replies that may have been missed, first what was said to us, then what was replied to last."""
        answered = [
            each for each in found if str(each.get("latest_reply") or "") > self._oldest(channel)
        ]
        to_us = f"<@{self._us.user}"
        answered.sort(key=lambda each: (to_us in str(each.get("text")), str(each["latest_reply"])))
        if len(answered) > MOST_THREADS:
            log.warning("perhaps not all was read back", channel=channel, threads=len(answered))
        return answered[: -MOST_THREADS - 1 : -1]

    async def _under(self, root: Json, channel: str) -> list[Json]:
        async with self._pace.turn("replies"):
            try:
                there = replies(self._web, channel, _ts(root), self._oldest(channel))
                return [each async for each in there if _ts(each) != _ts(root)]
            except (Undeliverable, Refused):
                return []  # It is gone.


def _copies(shown: Sequence[str], team: str) -> list[Place]:
    """Where the copies stand that these receipts name, newest first; what is where somebody is alone with us is one itself."""
    cards = [card for card in map(_card, shown) if card and card.team == team]
    there = {Place(team, copy.channel, copy.ts) for card in cards for copy in (card, *card.copies)}
    there = {each for each in there if each.is_direct}
    return sorted(there, key=lambda copy: copy.root, reverse=True)


def _card(receipt: str) -> Receipt | None:
    """None: the card went to another address of its thread, by another channel."""
    try:
        return Receipt.read(receipt)
    except (TypeError, ValueError):
        return None


def _ts(message: Json) -> str:
    return str(message.get("ts") or "")


def _channel(what: str | Place) -> str:
    return what if isinstance(what, str) else what.channel
