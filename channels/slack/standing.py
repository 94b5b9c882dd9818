"""Standing: whether somebody whom the people file does not name is a member here, a guest, or from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from bot.kit.arrival import Remark, Standing, Words
from bot.kit.channel import Undeliverable
from bot.kit.latest import Latest
from bot.kit.people import People
from channels.slack.address import CHANNEL
from channels.slack.api import Json, Refused, Web
from channels.slack.parse import Us

REMEMBERED_SECONDS = 600.0
# What words are only marked with holds nothing up for longer, and asks of no more people at once.
MARK_SECONDS = 0.5
MOST_ASKED = 20


class Standings:
    """Who is who in one workspace, asked once in a while."""

    def __init__(self, web: Web, us: Us, people: People) -> None:
        self._web = web
        self._us = us
        self._people = people
        self._turned_away = Latest[None]()
        self._known = Latest[tuple[float, asyncio.Task[Standing]]]()

    async def judged(self, words: Words) -> Words:
        """The words with the standing of whoever asks the bot by them; and as what those are noted whose words ask nothing.

        Raises OSError where Slack cannot say who asks: to be told of the words again is better than to trust or to lose them.
        """
        if words.aim == "bot" and words.standing != "bot":
            words = replace(words, standing=await self.of(words.person))
        said = [each for each in (*words.before, words) if each.standing == "member"]
        found = await self._in_time([each.person for each in said])
        before = (replace(each, noted_as=found.get(each.person)) for each in words.before)
        return replace(words, before=tuple(before), noted_as=found.get(words.person))

    async def marked(self, remark: Remark) -> Remark:
        """The remark with the standing of whoever made it."""
        if remark.standing != "member":
            return remark
        found = await self._in_time([remark.person])
        return replace(remark, standing=found[remark.person])

    async def of(self, user: str) -> Standing:
        """What they are here; whoever the people file names is one of us. Raises OSError where Slack cannot say."""
        return "member" if self._is_named(user) else await asyncio.shield(self._asking(user))

    def is_at_hand(self, user: str) -> bool:
        """Whether that is known without asking."""
        return self._is_named(user) or self._told(user) != "unknown"

    def turned_away(self, user: str) -> bool:
        """Notes that this person was, and says whether it is the first time."""
        is_first = user not in self._turned_away
        self._turned_away[user] = None
        return is_first

    async def _in_time(self, users: Iterable[str]) -> dict[str, Standing]:
        """What these are; unknown of those of whom Slack does not say so in time, be it asked on. The last ones come first."""
        there = list(dict.fromkeys(users))
        asked = [user for user in reversed(there) if not self.is_at_hand(user)][:MOST_ASKED]
        if asked:
            await asyncio.wait([self._asking(user) for user in asked], timeout=MARK_SECONDS)
        return {user: "member" if self._is_named(user) else self._told(user) for user in there}

    def _is_named(self, user: str) -> bool:
        return user == self._us.user or self._people.alias_of(CHANNEL, user) is not None

    def _told(self, user: str) -> Standing:
        """What Slack said lately."""
        until, asking = self._known.get(user, (0.0, None))
        is_old = until < asyncio.get_running_loop().time()
        if is_old or asking is None or not asking.done() or _has_failed(asking):
            return "unknown"
        return asking.result()

    def _asking(self, user: str) -> asyncio.Task[Standing]:
        """Asked once for all who wait to know."""
        now = asyncio.get_running_loop().time()
        until, asking = self._known.get(user, (0.0, None))
        if asking is None or until < now or _has_failed(asking):
            asking = asyncio.create_task(self._asked(user))
            asking.add_done_callback(_has_failed)  # Nobody may be waiting for it by then.
            self._known[user] = (now + REMEMBERED_SECONDS, asking)
        return asking

    async def _asked(self, user: str) -> Standing:
        try:
            answer = await self._web.call("users.info", {"user": user})
        except (Undeliverable, Refused):
            return "outsider"  # Slack does not let us see them.
        return standing_of(cast("Json", answer["user"]), self._us.team)


def _has_failed(asking: asyncio.Task[Standing]) -> bool:
    return asking.done() and (asking.cancelled() or asking.exception() is not None)


def standing_of(user: Json, team: str) -> Standing:
    """What Slack's user object says (docs: reference/objects/user-object); in an organisation one belongs to several teams."""
    organisation = user.get("enterprise_user")
    teams = organisation.get("teams") if isinstance(organisation, dict) else None
    ours = isinstance(teams, list) and team in teams
    if user.get("is_stranger") or (user.get("team_id") != team and not ours):
        return "outsider"
    return "guest" if user.get("is_restricted") or user.get("is_ultra_restricted") else "member"
