"""Presses: Slack tells of a button or a form once, so that whoever pressed hears at once where that could not be stored.

Slack is not told that it was taken, and shows a sign of its own beside the button; a form stays open with what was written in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping

import structlog
from slack_bolt.response import BoltResponse

from bot.kit.arrival import Arrivals, Press, Rating
from bot.kit.people import People
from channels.slack import hints
from channels.slack.address import Place
from channels.slack.answers import Answers
from channels.slack.api import Web
from channels.slack.blocks import Look
from channels.slack.modal import Modals
from channels.slack.parse import Submitted, Us, Wish
from channels.slack.payload import Body
from channels.slack.reader import look_of
from channels.slack.words import words

# Slack waits three; what is stored after that was said to have failed.
SECONDS = 2.0
Pressed = Press | Wish | Submitted | Rating
log = structlog.get_logger()


class Presses:
    """The buttons and forms of one workspace; `start` has something done beside the listening."""

    def __init__(
        self,
        web: Web,
        us: Us,
        people: People,
        arrivals: Arrivals,
        start: Callable[[Coroutine[None, None, None]], None],
    ) -> None:
        self._web = web
        self._us = us
        self._people = people
        self._arrivals = arrivals
        self._start = start
        self._modals = Modals(web, people, arrivals)
        self.answers = Answers(web, us, people, arrivals)

    async def take(self, pressed: Pressed, body: Mapping[str, object]) -> BoltResponse | None:
        """Stores a press, or opens or takes its form, in the time that Slack waits; raises what kept it from that."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._taken(pressed)
        except Exception as error:
            log.warning("press not stored", error=str(error)[:300] or type(error).__name__)
            if isinstance(pressed, Submitted) and pressed.values:
                return self._open_still(pressed)
            self._start(self._say_so(Body.model_validate(body)))
            raise

    async def _taken(self, pressed: Pressed) -> BoltResponse | None:
        match pressed:
            case Press():
                await self._arrivals.press(pressed)
                self._start(self.answers.pressed(pressed))
            case Wish():
                await self._modals.open(pressed)
            case Submitted():
                return await self._modals.submitted(pressed)
            case Rating():
                await self._arrivals.rate(pressed)
        return None

    def _open_still(self, sent: Submitted) -> BoltResponse:
        """Under one of its fields stands that it is to be sent once more."""
        errors = {next(iter(sent.values)): words(self._look(sent.press.person).language).send_again}
        return BoltResponse(status=200, body={"response_action": "errors", "errors": errors})

    async def _say_so(self, body: Body) -> None:
        """Where it was pressed. It may be stored all the same: then the card changes."""
        if body.channel is None or body.message is None:
            return
        where = Place(self._us.team, body.channel.id, body.message.thread_ts or body.message.ts)
        told = words(self._look(body.user.id).language).try_again
        await hints.whisper(self._web, where, body.user.id, told)

    def _look(self, user: str) -> Look:
        return look_of(user, self._people)
