"""Offices: the workspaces the app is in, each spoken to with its own token and with no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from bot.core.events import Event
from bot.core.outbox import Outgoing
from bot.core.thread import Thread
from bot.core.values import Address
from bot.kit.channel import Fate, Fetched, Undeliverable
from bot.kit.people import People
from bot.kit.pulse import Pulse
from channels.slack.address import is_apart, place
from channels.slack.api import Web
from channels.slack.connect import introduced
from channels.slack.installs import Installs
from channels.slack.marks import Receipt
from channels.slack.parse import Us
from channels.slack.send import Slack, written

There = TypeVar("There")


class Offices:
    """Those that installed the app, and the one whose token is set, if one is."""

    def __init__(self, installs: Installs, api_url: str, token: str = "") -> None:
        self.installs = installs
        self.api_url = api_url
        self._home = Web(token, api_url) if token else None
        self._us_at_home: Us | None = None
        self._webs: dict[str, Web] = {}
        self._known: dict[str, tuple[Us, Web]] = {}

    async def web(self, team: str) -> Web:
        """Slack's methods by the token of this workspace. Raises `Undeliverable` where there is none."""
        there = await self.there(team)
        if there is None:
            raise _nobody_in(team)
        return there[1]

    async def teams(self) -> list[str]:
        """Every workspace that the app is in."""
        home = await self._at_home()
        return list(dict.fromkeys([*await self.installs.teams(), *([home.team] if home else [])]))

    async def there(self, team: str) -> tuple[Us, Web] | None:
        """Who we are there and its methods, by the token of whoever installed it there, or else by the one that is set; None: it is not, or may not be."""
        found = await self._found(team)
        if found:
            self._known[team] = found
        else:
            self._known.pop(team, None)
        return found

    def known(self, team: str) -> tuple[Us, Web] | None:
        """The same as it was when that was looked up last; None: it was not, or there was nobody."""
        return self._known.get(team)

    async def _found(self, team: str) -> tuple[Us, Web] | None:
        bot = await self.installs.async_find_bot(team_id=team)
        if bot is None:
            home = await self._at_home()
            return (home, self._home) if home and self._home and home.team == team else None
        web = self._webs.get(team)
        if web is None or web.client.token != bot.bot_token:
            web = self._webs[team] = Web(bot.bot_token, self.api_url)
        return Us(team, bot.bot_user_id, bot.bot_id), web

    async def _at_home(self) -> Us | None:
        if self._us_at_home is None and self._home is not None:
            self._us_at_home = await introduced(self._home)
        return self._us_at_home


class ByTeam(Generic[There]):
    """What serves one workspace each: made when it is first wanted, and anew where its token has changed."""

    def __init__(self, offices: Offices, make: Callable[[Us, Web], There]) -> None:
        self._offices = offices
        self._make = make
        self._made: dict[str, tuple[Web, There]] = {}

    async def of(self, team: str) -> There | None:
        """None: the app is not installed there, or may not be."""
        there = await self._offices.there(team)
        if there is None:
            return None
        us, web = there
        known = self._made.get(team)
        if known is None or known[0] is not web:
            known = self._made[team] = (web, self._make(us, web))
        return known[1]

    def made(self) -> dict[str, There]:
        return {team: there for team, (_, there) in self._made.items()}


class Everywhere:
    """The Slack channel of all these workspaces: a message goes where its address says, by the token of that workspace."""

    def __init__(self, offices: Offices, people: People, pulse: Pulse | None = None) -> None:
        self._offices = offices
        self._there = ByTeam(offices, lambda _, web: Slack(web, people, pulse))

    async def find(self, address: Address, key: str) -> str | None:
        return await (await self._of(place(address).team)).find(address, key)

    async def send(self, address: Address, message: Outgoing) -> str:
        return await (await self._of(place(address).team)).send(address, message)

    async def tell(self, address: Address, person: str, text: str) -> None:
        await (await self._of(place(address).team)).tell(address, person, text)

    async def change(self, receipt: str, key: str, fate: Fate) -> None:
        await (await self._of(Receipt.read(receipt).team)).change(receipt, key, fate)

    async def fetch(self, file: str) -> Fetched:
        return await (await self._of(file.partition("/")[0])).fetch(file)

    async def members(self, group: str) -> tuple[str, ...]:
        """A group is one workspace's, so it has to be named with it. Raises as the one of that workspace does."""
        team, _, _ = group.rpartition("/")
        if not team:
            raise Undeliverable(f"which workspace's? Write T…/{group}")
        return await (await self._of(team)).members(group)

    async def locate(self, name: str) -> str:
        """A channel is one workspace's; without it the one that the app is in, if it is in one alone."""
        return await (await self._of(name.rpartition("/")[0])).locate(name)

    def explains(self, given: Address, thread: Address) -> bool:
        return is_apart(given, thread)

    def written(self, receipt: str) -> int:
        return written(receipt)

    def show(self, thread: Thread, events: Sequence[Event]) -> None:
        """Nothing where this process has not spoken yet: it would have to wait for the token."""
        if slack := self._open(thread):
            slack.show(thread, events)

    def leave(self, thread: Thread) -> None:
        if slack := self._open(thread):
            slack.leave(thread)

    async def settled(self) -> None:
        await asyncio.gather(*(slack.settled() for slack in self._there.made().values()))

    def _open(self, thread: Thread) -> Slack | None:
        team = place(thread.address).team if thread.address else ""
        return self._there.made().get(team)

    async def _of(self, team: str) -> Slack:
        """Where no workspace is named it is the one that the app is in, if it is in one alone."""
        teams = [] if team else await self._offices.teams()
        if len(teams) > 1:
            message = "whose account is that? In several workspaces write T…/U… in the people file"
            raise Undeliverable(message)
        slack = await self._there.of(team or "".join(teams))
        if slack is None:
            raise _nobody_in(team)
        return slack


def _nobody_in(team: str) -> Undeliverable:
    return Undeliverable(f"The app is not installed in the workspace {team}, or may not be.")
