"""Api: Slack's Web API, its errors told apart: refused for good, refused as it stands, or perhaps done."""

# slack_sdk leaves its arguments and answers half typed; here they meet ours.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar, cast

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.kit.channel import Undeliverable
from channels.slack.blocks import File
from channels.slack.payload import Json

Answer = TypeVar("Answer")
DEFAULT_URL = "https://slack.com/api/"
MOST_WAITS = 4
SECONDS = 30
# Slack waits three seconds for us, and what it told has to be stored in them.
LOOK_SECONDS = 1.5

# All that is ever called, each with the scopes that Slack asks for it (docs: reference/methods); the manifest is made of them.
METHODS: dict[str, tuple[str, ...]] = {
    "agents.sessions.setStatus": ("chat:write",),
    "apps.connections.open": (),
    "apps.manifest.export": (),
    "auth.test": (),
    "bots.info": ("users:read",),
    "chat.getPermalink": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history", "mpim:history"),
    "conversations.replies": ("channels:history", "groups:history", "im:history", "mpim:history"),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.open": ("im:write",),
    "files.info": ("files:read",),
    "files.upload_v2": ("files:write",),
    "reactions.add": ("reactions:write",),
    "reactions.remove": ("reactions:write",),
    "usergroups.users.list": ("usergroups:read",),
    "users.conversations": ("channels:read", "groups:read"),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
}
# These take no JSON.
_READS = frozenset(
    {
        *("chat.getPermalink", "conversations.history", "conversations.info"),
        "conversations.replies",
        *("bots.info", "files.info", "usergroups.users.list", "users.info"),
        "users.conversations",
    }
)

MENDS = {
    "channel_not_found": "Slack knows no such channel, or the bot may not see it: invite it there.",
    "not_in_channel": "The bot is not in that channel: /invite it there.",
    "is_archived": "The channel is archived.",
    "channel_is_archived": "The channel is archived.",
    "user_not_found": "Slack knows no such person.",
    "user_disabled": "That person's account is switched off.",
    "user_not_visible": "The bot may not see that person.",
    "cannot_dm_bot": "That is another bot: it takes no direct messages.",
    "messages_tab_disabled": "The app takes no direct messages: `bot slack manifest` prints it as it should be.",
    "user_not_in_channel": "That person is not in the channel.",
    "thread_not_found": "The message that the thread hangs under is gone.",
    "cannot_reply_to_message": "Slack takes no replies to that message.",
    "restricted_action": "The workspace does not let the bot post in that channel.",
    "restricted_action_read_only_channel": "Nobody but a few may post in that channel.",
    "restricted_action_thread_only_channel": "That channel takes threads alone.",
    "not_authed": "Slack was given no token: set SLACK_BOT_TOKEN.",
    "invalid_auth": "Slack does not know this token: check SLACK_BOT_TOKEN.",
    "account_inactive": "The bot's token is of an app that is no longer installed: install it again.",
    "token_revoked": "The bot's token was revoked: install the app again and set SLACK_BOT_TOKEN.",
    "token_expired": "The bot's token has expired: set a new SLACK_BOT_TOKEN.",
    "team_access_not_granted": "The app is not granted to this workspace.",
    "missing_scope": "The app lacks a scope: `bot slack manifest` prints those it needs.",
    "not_allowed_token_type": "This is a token of another kind than the one that is needed.",
}
REFUSED_AS_IT_STANDS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text"}
)
AWAY = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", ""})


class NotAsItStands(Exception):
    """Slack refuses this form of the message; another may do."""


class Refused(Exception):
    """Slack refuses for a reason that we do not know; it may be another one next time."""


class NotGranted(Undeliverable):
    """The app was not granted the scope for this call."""


