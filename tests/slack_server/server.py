"""Slack server: a strict stand-in for Slack on a free port of loopback.

    async with SlackServer(manifest) as slack:
        alice = slack.team.person("alice")
        channel = slack.team.channel("releases", [alice, slack.bot])
        slack.people.say(alice, channel, f"{slack.mention} release, please")

Every refusal carries the page of the vendor's that says so (`shapes.Refused`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Self

from aiohttp import web

from tests.slack_server.api import Api
from tests.slack_server.consent import Consent
from tests.slack_server.files import FileDesk
from tests.slack_server.http_events import HttpRoad
from tests.slack_server.install import Seat, app_of
from tests.slack_server.people import People
from tests.slack_server.workspace import Person, Workspace
from tests.slack_server.world import Code, World

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
        self.rates = self.world.rates
        self.respond = self.world.respond
        self.sockets = self.world.sockets
        self._port = port
        self._http: HttpRoad | None = None
        self._runner = web.AppRunner(self._application(), shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.world.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.respond.base = self.world.url
        self.team = self.world.workspace(TEAM, "stand-in")
        self.seat = self.world.install(self.team)
        self.people = People(self.world, self.team)
        self.post.road = self.sockets
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.post.close()
        self.sockets.drop()
        if self._http:
            await self._http.close()
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

    async def over_http(self, url: str) -> None:
        """Tells the app over HTTP from now on, once the URL answers the challenge. Raises `BadRequestUrl`."""
        if self._http:
            await self._http.close()
        self._http = HttpRoad(self.clock, url, self.app.signing_secret)
        await self._http.challenge()
        self.post.road = self._http

    async def until(self, holds: Callable[[], bool], seconds: float = 10) -> None:
        """Returns once this holds, looking after every call of the app and every delivery. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            await self.world.until(holds)

    def another_team(self, team: str, name: str) -> tuple[Workspace, People]:
        """A second workspace, where the app is not installed yet."""
        made = self.world.workspace(team, name)
        return made, People(self.world, made)

    def consent(self, workspace: Workspace, user: Person) -> str:
        """What the consent page sends back after this person agreed: the `code` for `oauth.v2.access`."""
        code = f"code-{next(self.world.numbers)}"
        self.world.codes[code] = Code(workspace, user.id)
        return code

    def visit(self, workspace: Workspace, user: Person) -> None:
        """From here on the consent page is seen by this person, signed in to this workspace, who agrees."""
        self.world.visitor = Code(workspace, user.id)

    def uninstall(self, workspace: Workspace | None = None) -> None:
        """Somebody removes the app from there: it is told, and its token is dead."""
        team = workspace or self.team
        seat, people = self.world.seat(team), People(self.world, team)
        self.world.revoked.add(seat.token)
        for event in ("tokens_revoked", "app_uninstalled"):
            tokens = {"bot": [seat.bot.id]}
            people.tell(event, {"type": event, "tokens": tokens, "event_ts": team.next_ts()})

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=32 * 1024 * 1024)
        desk = FileDesk(self.world)
        application.router.add_route("*", "/api/{method}", Api(self.world).serve)
        application.router.add_get("/oauth/v2/authorize", Consent(self.world).serve)
        application.router.add_get("/link", self.sockets.serve)
        application.router.add_post("/upload/{file}", desk.take)
        application.router.add_get("/files/{file}/{rest:.+}", desk.give)
        application.router.add_get("/signin", desk.sign_in)
        application.router.add_post("/respond/{name}", self.respond.serve)
        return application
