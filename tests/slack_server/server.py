"""Slack server: a strict stand-in for Slack on a free port of loopback.

async with SlackServer(manifest) as slack:
    alice = slack.team.person("alice")
    channel = slack.team.channel("releases", [alice, slack.bot])
    slack.people.say(alice, channel, f"{slack.mention} release, please")
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from aiohttp import web

from tests.slack_server.api import Api
from tests.slack_server.install import Seat, app_of
from tests.slack_server.people import People
from tests.slack_server.workspace import Person, Workspace
from tests.slack_server.world import World

TEAM = "T00000001"


class SlackServer:
    """The server, while the `async with` lasts: `team` is its workspace, `people` act in it, `bot` is the app's user."""

    team: Workspace
    seat: Seat
    people: People

    def __init__(self, manifest: Mapping[str, object], port: int = 0) -> None:
        self.app = app_of(manifest)
        self.world = World(self.app)
        self.clock = self.world.clock
        self.ledger = self.world.ledger
        self.faults = self.world.faults
        self.post = self.world.post
        self.sockets = self.world.sockets
        self._port = port
        application = web.Application()
        application.router.add_route("*", "/api/{method}", Api(self.world).serve)
        application.router.add_get("/link", self.sockets.serve)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.world.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.team = self.world.workspace(TEAM, "stand-in")
        self.seat = self.world.install(self.team)
        self.people = People(self.world, self.team)
        self.post.road = self.sockets
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.post.close()
        await self.sockets.drop()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL is set to."""
        return f"{self.world.url}/api/"

    @property
    def bot(self) -> Person:
        return self.seat.bot

    @property
    def token(self) -> str:
        return self.seat.token

    @property
    def mention(self) -> str:
        return f"<@{self.bot.id}>"