class SlowDown(ConnectionError):
    """Slack takes no more of these calls for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Slack cannot for now: ratelimited for {seconds:g} s")
        self.seconds = seconds


class Web:
    """Slack's methods. Told to slow down it waits, so many times; what may have arrived it never sends a second time."""

    def __init__(
        self,
        token: str,
        url: str = DEFAULT_URL,
        waits: int = MOST_WAITS,
        seconds: float = SECONDS,
    ) -> None:
        patient = AsyncRateLimitErrorRetryHandler(max_retry_count=waits)
        self._token = token
        self._url = url
        self.client = AsyncWebClient(
            token=token,
            base_url=url,
            timeout=seconds,  # pyright: ignore[reportArgumentType] - aiohttp takes parts of a second too
            retry_handlers=[patient],
        )

    def impatient(self, seconds: float = SECONDS) -> Web:
        """The same methods, which say `SlowDown` at once instead of waiting, and give up after so long."""
        return Web(self._token, self._url, waits=0, seconds=seconds)

    async def call(self, method: str, arguments: Json) -> Json:
        """What Slack answered. Raises `Undeliverable`, `NotAsItStands`, `Refused`, and OSError where it may be done all the same."""
        assert method in METHODS, "the manifest grants nothing else"
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            if method in _READS:
                answer = await self.client.api_call(method, http_verb="GET", params=given)
            else:
                answer = await self.client.api_call(method, json=given)
        except Exception as error:
            raise _meaning(error) from error
        return cast("Json", answer.data)

    async def post(self, message: Json) -> str:
        """Posts this, of which no link is unfolded, and returns its timestamp. Raises as `call` does."""
        folded: Json = {"unfurl_links": False, "unfurl_media": False}
        return str((await self.call("chat.postMessage", {**message, **folded}))["ts"])

    async def direct(self, user: str) -> str:
        """The conversation with this person alone. Raises as `call` does."""
        opened = await self.call("conversations.open", {"users": user})
        return str(cast("Json", opened["channel"])["id"])

    async def upload(self, channel: str, thread_ts: str | None, files: Sequence[File]) -> None:
        """Files into a channel, or a thread of it. Raises as `call` does."""
        uploads = [{"filename": file.name, "content": file.content} for file in files]
        try:
            await self.client.files_upload_v2(
                channel=channel, thread_ts=thread_ts, file_uploads=uploads
            )
        except Exception as error:
            raise _meaning(error) from error

    async def answer(self, url: str, text: str) -> None:
        """A note for whoever did something, at the address that Slack gave for it. Raises as `call` does."""
        try:
            await AsyncWebhookClient(url, timeout=SECONDS).send(
                text=text, response_type="ephemeral"
            )
        except Exception as error:
            raise _meaning(error) from error

    async def granted(self) -> tuple[Json, frozenset[str]]:
        """Who the token makes us, and the scopes it was granted; none where the server does not tell. Raises as `call` does."""
        try:
            answer = await self.client.auth_test()
        except Exception as error:
            raise _meaning(error) from error
        headers = cast("Mapping[str, object]", answer.headers)
        told = [str(value) for name, value in headers.items() if name.lower() == "x-oauth-scopes"]
        scopes = {scope.strip() for scope in ",".join(told).split(",")}
        return cast("Json", answer.data), frozenset(scopes - {""})


async def surely(work: Callable[[], Awaitable[Answer]], pauses: Sequence[float]) -> Answer:
    """What this returns, tried again after each of these pauses while Slack does not answer; it may be done twice."""
    for pause in pauses:
        try:
            return await work()
        except OSError:
            await asyncio.sleep(pause)
    return await work()


def _meaning(error: Exception) -> Exception:
    """The same error in words that the outbox knows."""
    match error:
        case SlackApiError():
            return _refusal(error)
        case aiohttp.ClientError() | SlackClientError() | TimeoutError():
            return ConnectionError(f"Slack did not answer: {type(error).__name__} {error}")
        case _:
            return error


def _refusal(error: SlackApiError) -> Exception:
    body: object = getattr(error.response, "data", error.response)
    response = cast("Mapping[str, object]", body) if isinstance(body, Mapping) else {}
    code = str(response.get("error", ""))
    if code in REFUSED_AS_IT_STANDS:
        return NotAsItStands(code)
    if code in MENDS:
        needed = response.get("needed")
        kind = NotGranted if code == "missing_scope" else Undeliverable
        return kind(f"{MENDS[code]} ({code}{f': {needed}' if needed else ''})")
    if code == "ratelimited":
        return SlowDown(_seconds(error))
    if code in AWAY:
        return ConnectionError(f"Slack cannot for now: {code or 'no reason given'}")
    return Refused(code)


def _seconds(error: SlackApiError) -> float:
    """What `Retry-After` says; a moment where it says nothing that can be read."""
    headers: object = getattr(error.response, "headers", None)
    told = cast("Mapping[str, object]", headers) if isinstance(headers, Mapping) else {}
    said = next((str(value) for name, value in told.items() if name.lower() == "retry-after"), "")
    return float(said) if said.isdigit() else 1.0
