"""Setup: what somebody pastes while they set Slack up is checked as it comes; each thing that is wrong is one sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote

from bot.kit.channel import Undeliverable
from channels.slack import address
from channels.slack.address import Place
from channels.slack.api import Refused, Web
from channels.slack.blocks import MOST_TEXT_CHARACTERS
from channels.slack.compare import missing
from channels.slack.history import history
from channels.slack.manifest import AGENT_SCOPES, SCOPES, manifest
from channels.slack.markdown import mrkdwn
from channels.slack.payload import Json

NEW_APP = "https://api.slack.com/apps?new_app=1&manifest_json="
MOST_LINK_CHARACTERS = 8_000
EVENT_TYPE = "outer_loop_bot_hello"
_MEMBER = re.compile(r"[UW][A-Z0-9]{2,30}")
_SECRET = re.compile(r"[\x21-\x7e]{8,200}")

_OTHER_KINDS = {
    "xoxb-": "the bot's own token",
    "xapp-": "an app-level token",
    "xoxp-": "a person's token",
    "xoxe": "a token of another kind (token rotation, or for app configurations)",
    "xoxc-": "a browser's token",
    "xoxs-": "a browser's token",
}
_WRONG = {
    "invalid_auth": "Slack does not know this token: copy the whole of it again.",
    "not_authed": "Slack does not know this token: copy the whole of it again.",
    "account_inactive": "This token is dead, the app is no longer installed: install it again and take the new one.",
    "token_revoked": "This token was revoked: install the app again and take the new one.",
    "token_expired": "This token has expired: switch token rotation off, install the app again and take the new one.",
    "not_allowed_token_type": "Slack takes a token of another kind here.",
    "missing_scope": "This token lacks the scope connections:write: make one that has it.",
    "socket_mode_not_enabled": "The app has Socket Mode off: switch it on under Socket Mode, or begin with --http.",
    "user_not_found": "Slack knows no such member in {team}: it is the member's ID that is asked for, or the tokens are of another workspace.",
    "channel_not_found": "Slack knows no such channel in {team}, or the bot may not see it: /invite it there.",
    "not_in_channel": "The bot is not in that channel: /invite it there.",
}


class NotTaken(Exception):
    """What was given cannot be used; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Seat:
    """The bot's place in a workspace, as its token has it. `granted` is empty where Slack did not say."""

    web: Web
    team: str
    name: str
    url: str
    user: str
    app: str
    granted: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        return missing(self.granted)

    @property
    def needless(self) -> tuple[str, ...]:
        return tuple(sorted(self.granted - {*SCOPES, *AGENT_SCOPES}))


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the workspace, with what Slack knows of them."""

    user: str
    handle: str
    name: str
    time_zone: str


def link(url: str = "") -> str | None:
    """Where Slack makes the app of its own accord; None: the manifest is too long for a link."""
    made = NEW_APP + quote(json.dumps(manifest(url), separators=(",", ":")), safe="")
    return made if len(made) <= MOST_LINK_CHARACTERS else None


async def seat(token: str, api_url: str) -> Seat:
    """Who the bot's token makes us. Raises `NotTaken`."""
    _of_kind(token, "xoxb-", "The bot's token", "OAuth & Permissions, after Install")
    return await seat_of(Web(token, api_url))


async def seat_of(web: Web) -> Seat:
    """Who these methods make us. Raises `NotTaken`."""
    try:
        said, granted = await web.granted()
    except (Undeliverable, Refused) as error:
        raise _wrong(error) from None
    names = ("team_id", "team", "url", "user_id")
    team, name, url, user = (str(said.get(key, "")) for key in names)
    app = await _app(web, str(said.get("bot_id", "")))
    return Seat(web, team, name or team, url, user, app, granted)


async def _app(web: Web, bot: str) -> str:
    """Which app the bot is of; empty where Slack does not say."""
    try:
        answer = await web.call("bots.info", {"bot": bot})
    except (Undeliverable, Refused):
        return ""
    return str(cast("Json", answer.get("bot") or {}).get("app_id", ""))


async def app_token(token: str, api_url: str, of: Seat) -> str:
    """The app's token, once a socket could be had for it. Raises `NotTaken`."""
    _of_kind(token, "xapp-", "The app's token", "Basic Information, App-Level Tokens")
    try:
        await Web(token, api_url).call("apps.connections.open", {})
    except (Undeliverable, Refused) as error:
        raise _wrong(error) from None
    app = re.match(r"xapp-\d+-(A[A-Z0-9]+)-", token)
    if of.app and app and app[1] != of.app:
        both = f"this one is of the app {app[1]}, the bot's is of {of.app}"
        raise NotTaken(f"The two tokens are of different apps: {both}.")
    return token


