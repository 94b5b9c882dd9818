"""Rig: slack_sdk's own clients, for the tests that let them talk to the server."""

# slack_sdk and slack-bolt leave their arguments half typed.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import Json, as_object


def client(slack: SlackServer, token: str) -> AsyncWebClient:
    """A web client without retries of its own."""
    return AsyncWebClient(token, base_url=slack.api_url, retry_handlers=[])


async def ask(
    slack: SlackServer, method: str, arguments: Mapping[str, object], token: str | None = None
) -> Json:
    """What the server answers to the real client, be it a refusal."""
    asking = client(slack, slack.token if token is None else token)
    try:
        answer = await asking.api_call(method, json=dict(arguments))
    except SlackApiError as refused:
        answer = refused.response
    return as_object(answer.data)


async def error(
    slack: SlackServer, method: str, arguments: Mapping[str, object], token: str | None = None
) -> str:
    """The code of the refusal; empty where there was none."""
    return str((await ask(slack, method, arguments, token)).get("error", ""))


async def by_form(slack: SlackServer, method: str, form: Mapping[str, str]) -> Json:
    """The same with a plain form and no header."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(slack.api_url + method, data=dict(form)) as response,
    ):
        return as_object(await response.json())


@dataclass(slots=True)
class Ear:
    """A bolt app that notes all it is told and acknowledges it; submissions are answered from `answers`."""

    app: AsyncApp
    answers: list[Json] = field(default_factory=list[Json])
    heard: list[Json] = field(default_factory=list[Json])
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def next(self, kind: str) -> Json:
        """The oldest body of this type (`event_callback`, `block_actions`; empty: a command) not yet taken."""
        async with asyncio.timeout(10), self.came:
            await self.came.wait_for(lambda: any(_kind(body) == kind for body in self.heard))
            found = next(body for body in self.heard if _kind(body) == kind)
            self.heard.remove(found)
            return found

    async def event(self) -> Json:
        """The next event that was told."""
        return as_object((await self.next("event_callback"))["event"])

    async def note(self, body: Json) -> BoltResponse:
        """A global middleware that never goes on, as an adapter's would be."""
        async with self.came:
            self.heard.append(body)
            self.came.notify_all()
        answer = self.answers.pop(0) if body.get("type") == "view_submission" else {}
        return BoltResponse(status=200, body=answer or "")


def _kind(body: Json) -> str:
    return str(body.get("type", ""))


def ear(slack: SlackServer) -> Ear:
    heard = Ear(
        AsyncApp(client=client(slack, slack.token), signing_secret=slack.app.signing_secret)
    )

    async def note(body: Json) -> BoltResponse:
        return await heard.note(body)

    heard.app.use(note)
    return heard


@asynccontextmanager
async def on_socket(slack: SlackServer, listener: Ear) -> AsyncGenerator[AsyncSocketModeHandler]:
    """Bolt's Socket Mode, connected."""
    socket = AsyncSocketModeHandler(listener.app, slack.app.app_token)
    before = slack.sockets.opened
    await socket.connect_async()
    await slack.until(lambda: slack.sockets.opened > before)
    try:
        yield socket
    finally:
        await socket.close_async()
