"""Standing: whether somebody whom the people file does not name is a member here, a guest, or from outside."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import cast

from bot.kit.arrival import Standing, Words
from bot.kit.channel import Undeliverable
from bot.kit.latest import Latest
from bot.kit.people import People
from channels.slack.address import CHANNEL
from channels.slack.api import Json, Refused, Web
from channels.slack.parse import Us

REMEMBERED_SECONDS = 600.0


class Standings:
    """Who is who in one workspace, asked once in a while."""

    def __init__(self, web: Web, us: Us, people: People) -> None:
        self._web = web
        self._us = us
        self._people = people
        self._turned_away = Latest[None]()
        self._known = Latest[tuple[float, asyncio.Task[Standing]]]()

    async def judged(self, words: Words) -> Words:
        """The words with the standing of whoever asks the bot by them; for all others what the words themselves tell is enough.

        Raises OSError where Slack cannot say: to be told of the words again is better than to trust or to lose them.
        """
        if words.aim != "bot" or words.standing == "bot":
            return words
        return replace(words, standing=await self.of(words.person))

    async def of(self, user: str) -> Standing:
        """What they are here; whoever the people file names is one of us. Raises OSError where Slack cannot say."""
        return "member" if self._people.alias_of(CHANNEL, user) else await self._of(user)

    def turned_away(self, user: str) -> bool:
        """Notes that this person was, and says whether it is the first time."""
        is_first = user not in self._turned_away
        self._turned_away[user] = None
        return is_first

    async def _of(self, user: str) -> Standing:
        """Asked once for all who wait to know."""
        now = asyncio.get_running_loop().time()
        until, asking = self._known.get(user, (0.0, None))
        if asking is None or until < now:
            asking = asyncio.create_task(self._asked(user))
            self._known[user] = (now + REMEMBERED_SECONDS, asking)
        try:
            return await asyncio.shield(asking)
        except OSError:
            self._known.pop(user, None)
            raise

    async def _asked(self, user: str) -> Standing:
        try:
            answer = await self._web.call("users.info", {"user": user})
        except (Undeliverable, Refused):
            return "outsider"  # Slack does not let us see them.
        return standing_of(cast("Json", answer["user"]), self._us.team)


def standing_of(user: Json, team: str) -> Standing:
    """What Slack's user object says (docs: reference/objects/user-object); in an organisation one belongs to several teams."""
    organisation = user.get("enterprise_user")
    teams = organisation.get("teams") if isinstance(organisation, dict) else None
    ours = isinstance(teams, list) and team in teams
    if user.get("is_stranger") or (user.get("team_id") != team and not ours):
        return "outsider"
    return "guest" if user.get("is_restricted") or user.get("is_ultra_restricted") else "member"
