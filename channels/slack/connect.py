"""Connect: who we are in the workspace, and the socket that stands until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import structlog
from pydantic import ValidationError
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient

from bot.kit.channel import Undeliverable
from bot.kit.pulse import Pulse
from channels.slack.api import Refused, Web
from channels.slack.compare import missing
from channels.slack.parse import Us, us_of
from channels.slack.payload import Envelope

CHECK_SECONDS = 10.0
SILENT_SECONDS = 300.0
# What we wrote comes back within a second or two, unless Slack is slow.
DEAF_SECONDS = 30.0
RENEW_SECONDS = 20.0
log = structlog.get_logger()


class Hearing(Protocol):
    """What listens: in one workspace, or in many."""

    def app(self, signing_secret: str = "") -> AsyncApp:
        """Bolt, which hands it everything."""
        ...

    def catch_up(self) -> None:
        """Begins to read back what was missed."""
        ...

    async def settled(self) -> None:
        """Ends what is under way beside the listening."""
        ...


class NotWelcome(Exception):
    """Slack does not take us as we are set up; the sentence says what to mend."""


async def introduced(web: Web) -> Us:
    """Who the bot's token makes us, after a look at what it was granted. Raises `NotWelcome`."""
    try:
        said, granted = await web.granted()
    except (Undeliverable, Refused) as error:
        raise NotWelcome(f"SLACK_BOT_TOKEN: {error}") from error
    if lost := missing(granted):
        mend = "install it anew with what `bot slack manifest` prints"
        raise NotWelcome(f"The Slack app lacks {', '.join(lost)}: {mend}.")
    return us_of(said)


async def over_socket(
    listener: Hearing,
    token: str,
    pulse: Pulse,
    stop: asyncio.Event,
    ready: Callable[[], None],
) -> None:
    """Socket Mode, until told to stop; whenever a socket stands, what was missed is read back. Raises `NotWelcome` where the app's token is not taken."""
    app = listener.app()
    url = await _socket_url(Web(token, app.client.base_url))
    mode = AsyncSocketModeHandler(app, token)
    ear = _Ear(lambda: (ready(), listener.catch_up()), pulse)
    mode.client.message_listeners.append(ear.heard)  # pyright: ignore[reportUnknownMemberType]
    # The client's own first request would be repeated for ever, whatever Slack says to it.
    mode.client.wss_uri = url
    try:
        await mode.connect_async()
        while not await _told(stop, CHECK_SECONDS):
            await ear.look(mode.client)
    finally:
        await mode.close_async()


async def _told(stop: asyncio.Event, seconds: float) -> bool:
    """Whether we are told to stop within so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
    return stop.is_set()


async def _socket_url(web: Web) -> str:
    try:
        answer = await web.call("apps.connections.open", {})
    except (Undeliverable, Refused) as error:
        raise NotWelcome(f"SLACK_APP_TOKEN: {error}") from error
    return str(answer["url"])


class _Ear:
    """Whether anything is heard. A socket can stand, answer every ping and pass nothing on: then what we wrote does not come back.

    Where it never does, be it for want of an event that the app should be subscribed to, it is waited for longer each time.
    """

    def __init__(self, stands: Callable[[], object], pulse: Pulse) -> None:
        self._stands = stands
        self._pulse = pulse
        self._patience = DEAF_SECONDS
        self._heard_at = asyncio.get_running_loop().time()

    async def heard(
        self, client: AsyncBaseSocketModeClient, message: dict[str, object], raw: str | None
    ) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if message.get("type") == "hello":
            self._stands()
        elif _is_echo(message):
            self._patience = DEAF_SECONDS

    async def look(self, client: AsyncBaseSocketModeClient) -> None:
        silent = asyncio.get_running_loop().time() - self._heard_at
        deaf = await self._is_deaf(silent)
        if not deaf and silent < SILENT_SECONDS and await client.is_connected():
            return
        log.warning("socket renewed", silent_seconds=round(silent), unheard=deaf)
        self._heard_at = asyncio.get_running_loop().time()
        with suppress(Exception):
            async with asyncio.timeout(RENEW_SECONDS):
                await client.connect_to_new_endpoint(force=True)

    async def _is_deaf(self, silent: float) -> bool:
        """Whether what was written is overdue. Nobody knows that while Redis is away."""
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                deaf = await self._pulse.unheard(silent, self._patience)
        except Exception:  # noqa: BLE001 - the longer silence is noticed without it
            return False
        if deaf:
            self._patience = min(2 * self._patience, SILENT_SECONDS)
        return deaf


def _is_echo(envelope: dict[str, object]) -> bool:
    try:
        return Envelope.model_validate(envelope).is_echo
    except ValidationError:
        return False
