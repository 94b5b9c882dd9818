"""Rig: slack_sdk's own clients, for the tests that let them talk to the server."""

# slack_sdk and slack-bolt leave their arguments half typed.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import Json, as_object


def client(slack: SlackServer, token: str = "") -> AsyncWebClient:
    """A web client without retries of its own."""
    return AsyncWebClient(token or slack.token, base_url=slack.api_url, retry_handlers=[])


async def ask(slack: SlackServer, method: str, arguments: Mapping[str, object]) -> Json:
    """What the server answers to the real client, be it a refusal."""
    try:
        answer = await client(slack).api_call(method, json=dict(arguments))
    except SlackApiError as refused:
        answer = refused.response
    return as_object(answer.data)


async def error(slack: SlackServer, method: str, arguments: Mapping[str, object]) -> str:
    """The code of the refusal; empty where there was none."""
    return str((await ask(slack, method, arguments)).get("error", ""))


@dataclass(slots=True)
class Ear:
    """A bolt app that notes all it is told and acknowledges it."""

    app: AsyncApp
    heard: asyncio.Queue[Json] = field(default_factory=asyncio.Queue[Json])

    async def next(self) -> Json:
        async with asyncio.timeout(10):
            return await self.heard.get()

    async def event(self) -> Json:
        """The next event that was told."""
        return as_object((await self.next())["event"])


def ear(slack: SlackServer) -> Ear:
    made = Ear(AsyncApp(client=client(slack), signing_secret=slack.app.signing_secret))

    async def note(body: Json) -> None:
        await made.heard.put(body)

    for kind in ("app_mention", "message", "app_home_opened", "agent_session_stopped"):
        made.app.event(kind)(note)
    return made


@asynccontextmanager
async def on_socket(slack: SlackServer, listener: Ear) -> AsyncGenerator[AsyncSocketModeHandler]:
    """Bolt's Socket Mode, connected."""
    socket = AsyncSocketModeHandler(listener.app, slack.app.app_token)
    await socket.connect_async()
    await slack.sockets.connected()
    try:
        yield socket
    finally:
        await socket.close_async()
