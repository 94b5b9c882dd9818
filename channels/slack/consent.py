"""Consent: how a workspace installs the app: to Slack's page with a ticket, and back with a code that becomes a token."""

from __future__ import annotations

import logging
from base64 import b64encode
from urllib.parse import urljoin

from slack_bolt.oauth.async_callback_options import AsyncFailureArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from channels.slack.installs import STATE_SECONDS, Installs, Spent, States
from channels.slack.manifest import REDIRECT, SCOPES

INSTALL = "/slack/install"


def flow(
    client_id: str, client_secret: str, api_url: str, installs: Installs, states: States
) -> AsyncOAuthFlow:
    """The way to install it; where Slack's pages are follows from where its API is."""
    logger = logging.getLogger("channels.slack")
    settings = AsyncOAuthSettings(
        client_id=client_id,
        client_secret=client_secret,
        scopes=SCOPES,
        user_scopes=(),
        install_path=INSTALL,
        redirect_uri_path=REDIRECT,
        authorization_url=urljoin(api_url, "/oauth/v2/authorize"),
        installation_store=installs,
        installation_store_bot_only=True,
        state_store=states,
        state_expiration_seconds=STATE_SECONDS,
        logger=logger,
    )
    client = _Client(base_url=api_url, retry_handlers=[])
    return _Flow(states, client=client, logger=logger, settings=settings)


class _Flow(AsyncOAuthFlow):
    """Spends the ticket when Slack has taken the code, so that nothing is stored for anybody who comes with none."""

    def __init__(
        self,
        states: States,
        *,
        client: AsyncWebClient,
        logger: logging.Logger,
        settings: AsyncOAuthSettings,
    ) -> None:
        super().__init__(client=client, logger=logger, settings=settings)
        self._states = states

    async def handle_callback(self, request: AsyncBoltRequest) -> BoltResponse:
        """A page in any case: of two codes that come with one ticket at once, the second is told as one that comes later is."""
        try:
            return await super().handle_callback(request)
        except Spent:
            failure = AsyncFailureArgs(
                request=request,
                reason="invalid_state",
                suggested_status_code=401,
                settings=self.settings,
                default=self.default_callback_options,
            )
            return await self.failure_handler(failure)

    async def store_installation(
        self, request: AsyncBoltRequest, installation: Installation
    ) -> None:
        await self._states.spend(request.query["state"][0])
        await super().store_installation(request, installation)


class _Client(AsyncWebClient):
    """Tells who we are in a header made here: the way that slack-sdk makes it is on its way out of aiohttp, with a warning."""

    async def oauth_v2_access(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, *, client_id: str, client_secret: str, code: str, redirect_uri: str | None = None
    ) -> AsyncSlackResponse:
        basic = b64encode(f"{client_id}:{client_secret}".encode()).decode()
        asked = {"code": code, **({"redirect_uri": redirect_uri} if redirect_uri else {})}
        headers = {"Authorization": f"Basic {basic}"}
        return await self.api_call("oauth.v2.access", data=asked, headers=headers)  # pyright: ignore[reportUnknownMemberType]
