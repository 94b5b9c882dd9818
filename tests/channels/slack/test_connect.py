"""Connect: who Slack says we are, and that a socket which passes nothing on is renewed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import web

from bot.kit.people import People
from bot.kit.pulse import Pulse
from channels.slack import connect
from channels.slack.api import Web
from channels.slack.connect import NotWelcome, introduced, over_socket
from channels.slack.listen import Listener
from channels.slack.manifest import SCOPES, manifest
from channels.slack.parse import Us
from tests.channels.slack.porch import Chest, Porch
from tests.scenarios.slack_office import until
from tests.slack_server.server import SlackServer
from tests.slack_server.workspace import Channel, Person


@asynccontextmanager
async def a_slack_that_tells(scopes: str, port: int) -> AsyncGenerator[Web]:
    """Answers `auth.test` as Slack does, with the scopes of the token in a header."""

    async def who(_: web.Request) -> web.Response:
        said = {"ok": True, "team_id": "T1", "user_id": "U1", "bot_id": "B1"}
        return web.json_response(said, headers={"X-OAuth-Scopes": scopes})

    application = web.Application()
    application.router.add_post("/api/auth.test", who)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield Web("xoxb-1", f"http://127.0.0.1:{port}/api/")
    finally:
        await runner.cleanup()


async def test_we_are_who_slack_says(free_port: Callable[[], int]) -> None:
    async with a_slack_that_tells(", ".join([*SCOPES, "users:read"]), free_port()) as slack:
        assert await introduced(slack) == Us("T1", "U1", "B1")


async def test_a_scope_that_was_not_granted_is_named(free_port: Callable[[], int]) -> None:
    granted = ",".join(scope for scope in SCOPES if scope != "reactions:write")
    async with a_slack_that_tells(granted, free_port()) as slack:
        with pytest.raises(NotWelcome, match="lacks reactions:write"):
            await introduced(slack)


async def test_a_token_of_another_kind_is_not_welcome() -> None:
    async with SlackServer(manifest()) as slack:
        with pytest.raises(NotWelcome, match="SLACK_BOT_TOKEN"):
            await introduced(Web(slack.app.app_token, slack.api_url))
        ear = Listener(Web(slack.token, slack.api_url), Us("T", "U"), People(), Porch(), Chest())
        with pytest.raises(NotWelcome, match="SLACK_APP_TOKEN"):
            await over_socket(ear, slack.token, Told(), asyncio.Event(), lambda: None)


# ---- a socket that passes nothing on -----------------------------------------------------------------
class Told:
    """A pulse that says what it is told to, and keeps what it was asked."""

    def __init__(self, *says: bool | OSError) -> None:
        self.asked: list[float] = []
        self._says = list(says)

    async def said(self, seconds: float) -> None:
        raise AssertionError("a listener writes nothing")

    async def unheard(self, silent: float, after: float) -> bool:
        self.asked.append(after)
        say = self._says.pop(0) if self._says else False
        if isinstance(say, OSError):
            raise say
        return say


@dataclass
class Room:
    """A workspace with a listener on a socket."""

    slack: SlackServer
    porch: Porch
    alice: Person
    channel: Channel

    def say(self, who: Person, text: str) -> None:
        self.slack.people.say(who, self.channel, text)

    async def hears(self, text: str) -> None:
        self.say(self.alice, f"{self.slack.mention} {text}")
        async with asyncio.timeout(10):
            await self.porch.heard.wait()
        assert self.porch.said[0].text == text


@asynccontextmanager
async def listening(pulse: Pulse) -> AsyncGenerator[Room]:
    async with SlackServer(manifest()) as slack:
        alice = slack.team.person("alice")
        channel = slack.team.channel("releases", [alice, slack.bot])
        web, porch = Web(slack.token, slack.api_url), Porch()
        stop, ready = asyncio.Event(), asyncio.Event()
        ear = Listener(web, await introduced(web), People(), porch, Chest())
        running = asyncio.create_task(over_socket(ear, slack.app.app_token, pulse, stop, ready.set))
        await ready.wait()
        yield Room(slack, porch, alice, channel)
        stop.set()
        await running


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "CHECK_SECONDS", 0.05)


@pytest.mark.usefixtures("looking")
async def test_a_socket_that_is_silent_for_long_is_renewed_and_hears_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connect, "SILENT_SECONDS", 0.5)
    async with listening(Told()) as room:
        room.slack.sockets.deafen()
        opened = room.slack.sockets.opened
        await room.slack.until(lambda: room.slack.sockets.opened > opened)
        await room.hears("can you hear me?")


@pytest.mark.usefixtures("looking")
async def test_a_socket_on_which_what_we_wrote_is_overdue_is_renewed_and_hears_again() -> None:
    async with listening(Told(True)) as room:
        await room.slack.until(lambda: room.slack.sockets.opened == 2)
        await room.hears("can you hear me?")


@pytest.mark.usefixtures("looking")
async def test_where_nothing_comes_back_it_is_waited_for_longer_each_time() -> None:
    pulse = Told(*[True] * 6)
    async with listening(pulse) as room:
        await room.slack.until(lambda: room.slack.sockets.opened == 7)
        assert pulse.asked[:6] == [30, 60, 120, 240, 300, 300]


@pytest.mark.usefixtures("looking")
async def test_once_it_comes_back_the_wait_is_short_again() -> None:
    pulse = Told(True, True)
    async with listening(pulse) as room:
        await room.slack.until(lambda: room.slack.sockets.opened == 3)
        await until(lambda: pulse.asked[-1] == 120, "a longer wait")
        room.say(room.alice, "lunch?")
        await room.slack.post.settled()
        asked = len(pulse.asked)
        await until(lambda: len(pulse.asked) > asked + 1, "a look")
        assert pulse.asked[-1] == 120
        room.say(room.slack.bot, "what we wrote")
        await until(lambda: pulse.asked[-1] == 30, "a short wait")


@pytest.mark.usefixtures("looking")
async def test_a_store_that_is_away_renews_nothing() -> None:
    pulse = Told(*[ConnectionError("Redis is away")] * 5)
    async with listening(pulse) as room:
        await until(lambda: len(pulse.asked) > 6, "some looks")
        assert room.slack.sockets.opened == 1
        await room.hears("still there?")
