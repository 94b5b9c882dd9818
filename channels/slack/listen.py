"""Listen: what Slack tells becomes an arrival, and only then is Slack told that it was heard; the same code in both modes.

One middleware for everything. What needs no answer within three seconds happens beside it: it is best effort, the log is not.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import replace

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.core import words as typed
from bot.kit.arrival import Arrivals, Press, Rating, Remark, Words
from bot.kit.people import People
from bot.kit.safe import Safe
from channels.slack import hints
from channels.slack.address import CHANNEL
from channels.slack.api import LOOK_SECONDS, Web
from channels.slack.ask import Asks
from channels.slack.cursors import Cursors, Gap
from channels.slack.entries import Chosen, Command, Entered, Opened, Stopped, read
from channels.slack.history import with_before
from channels.slack.home import Home
from channels.slack.later import Later, TooEarly
from channels.slack.missed import Missed
from channels.slack.once import Once
from channels.slack.parse import Said, Submitted, Us, Wish
from channels.slack.presses import Presses
from channels.slack.reader import look_of
from channels.slack.roots import Homes
from channels.slack.signs import Signs
from channels.slack.standing import Standings
from channels.slack.stops import Stops

HEARD = ""
DRAIN_SECONDS = 5.0
log = structlog.get_logger()


class Listener:
    """One workspace's ear."""

    def __init__(self, web: Web, us: Us, people: People, arrivals: Arrivals, safe: Safe) -> None:
        self._web = web
        self._us = us = replace(us, bots=people.bots_on(CHANNEL))
        self._people = people
        self._arrivals = arrivals
        self._signs = Signs(web)
        self._home = Home(web, us, people, arrivals)
        self._stops = Stops(web, people, arrivals, self._judged, self._start)
        # What is looked up before words are stored fails in time: then Slack tells of them again.
        hasty = web.impatient(LOOK_SECONDS)
        self._standings = Standings(hasty, us, people)
        self._presses = Presses(web, us, people, arrivals, self._standings, self._start)
        self._answers = self._presses.answers
        self._asks = Asks(web, us, people, arrivals, self._signs, self._standings, Once(safe))
        self._homes = Homes(hasty, us)
        self._cursors = Cursors(us, arrivals)
        self._later = Later(self._late)
        self._has_lost = False
        self._beside: set[asyncio.Task[None]] = set()

    def app(self, signing_secret: str = "") -> AsyncApp:
        """Bolt, with one middleware after its own: signature, the address check, what we said ourselves."""
        app = AsyncApp(
            client=self._web.client,
            signing_secret=signing_secret,
            logger=logging.getLogger("channels.slack"),
        )
        app.middleware(self.hear)  # pyright: ignore[reportUnknownMemberType]
        return app

    def catch_up(self) -> None:
        """Begins to read back what was missed, beside the listening; whatever it finds comes by the same way as all else."""
        self._start(self._read_back(self._cursors.gap()))

    async def _read_back(self, gap: Gap) -> None:
        lately, shown = await self._arrivals.lately(CHANNEL), await self._arrivals.shown(CHANNEL)
        missed = self._missed(await self._cursors.stored())
        await self._cursors.closed(gap, *await missed.read_back(lately, shown))

    def _missed(self, since: Mapping[str, str]) -> Missed:
        return Missed(self._web, self._us, self._name_of, since, self._said)

    async def settled(self) -> None:
        """Ends what is under way beside the listening, within a few seconds; all of it is best effort."""
        self._later.end()
        await self._signs.settled()
        self._start(self._cursors.store())
        _, late = await asyncio.wait(self._beside, timeout=DRAIN_SECONDS)
        for task in late:
            task.cancel()

    async def hear(self, body: dict[str, object]) -> BoltResponse:
        """Takes what Slack tells; what it answers is for Slack."""
        try:
            arrived = read(body, self._us, self._name_of)
        except ValueError as error:
            # Told again it would be the same: it is kept for somebody to look at.
            await self._arrivals.bury(CHANNEL, _kept(body), str(error)[:2000])
            return BoltResponse(status=200, body=HEARD)
        return await self._taken(arrived, body) or BoltResponse(status=200, body=HEARD)

    async def _taken(self, arrived: Entered | None, body: dict[str, object]) -> BoltResponse | None:
        """What Slack is answered; None: that it was heard."""
        match arrived:
            case Said():
                await self._told(arrived)
                if self._cursors.heard(arrived.place.channel, arrived.ts):
                    self._start(self._cursors.store())
            case Remark():
                if not await self._later.takes(arrived):
                    await self._remarked(await self._homes.of(arrived))
            case Press() | Wish() | Submitted() | Rating():
                return await self._presses.take(arrived, body)
            case Stopped() | Chosen() | Command() | Opened():
                return await self._entered(arrived)
            case None:
                pass
        return None

    async def _entered(self, arrived: Stopped | Chosen | Command | Opened) -> BoltResponse | None:
        match arrived:
            case Stopped():
                await self._stop(arrived.said)
            case Chosen():
                return await self._asks.chosen(arrived)
            case Command():
                return await self._asks.command(arrived)
            case Opened():
                self._start(self._home.publish(arrived.person))
        return None

    async def _told(self, said: Said) -> None:
        """What cannot be stored in time Slack tells again, and when it no longer does we look ourselves."""
        try:
            await self._said(said)
        except Exception as error:
            self._has_lost |= not isinstance(error, OSError)
            self._later.again(said)
            raise

    async def _late(self, said: Said) -> None:
        """What was put off; then what its thread was told meanwhile, and after a failure of the store, whatever else was."""
        await self._said(said)
        if said.words.aim == "bot":
            self._start(self._missed({said.place.channel: said.ts}).read_thread(said.place))
        if self._has_lost:
            self._has_lost = False
            self.catch_up()

    async def _said(self, told: Said) -> None:
        said = self._later.as_it_stands(told)
        if said is None or (said.words.aim != "bot" and not said.is_reply):
            return
        with self._later.coming(said):
            await self._heard(said)

    async def _heard(self, said: Said) -> None:
        said = await self._homes.settled(said)
        words = said.words
        if await self._later.waits_for(said) and not await self._arrivals.knows(words.address):
            raise TooEarly("what it was said under is not stored yet")
        if await self._answers.take(said):
            return  # No eyes, which nothing would take away: the copy itself says what came of it.
        if words.aim == "bot" and said.is_reply and not await self._arrivals.knows(words.address):
            words = await with_before(self._web, said, self._us, self._name_of)
        words = await self._judged(words)
        meant = await self._arrivals.meant(words)
        lasts = await self._unheard(words) if typed.lasting(words.text) else ""
        became = await self._arrivals.words(words)
        if became == "asked":
            self._signs.seen(said.place.channel, said.ts)
            if isinstance(typed.read(words.text), typed.Stop):
                self._stops.heard(said)
            hint = hints.decided_nothing(meant, look_of(words.person, self._people))
            self._whisper(said, lasts or hint)
        elif became == "enough":
            self._start(hints.fall_silent(self._web, said.place))
        elif became == "noted" and words.aim == "anybody":
            hint = hints.decided_nothing(meant, look_of(words.person, self._people))
            self._whisper(said, hint or await self._unheard(words))
        elif became == "outside" or (words.aim == "bot" and self._arrivals.is_outside(words)):
            is_news = not said.again and self._standings.turned_away(words.person)
            hint = hints.from_outside(look_of(words.person, self._people))
            self._whisper(said, hint if is_news else "")

    async def _judged(self, words: Words) -> Words:
        """With the standing of whoever speaks; where nothing is asked and nothing will be noted, nobody needs to know it."""
        is_wanted = words.aim == "bot" or await self._will_be_noted(words)
        return await self._standings.judged(words) if is_wanted else words

    async def _will_be_noted(self, said: Words | Remark) -> bool:
        """Whether this is said in a thread of ours, unless that makes no difference."""
        at_hand = self._standings.is_at_hand(said.person)
        return at_hand or await self._arrivals.knows(said.address)

    async def _remarked(self, remark: Remark) -> None:
        """Whoever is to approve sees in the thread that what was asked for has changed."""
        if await self._will_be_noted(remark):
            remark = await self._standings.marked(remark)
        waiting = await self._arrivals.remark(remark)
        if waiting:
            person = self._name_of(remark.person)
            self._start(hints.changed_since(self._web, remark, person, waiting))

    async def _unheard(self, words: Words) -> str:
        """What they are told who write a verdict that is not theirs to give; empty: nothing."""
        reason = await self._arrivals.unheard(words)
        actor = self._people.alias_of(CHANNEL, words.person) or f"{CHANNEL}:{words.person}"
        return hints.to_you(actor, reason) if reason else ""

    def _whisper(self, said: Said, hint: str) -> None:
        if hint and not said.again:
            self._start(hints.whisper(self._web, said.place, said.words.person, hint))

    async def _stop(self, said: Said) -> None:
        """Whoever may not stop this is heard as anybody else is, and it goes on."""
        if await self._stops.take(said):
            self._signs.stopped(said.place)

    def _name_of(self, user: str) -> str:
        return self._people.alias_of(CHANNEL, user) or user

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(_best_effort(work))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)


def _kept(body: dict[str, object]) -> bytes:
    """The payload without what opens doors."""
    doors = ("token", "response_url", "trigger_id")
    kept = {name: part for name, part in body.items() if name not in doors}
    return json.dumps(kept).encode()


async def _best_effort(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - whatever Slack answers: what counts is on the log
        log.warning("not shown", error=str(error)[:300])