async def signing_secret(secret: str) -> str:
    """The signing secret as it is: Slack says only with the first event whether it is the right one. Raises `NotTaken`."""
    kind = _kind(secret)
    if kind:
        raise NotTaken(
            f"This is {kind}; the signing secret stands under Basic Information, App Credentials."
        )
    if not _SECRET.fullmatch(secret):
        raise NotTaken("A signing secret is one word: copy the whole of it again.")
    return secret


async def member(user: str, of: Seat) -> Member:
    """The person with this ID, who has to be at home in the workspace. Raises `NotTaken`."""
    if not _MEMBER.fullmatch(user):
        raise NotTaken(
            "A member ID looks like U0123456789: in Slack open your profile, ⋮, Copy member ID."
        )
    try:
        answer = await of.web.call("users.info", {"user": user})
    except (Undeliverable, Refused) as error:
        raise _wrong(error, of.name) from None
    found = cast("Mapping[str, object]", answer.get("user") or {})
    profile = cast("Mapping[str, object]", found.get("profile") or {})
    for flag, sentence in _NO_MEMBERS.items():
        if found.get(flag):
            raise NotTaken(f"{user} {sentence}: somebody who is at home in {of.name} is needed.")
    name = str(found.get("real_name") or profile.get("real_name") or found.get("name") or "")
    return Member(user, str(found.get("name") or ""), name, str(found.get("tz") or ""))


_NO_MEMBERS = {
    "deleted": "is no longer a member",
    "is_bot": "is a bot",
    "is_restricted": "is a guest",
    "is_stranger": "is from another organisation",
}


def _of_kind(token: str, begins: str, what: str, where: str) -> None:
    if not token.startswith(begins):
        kind = f"This is {_kind(token)}. " if _kind(token) else ""
        raise NotTaken(f"{kind}{what} begins with {begins} and stands under {where}.")


def _kind(token: str) -> str:
    return next((kind for begin, kind in _OTHER_KINDS.items() if token.startswith(begin)), "")


def code_of(error: Exception) -> str:
    """Slack's own word for what it refused, as it stands behind our sentence."""
    found = re.search(r"\((\w+)(?:: [\w:]+)?\)\Z", str(error))
    return found[1] if found else str(error)


def _wrong(error: Undeliverable | Refused, team: str = "this workspace") -> NotTaken:
    """Slack's code as a sentence of ours; what it says beside it may hold anything."""
    code = code_of(error)
    return NotTaken(_WRONG.get(code, f"Slack refuses: {code[:80]}.").format(team=team))


# ---- the first message -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Greeting:
    """Where the first message stands; `new`: it was sent just now."""

    channel: str
    ts: str
    link: str
    new: bool


async def greeting(of: Seat, to: Member, text: str, channel: str = "") -> Greeting:
    """Says this once, in private or in that channel; where it stands already, nothing is sent. Raises `NotTaken`."""
    try:
        return await _greeting(of, to, text, channel)
    except (Undeliverable, Refused) as error:
        raise _wrong(error, of.name) from None


async def _greeting(of: Seat, to: Member, text: str, channel: str) -> Greeting:
    where = channel or await of.web.direct(to.user)
    metadata: Json = {"event_type": EVENT_TYPE, "event_payload": {"key": f"hello-{to.user}"}}
    said = await _said_before(of, where, metadata)
    if said:
        return Greeting(where, said, _at(of, where, said), new=False)
    shown = mrkdwn(text, MOST_TEXT_CHARACTERS)  # There is a name in it that somebody chose.
    message: Json = {"channel": where, "text": shown, "metadata": metadata}
    ts = await of.web.post(message)
    return Greeting(where, ts, _at(of, where, ts), new=True)


async def _said_before(of: Seat, channel: str, metadata: Json) -> str:
    """When it was said, if it was; anybody may write such a key beside theirs."""
    async for message in history(of.web, channel):
        if message.get("user") == of.user and message.get("metadata") == metadata:
            return str(message.get("ts", ""))
    return ""


def _at(of: Seat, channel: str, ts: str) -> str:
    return address.link(of.url, Place(of.team, channel, ts))
