"""Ears: one app heard in many workspaces; each event is answered as, and by the token of, the workspace that it comes from."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import cast

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.web.async_client import AsyncWebClient

from bot.kit.arrival import Arrivals
from bot.kit.channel import Undeliverable
from bot.kit.people import People
from bot.kit.safe import Safe
from channels.slack.api import Web
from channels.slack.listen import HEARD, Listener
from channels.slack.offices import ByTeam, Offices
from channels.slack.presses import SECONDS
from channels.slack.reader import look_of
from channels.slack.words import words

Authorize = Callable[..., Awaitable[AuthorizeResult]]
log = structlog.get_logger()
GONE = frozenset({"app_uninstalled", "tokens_revoked"})


class Ears:
    """A listener for each workspace, begun when something is first heard from there."""

    def __init__(
        self,
        offices: Offices,
        people: People,
        arrivals: Arrivals,
        flow: AsyncOAuthFlow,
        safe: Safe,
    ) -> None:
        self._offices = offices
        self._people = people
        self._flow = flow
        self._there = ByTeam(offices, lambda us, web: Listener(web, us, people, arrivals, safe))
        self._catching: asyncio.Task[None] | None = None

    def app(self, signing_secret: str = "") -> AsyncApp:
        """Bolt with the way to install it; who may speak to it is looked up in the safe."""
        app = AsyncApp(
            client=AsyncWebClient(base_url=self._offices.api_url),
            signing_secret=signing_secret,
            logger=logging.getLogger("channels.slack"),
            authorize=cast("Authorize", _Known(self._offices, self._people)),
            oauth_flow=self._flow,
        )
        app.middleware(self._hear)  # pyright: ignore[reportUnknownMemberType]
        return app

    def catch_up(self) -> None:
        """Begins to read back what was missed, in every workspace."""
        if self._catching is None or self._catching.done():
            self._catching = asyncio.create_task(self._catch_up())

    async def _catch_up(self) -> None:
        try:
            for team in await self._offices.teams():
                listener = await self._there.of(team)
                if listener:
                    listener.catch_up()
        except Exception as error:  # noqa: BLE001 - best effort: what is told from here on is heard all the same
            log.warning("not read back", error=str(error)[:300])

    async def settled(self) -> None:
        """Ends what is under way beside the listening, within a few seconds."""
        if self._catching:
            self._catching.cancel()
        await asyncio.gather(*(listener.settled() for listener in self._there.made().values()))

    async def _hear(self, body: dict[str, object], context: AsyncBoltContext) -> BoltResponse:
        team = context.team_id or ""
        event = cast("Mapping[str, object]", body.get("event") or {})
        if body.get("type") == "event_callback" and event.get("type") in GONE:
            await self._gone(team, event, body.get("event_time"))
            return BoltResponse(status=200, body=HEARD)
        listener = await self._there.of(team)
        return await listener.hear(body) if listener else BoltResponse(status=200, body=HEARD)

    # ---- a workspace that takes the app away -----------------------------------------------------------
    async def _gone(self, team: str, event: Mapping[str, object], told: object) -> None:
        """Its tokens are dropped. Told late, after it was installed anew, Slack is asked whether the new one lives."""
        installs = self._offices.installs
        bot = await installs.async_find_bot(team_id=team)
        if (
            bot
            and isinstance(told, int)
            and told < int(bot.installed_at)
            and await self._lives(bot)
        ):
            return
        if event.get("type") == "app_uninstalled":
            await installs.async_delete_all(enterprise_id=None, team_id=team)
            return
        tokens = cast("Mapping[str, list[str]]", event.get("tokens") or {})
        for user in tokens.get("oauth") or []:
            await installs.async_delete_installation(enterprise_id=None, team_id=team, user_id=user)
        if tokens.get("bot"):
            await installs.async_delete_bot(enterprise_id=None, team_id=team)

    async def _lives(self, bot: Bot) -> bool:
        try:
            await Web(bot.bot_token, self._offices.api_url).granted()
        except Undeliverable:
            return False
        return True


class _Known(AsyncAuthorize):
    """Who we are where this comes from. Slack is not asked: the token was tried when the app was installed.

    Where the safe does not say in time, whoever pressed is told so, as where the press itself cannot be stored.
    """

    def __init__(self, offices: Offices, people: People) -> None:
        super().__init__()
        self._offices = offices
        self._people = people

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult | None:
        try:
            async with asyncio.timeout(SECONDS):
                there = await self._offices.there(team_id or "")
        except Exception:
            await self._say_so(context.response_url, user_id or "")
            raise
        if there is None:
            return None
        us, web = there
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=us.team,
            bot_user_id=us.user,
            bot_id=us.bot,
            bot_token=web.client.token,
        )

    async def _say_so(self, url: str | None, user: str) -> None:
        """At the address that came with a press: the token is what nobody knows."""
        if url is None:
            return
        told = words(look_of(user, self._people).language).try_again
        with suppress(Exception):
            async with asyncio.timeout(SECONDS):
                await Web("", self._offices.api_url).answer(url, told)
