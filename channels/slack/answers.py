"""Answers: what is written under a copy of a card decides on that card, or its author is told where it belongs.

In a direct message many write below a card instead of under it. A verdict there counts for the one copy above it; with several, it
is asked which. What is open now plays no part in that: told again later, the same words must not decide on another card.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from bot.core import words as typed
from bot.core.names import call_id
from bot.core.outbox import Approval, Waiting
from bot.kit.arrival import Arrivals, Press
from bot.kit.channel import Undeliverable
from bot.kit.people import People
from channels.slack import hints, marks
from channels.slack.address import CHANNEL, Place
from channels.slack.api import LOOK_SECONDS, Json, Refused, Web
from channels.slack.parse import Said, Us
from channels.slack.reader import look_of

MOST_LOOKED_AT = 50
MOST_TOLD = 1_000


class Answers:
    """What people write beside the copies that they were sent."""

    def __init__(self, web: Web, us: Us, people: People, arrivals: Arrivals) -> None:
        self._web = web
        self._hasty = web.impatient(
            LOOK_SECONDS
        )  # Slack is to hear in time that it must tell again.
        self._us = us
        self._people = people
        self._arrivals = arrivals
        self._told: set[str] = set()

    async def take(self, said: Said) -> bool:
        """Takes words that were written to a copy; False: they are for somebody else to take."""
        if not said.place.channel.startswith("D"):
            return False
        copies = await self._under(said) if said.is_reply else await self._above(said)
        match copies:
            case []:
                return False
            case [copy]:
                await self._decide(said, marks.mark(copy, "request"), marks.mark(copy, "link"))
            case _:
                look = look_of(said.words.person, self._people)
                await self._tell(
                    said.words.id, said.place, said.words.person, hints.which_card(look)
                )
        return True

    async def explain(self, press: Press) -> None:
        """Says in private why a verdict that was given at a copy did not count: what is said in the thread is not seen from there."""
        _, channel, ts = [*press.spot.split("/"), "", ""][:3]
        reason = await self._arrivals.refusal(press) if channel.startswith("D") else None
        if reason:
            await self._tell(press.id, Place(self._us.team, channel, ts), press.person, reason)

    async def _under(self, said: Said) -> list[Json]:
        """The copy that this is a reply to."""
        if await self._arrivals.knows(said.words.address):
            return []
        asked: Json = {"channel": said.place.channel, "ts": said.place.root, "limit": 1}
        return await self._copies("conversations.replies", asked)

    async def _above(self, said: Said) -> list[Json]:
        """The copies above, the newest showing of each, where this is a verdict, or nearly one, in nobody's thread."""
        word = typed.read(said.words.text)
        if not (isinstance(word, typed.Approve | typed.Deny) or typed.nearly(said.words.text)):
            return []
        asked: Json = {"channel": said.place.channel, "latest": said.ts, "limit": MOST_LOOKED_AT}
        copies = await self._copies("conversations.history", asked)
        newest = {call_id(marks.mark(copy, "request")): copy for copy in reversed(copies)}
        return [*newest.values()]

    async def _copies(self, method: str, asked: Json) -> list[Json]:
        """Those of ours that are found there; none where Slack will not say: then the words go on as any others."""
        try:
            page = await self._hasty.call(method, {**asked, "include_all_metadata": True})
        except (Undeliverable, Refused):
            return []
        messages = cast("list[Json]", page["messages"])
        ours = [each for each in messages if each.get("bot_id") == self._us.bot]
        return [each for each in ours if marks.mark(each, "request")]

    async def _decide(self, said: Said, request: str, link: str) -> None:
        """A verdict or an answer goes to the fold, which knows whether it counts; nothing else is a decision."""
        waiting = await self._arrivals.asked(request)
        press = self._press(said, request, waiting)
        if press is None:
            if waiting or said.is_reply:  # Below a card that is over, "ok" is no more than that.
                person = said.words.person
                hint = hints.copy_only(waiting, link, look_of(person, self._people))
                await self._tell(said.words.id, said.place, person, hint)
            return
        await self._arrivals.press(press)
        await self.explain(press)

    def _press(self, said: Said, request: str, waiting: Waiting | None) -> Press | None:
        words = said.words
        spot = f"{said.place.team}/{said.place.channel}/{said.place.root}"
        press = Press(
            words.id, CHANNEL, words.person, request, "answer", text=words.text, spot=spot
        )
        match waiting, typed.read(words.text):
            case Approval(typed=False), typed.Approve():
                return None
            case Approval() | None, typed.Approve():
                return replace(press, word="approve", text="")
            case Approval() | None, typed.Deny(reason):
                return replace(press, word="deny", text=reason)
            case Approval() | None, _:
                return None
            case _:
                return press

    async def _tell(self, about: str, where: Place, person: str, text: str) -> None:
        """Once, however often the same words come."""
        if about not in self._told:
            await hints.whisper(self._web, where, person, text)
            self._told = {*self._told, about} if len(self._told) < MOST_TOLD else {about}
