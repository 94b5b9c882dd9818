"""Roots: a thread that was begun elsewhere stands in Slack under its own first message, and that message says whose it is.

Nothing else keeps the two together: what the message carries is read back by whoever sends there next, and by whoever hears a reply.
Only what we wrote ourselves is believed: anybody may write the like beside theirs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.kit.arrival import Remark
from bot.kit.channel import Undeliverable
from bot.kit.latest import Latest
from channels.slack.address import Place, place
from channels.slack.api import Refused, Web
from channels.slack.history import history, root_of
from channels.slack.marks import mark
from channels.slack.parse import Said, Us

MARK = "home"
MOST_LOOKED_AT = 10_000
# How far Slack's clock and ours may be apart.
SKEW_SECONDS = 600


class Roots:
    """For the sending side: where such a thread stands by now."""

    def __init__(self, web: Web, who: Callable[[], Awaitable[Us]]) -> None:
        self._web = web
        self._who = who
        self._known = Latest[str]()

    async def of(self, where: Place) -> Place:
        """The place with its root, which is still that of nowhere before anything was said there."""
        if where.born is None:
            return where
        locator = where.address.locator
        root = self._known.get(locator) or await self._found(where, where.born)
        if root:
            self.began(where, root)
        return replace(where, root=root or where.root)

    def began(self, where: Place, root: str) -> None:
        """What was said first there has this timestamp."""
        self._known[where.address.locator] = root

    async def _found(self, where: Place, born: int) -> str:
        us, since, seen = await self._who(), born / 1000 - SKEW_SECONDS, 0
        there = history(self._web, where.channel, MOST_LOOKED_AT, since=f"{since:.6f}")
        async for message in there:
            if mark(message, us.bot, MARK) == where.root:
                return str(message["ts"])
            seen += 1
        if seen < MOST_LOOKED_AT:
            return ""
        message = "Too much was said in the channel since to find where this thread stands in it."
        raise Undeliverable(message)


class Homes:
    """For the hearing side: whose thread it is that stands under a message of ours."""

    def __init__(self, web: Web, us: Us) -> None:
        self._web = web
        self._us = us
        self._known = Latest[str]()

    async def settled(self, said: Said) -> Said:
        """What was said, at the address of its thread."""
        if not said.is_reply or said.parent not in ("", self._us.user):
            return said
        address = (await self._home(said.place)).address
        return replace(said, words=replace(said.words, address=address))

    async def of(self, remark: Remark) -> Remark:
        """What became of a message, at the address of its thread."""
        where = place(remark.address)
        if remark.about.endswith(f"/{where.root}"):
            return remark
        return replace(remark, address=(await self._home(where)).address)

    async def _home(self, where: Place) -> Place:
        name = f"{where.channel}/{where.root}"
        if name not in self._known:
            self._known[name] = await self._asked(where)
        return replace(where, root=self._known[name] or where.root)

    async def _asked(self, where: Place) -> str:
        try:
            root = await root_of(self._web, where.channel, where.root)
        except (Undeliverable, Refused):
            return ""  # What it hung under is gone, and with it whose it was.
        return mark(root, self._us.bot, MARK)
