"""Answers: what is written under a copy of a card decides on that card, or its author is told where it belongs.

A card that is put elsewhere than in its thread is taken for a copy: a channel is nobody's own, so there only what is under it counts.

In a direct message many write below a card instead of under it. A verdict there counts for the one copy above it, if that is of an
approval; with several, it is asked which. What is open now plays no part in that: told again later, the same words must not decide on
another card. An answer counts under its question alone, and where nothing is open any more, words are words like any others.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.core import words as typed
from bot.core.names import call_id
from bot.core.outbox import Approval, Waiting
from bot.kit.arrival import Arrivals, Press
from bot.kit.channel import Undeliverable
from bot.kit.latest import Latest
from bot.kit.people import People
from channels.slack import hints
from channels.slack.address import CHANNEL, Place, is_beside
from channels.slack.api import LOOK_SECONDS, Refused, Web, surely
from channels.slack.copies import PAUSES
from channels.slack.history import history, root_of
from channels.slack.marks import mark
from channels.slack.parse import Said, Us
from channels.slack.payload import Json
from channels.slack.reader import look_of

MOST_LOOKED_AT = 50
log = structlog.get_logger()


class Answers:
    """What people write beside the copies that they were sent."""

    def __init__(self, web: Web, us: Us, people: People, arrivals: Arrivals) -> None:
        self._web = web
        # Slack is to hear in time that it must tell again.
        self._hasty = web.impatient(LOOK_SECONDS)
        self._us = us
        self._people = people
        self._arrivals = arrivals
        self._told = Latest[None]()

    async def take(self, said: Said) -> bool:
        """Takes words that were written to a copy; False: they are for somebody else to take."""
        if not (said.place.is_direct or is_beside(said.words.address)):
            return False
        if said.again:
            self._told[said.words.id] = None
        copies = await self._copies(said)
        waiting = [await self._arrivals.asked(self._mark(each, "request")) for each in copies]
        if not copies:
            return is_beside(said.words.address)
        if not said.is_reply and _is_talk(said, waiting):
            # What was taken when they came first, they are told again.
            return said.words.id in self._told or await self._was_taken(said, copies)
        if len(copies) > 1:
            await self._tell(said, hints.which_card(look_of(said.words.person, self._people)))
        else:
            await self._decide(said, copies[0], waiting[0])
        return True

    async def pressed(self, press: Press) -> None:
        """The same for a button, where it stands on a copy: what a card's own thread is told is seen there."""
        _, channel, ts = [*press.spot.split("/"), "", ""][:3]
        if await self._arrivals.refusal(press) is None:
            return
        if self._mark(await surely(lambda: root_of(self._web, channel, ts), PAUSES), "request"):
            await self.explain(press)

    async def explain(self, press: Press) -> None:
        """Says in private why a verdict that was given at a copy did not count: what is said in the thread is not seen from there."""
        _, channel, ts = [*press.spot.split("/"), "", ""][:3]
        where = Place(self._us.team, channel, ts)
        reason = await self._arrivals.refusal(press)
        if reason:
            alias = self._people.alias_of(CHANNEL, press.person)
            told = hints.to_you(alias or f"{CHANNEL}:{press.person}", reason)
            look = look_of(press.person, self._people)
            await self._once(press.id, where, press.person, hints.in_zone(told, look))

    async def _copies(self, said: Said) -> list[Json]:
        """Those that these words are written to; none where Slack will not say: then the words go on as any others."""
        try:
            found = await self._under(said) if said.is_reply else await self._above(said)
        except (Undeliverable, Refused):
            return []
        return [each for each in found if self._mark(each, "request")]

    async def _under(self, said: Said) -> list[Json]:
        """What this is a reply to, where that is in nobody's thread."""
        if await self._arrivals.knows(said.words.address):
            return []
        return [await root_of(self._hasty, said.place.channel, said.place.root)]

    async def _above(self, said: Said) -> list[Json]:
        """What stands above, the newest showing of each call, where this is a verdict, or nearly one."""
        name, word = _verdict(said.words.text)
        if not (isinstance(word, typed.Approve | typed.Deny) or typed.nearly(said.words.text)):
            return []
        above = history(self._hasty, said.place.channel, MOST_LOOKED_AT, before=said.ts)
        newest: dict[str, Json] = {}
        async for each in above:
            newest.setdefault(call_id(self._mark(each, "request")), each)
        return [copy for call, copy in newest.items() if call_id(name) in ("", call)]

    def _mark(self, message: Json, name: str) -> str:
        return mark(message, self._us.bot, name)

    async def _was_taken(self, said: Said, copies: list[Json]) -> bool:
        """Whether these words are a verdict already."""
        for each in copies:
            if await self._arrivals.took(self._mark(each, "request"), said.words.id):
                return True
        return False

    async def _decide(self, said: Said, copy: Json, waiting: Waiting | None) -> None:
        """A verdict or an answer goes to the fold, which knows whether it counts; nothing else is a decision."""
        press = self._press(said, copy, waiting)
        if press is None:
            link, look = self._mark(copy, "link"), look_of(said.words.person, self._people)
            await self._tell(said, hints.copy_only(waiting, link, look))
            return
        await self._arrivals.press(press)
        await self.explain(press)

    def _press(self, said: Said, copy: Json, waiting: Waiting | None) -> Press | None:
        words, request = said.words, self._mark(copy, "request")
        spot = f"{said.place.team}/{said.place.channel}/{said.place.root}"
        press = Press(
            words.id,
            CHANNEL,
            words.person,
            request,
            "answer",
            text=words.text,
            spot=spot,
            digest=self._mark(copy, "digest"),
            written=words.written,
        )
        name, word = _verdict(words.text)
        if call_id(name) not in ("", call_id(request)):
            return None
        press = replace(press, request=name or request)
        match waiting, word:
            case Approval(typed=False), typed.Approve():
                return None
            case Approval() | None, typed.Approve():
                return replace(press, word="approve", text="")
            case Approval() | None, typed.Deny(reason):
                return replace(press, word="deny", text=reason)
            case Approval() | None, _:
                return None
            case _:
                return press if said.is_reply else None

    async def _tell(self, said: Said, text: str) -> None:
        await self._once(said.words.id, said.place, said.words.person, text)

    async def _once(self, about: str, where: Place, person: str, text: str) -> None:
        """Once, however often the same words come: in a channel a mention comes twice, at the same time."""
        if about in self._told:
            return
        self._told[about] = None
        try:
            await hints.whisper(self._web, where, person, text)
        except Exception as error:  # noqa: BLE001 - a note is best effort: the words were taken all the same
            self._told.pop(about, None)
            log.warning("not told", about=about, error=str(error)[:300])


def _verdict(text: str) -> tuple[str, typed.Said | None]:
    """What these words say, and of which request, where they name one."""
    return typed.named(text) or ("", typed.read(text))


def _is_talk(said: Said, waiting: list[Waiting | None]) -> bool:
    """Whether what is written below these copies is for none of them: nothing is open that it could be meant for."""
    match _verdict(said.words.text)[1]:
        case typed.Approve() | typed.Deny(""):
            return False
        case typed.Deny():
            return not any(isinstance(each, Approval) for each in waiting)
        case _:
            return not any(waiting)
