"""Stops: whoever stops the work hears at once that it was heard, be something under way that ends in its own time.

What has stopped is said in the thread, once nothing goes on any more; that is owed. What is said here is best effort.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence

import structlog

from bot.kit.arrival import Arrivals, Words
from bot.kit.latest import Latest
from bot.kit.people import People
from channels.slack import blocks, hints
from channels.slack.api import Web
from channels.slack.parse import Said
from channels.slack.presses import SECONDS
from channels.slack.reader import look_of
from channels.slack.vocabulary import Words as Vocabulary
from channels.slack.words import words

# By then the thread itself has been told, unless whoever works on it is busy; who waits for the model listens every second.
SOON_SECONDS = 2.0
log = structlog.get_logger()


class Unheard:
    """Stops of which it could not even be stored that they were pressed."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._told = Latest[None]()

    async def tell(self, web: Web, said: Said) -> None:
        """Tells whoever pressed, once, that it is not recorded. Raises as `Web.call` does."""
        if said.words.id in self._told:
            return
        self._told[said.words.id] = None
        say = words(look_of(said.words.person, self._people).language)
        await hints.whisper(web, said.place, said.words.person, say.stop_unheard)


class Stops:
    """The stops of one workspace; `judged` says what whoever stops is there, `start` has something done beside the listening."""

    def __init__(
        self,
        web: Web,
        people: People,
        arrivals: Arrivals,
        judged: Callable[[Words], Coroutine[None, None, Words]],
        start: Callable[[Coroutine[None, None, None]], None],
    ) -> None:
        self._web = web
        self._people = people
        self._arrivals = arrivals
        self._judged = judged
        self._start = start
        self._unheard = Unheard(people)

    async def take(self, said: Said) -> bool:
        """Stores what the Stop button says in the time that Slack waits, and whether it stops; raises what kept it from that.

        Slack tells of it again for some minutes and then no more, so whoever pressed it knows from the first time on.
        """
        try:
            async with asyncio.timeout(SECONDS):
                became = await self._arrivals.words(await self._judged(said.words))
        except Exception as error:
            log.warning("stop not stored", error=str(error)[:300] or type(error).__name__)
            self._start(self._unheard.tell(self._web, said))
            raise
        if became == "asked":
            self.heard(said)
        elif became in ("noted", "outside"):
            self._start(self._whisper(said, self._words(said).stop_refused))
        return became not in ("noted", "outside")

    def heard(self, said: Said) -> None:
        """What was stopped is on the log: sees that its author knows."""
        self._start(self._tell(said))

    async def _tell(self, said: Said) -> None:
        begun = await self._arrivals.stopping(said.words.address)
        if not begun:
            await asyncio.sleep(SOON_SECONDS)
            begun = await self._arrivals.stopping(said.words.address)
        if begun is not None:
            await self._whisper(said, _heard(begun, self._words(said)))

    async def _whisper(self, said: Said, text: str) -> None:
        await hints.whisper(self._web, said.place, said.words.person, text)

    def _words(self, said: Said) -> Vocabulary:
        return words(look_of(said.words.person, self._people).language)


def _heard(begun: Sequence[str], say: Vocabulary) -> str:
    if not begun:
        return say.stop_heard
    return f"{say.stop_heard} {say.stop_waits.format(tools=blocks.names(begun))}"
