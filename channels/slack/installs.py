"""Installs: the workspaces that installed the app, with their tokens, kept in the safe; and the tickets of installing.

A workspace is kept under its own ID, each person who installed it beside it: `TEAM/bot`, `TEAM/user/USER`. The bot's token stands
in the first alone. An organisation is refused as a whole.
"""

# slack_sdk leaves its classes half typed; here they meet ours.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.kit.latest import Latest
from bot.kit.safe import Safe

STATE_SECONDS = 600
MOST_TRIES = 5
_STATE = re.compile(
    r"(?P<ticket>(?P<at>[0-9]{1,12})\.[A-Za-z0-9_-]{32})\.(?P<signature>[0-9a-f]{64})"
)


class NotAllowed(BoltError):
    """This workspace may not install the app."""


class Installs(AsyncInstallationStore):
    """Where Bolt keeps installations, and where we find the token of a workspace."""

    def __init__(self, safe: Safe, allowed: Sequence[str] = ()) -> None:
        self._safe = safe
        self._allowed = frozenset(allowed)

    async def async_save(self, installation: Installation) -> None:
        if not installation.team_id:
            raise NotAllowed("The app is for workspaces, one by one, and not for an organisation.")
        place = installation.team_id
        if not self._may(place):
            raise NotAllowed(f"{place} is not among BOT_SLACK_TEAMS.")
        await self._safe.put(
            f"{place}/user/{installation.user_id}", _text(installation, "bot_token")
        )
        await self.async_save_bot(installation.to_bot())

    async def async_save_bot(self, bot: Bot) -> None:
        await self._safe.put(f"{_place(bot.enterprise_id, bot.team_id)}/bot", _text(bot))

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None = None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        place = _place(enterprise_id, None if is_enterprise_install else team_id)
        kept = await self._safe.get(f"{place}/bot") if self._may(place) else None
        return Bot(**json.loads(kept)) if kept else None

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None = None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        team = None if is_enterprise_install else team_id
        place = _place(enterprise_id, team)
        bot = await self.async_find_bot(enterprise_id=enterprise_id, team_id=team)
        people = [each for each in await self._safe.names() if each.startswith(f"{place}/user/")]
        chosen = f"{place}/user/{user_id}" if user_id else (people or [""])[0]
        kept = await self._safe.get(chosen)
        if kept is None:
            return None
        values = json.loads(kept)
        values["bot_token"] = bot.bot_token if bot else None
        return Installation(**values)

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self._safe.drop([f"{_place(enterprise_id, team_id)}/bot"])

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        people = f"{_place(enterprise_id, team_id)}/user/"
        everybody = [name for name in await self._safe.names() if name.startswith(people)]
        await self._safe.drop([f"{people}{user_id}"] if user_id else everybody)

    async def teams(self) -> list[str]:
        """The workspaces that the app can speak in; an organisation is none."""
        found = (name.partition("/") for name in await self._safe.names())
        places = [place for place, _, what in found if what == "bot" and self._may(place)]
        return [place for place in places if not place.startswith("E")]

    def _may(self, place: str) -> bool:
        """Whether it may have the app. One that was let in before and is named no more is kept, and as good as gone."""
        return not self._allowed or place in self._allowed


class Spent(Exception):
    """The ticket was used before."""


class States(AsyncOAuthStateStore):
    """What goes along to Slack's consent page and comes back: good once, and for ten minutes.

    Anybody may ask for one, so none is stored: it is signed. That one was used is, once Slack has taken the code that came with it.
    """

    def __init__(self, safe: Safe, secret: str, now: Callable[[], float] = time.time) -> None:
        self._safe = safe
        self._secret = secret
        self._tries = Latest[int]()
        self._now = now

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        ticket = f"{self._now():.0f}.{secrets.token_urlsafe(24)}"
        return f"{ticket}.{self._signed(ticket)}"

    async def async_consume(self, state: str) -> bool:
        """Whether it can be used. Bolt asks before it asks Slack about the code."""
        if not self._is_ours(state) or await self._safe.is_spent(state):
            return False
        # Each try asks Slack about a code, and anybody can make codes up.
        self._tries[state] = self._tries.get(state, 0) + 1
        return self._tries[state] <= MOST_TRIES

    async def spend(self, state: str) -> None:
        """From here on it is of no use. Raises `Spent`."""
        if not await self._safe.spend(state, 2 * STATE_SECONDS):
            raise Spent("This link was used before.")

    def _is_ours(self, state: str) -> bool:
        found = _STATE.fullmatch(state or "")
        if not found or not hmac.compare_digest(self._signed(found["ticket"]), found["signature"]):
            return False
        return abs(self._now() - int(found["at"])) <= STATE_SECONDS

    def _signed(self, ticket: str) -> str:
        signed = f"install:{ticket}".encode()
        return hmac.new(self._secret.encode(), signed, hashlib.sha256).hexdigest()


def _place(enterprise: str | None, team: str | None) -> str:
    return team or enterprise or "-"


def _text(kept: Bot | Installation, without: str = "") -> str:
    values = cast("Mapping[str, object]", vars(kept))
    return json.dumps({name: value for name, value in values.items() if name != without})
