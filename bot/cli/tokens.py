"""Tokens: how the bot speaks in Slack and how it hears, each asked for where it is not set, and tried before it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import SecretStr

from bot.cli.asking import Asking
from channels.slack import setup
from channels.slack.setup import NotTaken, Seat

T = TypeVar("T")
LINK = "Open this link, choose the workspace and create the app; then install it to the workspace:"
PASTE = (
    "At api.slack.com/apps choose Create New App, From a manifest, and paste what `bot slack manifest{url}` prints; "
    "then install the app to the workspace."
)
ADDRESS = "https://YOURS/slack/events"
MEND = (
    "open its App Manifest, paste what `bot slack manifest` prints, save, install it to the workspace anew, and give the "
    "token once more (Enter: the same)"
)


@dataclass(frozen=True)
class Ask:
    """A setting to fill: its name, the flag that fills it, and how it is asked for."""

    name: str
    flag: str
    question: str
    said: str


BOT = Ask("SLACK_BOT_TOKEN", "--bot-token", "The bot's token (OAuth & Permissions, xoxb-…): ", "")
APP = Ask(
    "SLACK_APP_TOKEN",
    "--app-token",
    "An app-level token with connections:write (Basic Information, App-Level Tokens, xapp-…): ",
    "The app's token works: a socket can be had.",
)
SECRET = Ask(
    "SLACK_SIGNING_SECRET",
    "--signing-secret",
    "The signing secret (Basic Information, App Credentials): ",
    "Slack says only with its first event whether the signing secret is the right one.",
)


@dataclass(frozen=True)
class Tokens:
    """Asks and tries. `url` is where Slack is to send events, over HTTP, as far as it is known."""

    asking: Asking
    api_url: str
    over_http: bool
    url: str

    def seat(self, kept: SecretStr | None) -> tuple[str, Seat]:
        """The bot's token, and the place that it gives, with every scope that is needed."""
        last = kept.get_secret_value() if kept else ""

        async def check(token: str) -> tuple[str, Seat]:
            nonlocal last
            last = token or last
            seat = await setup.seat(last, self.api_url)
            if seat.missing:
                raise NotTaken(f"The app lacks {', '.join(seat.missing)}: {MEND}.")
            return last, seat

        token, seat = self._had(BOT, kept, check) or self._asked(check)
        more = f"; it was granted {', '.join(seat.needless)} and needs none of it"
        self.asking.says(
            f"The bot of {seat.name} ({seat.team}), with every scope it needs{more if seat.needless else ''}."
        )
        return token, seat

    def _asked(self, check: Callable[[str], Awaitable[tuple[str, Seat]]]) -> tuple[str, Seat]:
        if not self.asking.given.get(BOT.flag):
            self.asking.says(self._app())
        return self.asking.until(BOT.flag, BOT.question, check, NotTaken)

    def _app(self) -> str:
        """How the app is made: by a link that holds its manifest, or by pasting that."""
        url = self.url or (ADDRESS if self.over_http else "")
        link = setup.link(url) if url == self.url else None
        return f"{LINK}\n{link}" if link else PASTE.format(url=f" --url {url}" if url else "")

    def ear(self, seat: Seat, kept: SecretStr | None) -> str:
        """The app's token, by which a socket was had."""

        async def check(token: str) -> str:
            return await setup.app_token(token, self.api_url, seat)

        return self._had(APP, kept, check) or self._filled(APP, check)

    def secret(self, kept: SecretStr | None) -> str:
        """The signing secret, by which Slack's requests are known."""
        had = self._had(SECRET, kept, setup.signing_secret)
        return had or self._filled(SECRET, setup.signing_secret)

    def _filled(self, ask: Ask, check: Callable[[str], Awaitable[str]]) -> str:
        value = self.asking.until(ask.flag, ask.question, check, NotTaken)
        self.asking.says(ask.said)
        return value

    def _had(
        self, ask: Ask, kept: SecretStr | None, check: Callable[[str], Awaitable[T]]
    ) -> T | None:
        """What is set already, where it still does."""
        if kept is None or self.asking.given.get(ask.flag):
            return None
        try:
            found = asyncio.run(_awaited(check(kept.get_secret_value())))
        except NotTaken as error:
            self.asking.says(f"{ask.name}: {error}")
            return None
        self.asking.says(f"{ask.name} is set.")
        return found


async def _awaited(work: Awaitable[T]) -> T:
    return await work
