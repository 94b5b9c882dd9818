"""Lane: calls that may be lost, of one method: one after the other, and for each thing only the newest.

Told to slow down, or not answered, the whole lane waits: nobody piles up behind the same wall. No call is tried for ever.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from channels.slack.api import SlowDown, Web
from channels.slack.payload import Json

MOST_TRIES = 3
MOST_WISHES = 1_000
LONGEST_SECONDS = 60.0
AWAY_SECONDS = 5.0
log = structlog.get_logger()

Lost = Callable[[str, Exception], float | None]


@dataclass(slots=True)
class _Wish:
    arguments: Json
    tries: int = 0


class Lane:
    """One method's lane. `lost` hears what Slack did not take, and says in how many seconds to try again, if at all."""

    def __init__(self, web: Web, method: str, lost: Lost | None = None) -> None:
        self._web = web
        self._method = method
        self._lost = lost
        self._wishes: OrderedDict[str, _Wish] = OrderedDict()
        self._later: OrderedDict[str, _Wish] = OrderedDict()
        self._closed_until = 0.0
        self._running: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()

    def wish(self, key: str, arguments: Json) -> None:
        """Have this called, instead of what was wished before for the same thing."""
        self._later.pop(key, None)
        self._put(key, _Wish(arguments))

    async def done(self, key: str, seconds: float) -> None:
        """Returns once nothing is wished for this thing, or the time is over, or at once where the lane is closed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while key in self._wishes and not self._is_closed():
                    self._moved.clear()
                    await self._moved.wait()

    async def settled(self, seconds: float) -> None:
        """Ends what is under way, within so many seconds; the rest is lost."""
        if self._running:
            await asyncio.wait({self._running}, timeout=0 if self._is_closed() else seconds)
            self._running.cancel()

    def _is_closed(self) -> bool:
        return self._closed_until > asyncio.get_running_loop().time()

    def _put(self, key: str, wish: _Wish) -> None:
        self._wishes[key] = wish
        if len(self._wishes) > MOST_WISHES:
            self._wishes.popitem(last=False)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._wishes:
            await asyncio.sleep(self._closed_until - asyncio.get_running_loop().time())
            key, wish = next(iter(self._wishes.items()))
            if await self._call(key, wish) and self._wishes.get(key) is wish:
                del self._wishes[key]
            self._moved.set()

    async def _call(self, key: str, wish: _Wish) -> bool:
        """Whether this wish is over: fulfilled, given up, or put off."""
        wish.tries += 1
        try:
            await self._web.call(self._method, wish.arguments)
        except OSError as error:
            wanted = error.seconds if isinstance(error, SlowDown) else AWAY_SECONDS
            pause = min(wanted, LONGEST_SECONDS)
            self._closed_until = asyncio.get_running_loop().time() + pause
            if wish.tries < MOST_TRIES:
                return False
            self._miss(key, wish, error)
        except Exception as error:  # noqa: BLE001 - whatever Slack answers: what counts is on the log
            self._miss(key, wish, error)
        return True

    def _miss(self, key: str, wish: _Wish, error: Exception) -> None:
        log.info("not shown", method=self._method, error=str(error)[:300])
        seconds = self._lost(key, error) if self._lost else None
        if seconds is None or wish.tries >= MOST_TRIES or self._wishes.get(key) is not wish:
            return
        self._later[key] = wish
        if len(self._later) > MOST_WISHES:
            self._later.popitem(last=False)
        asyncio.get_running_loop().call_later(seconds, self._again, key, wish)

    def _again(self, key: str, wish: _Wish) -> None:
        """Once more, unless something newer was wished since."""
        if self._later.get(key) is wish:
            del self._later[key]
            self._put(key, wish)
