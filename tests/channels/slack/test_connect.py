"""Connect: who Slack says we are, and that a socket which passes nothing on is renewed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.kit.people import People
from channels.slack import connect
from channels.slack.api import Web
from channels.slack.connect import NotWelcome, introduced, over_socket
from channels.slack.listen import Listener
from channels.slack.manifest import SCOPES, manifest
from channels.slack.parse import Us
from tests.channels.slack.porch import Porch
from tests.slack_server.server import SlackServer


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
        ear = Listener(Web(slack.token, slack.api_url), Us("T", "U"), People(), Porch())
        with pytest.raises(NotWelcome, match="SLACK_APP_TOKEN"):
            await over_socket(ear, slack.token, asyncio.Event(), lambda: None)


async def test_a_socket_that_is_deaf_is_renewed_and_hears_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connect, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(connect, "SILENT_SECONDS", 0.5)
    async with SlackServer(manifest()) as slack:
        alice = slack.team.person("alice")
        channel = slack.team.channel("releases", [alice, slack.bot])
        reach, porch, stop, ready = (
            Web(slack.token, slack.api_url),
            Porch(),
            asyncio.Event(),
            asyncio.Event(),
        )
        ear = Listener(reach, await introduced(reach), People(), porch)
        running = asyncio.create_task(over_socket(ear, slack.app.app_token, stop, ready.set))
        await ready.wait()
        slack.sockets.deafen()
        opened = slack.sockets.opened
        await slack.until(lambda: slack.sockets.opened > opened)
        slack.people.say(alice, channel, f"{slack.mention} can you hear me?")
        async with asyncio.timeout(10):
            await porch.heard.wait()
        stop.set()
        await running
    assert porch.said[0].text == "can you hear me?"
