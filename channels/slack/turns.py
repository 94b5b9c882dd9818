"""Turns: of several sockets one that has no turn for too long is deaf, for Slack gives each thing to any one of them."""

from __future__ import annotations

import asyncio
from math import ceil, log
from uuid import uuid4

from bot.kit.pulse import Pulse

# So improbable it is that a socket that hears had no turn, before it is renewed.
CHANCE = 1e-5
LONGEST = 6


class Turns:
    """The turns of one socket, told to all others at every look. Where Slack gives it none all the same, each time twice as many are waited for."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._name = uuid4().hex
        self._heard = 0
        self._sockets = 0
        self._since: int | None = None
        self._times = 0

    def heard(self) -> None:
        """Something came: it was this one's turn."""
        self._heard += 1
        self._times = 0

    def connected(self, sockets: object) -> None:
        """It stands, and Slack counts so many."""
        self._sockets = sockets if isinstance(sockets, int) else 0

    async def are_missing(self, seconds: float) -> bool:
        """Whether others had so many turns, since a look at which this one had had none, that it cannot hear. Raises as the store does."""
        heard, self._heard = self._heard, 0
        sockets, self._sockets = self._sockets, 0
        try:
            async with asyncio.timeout(seconds):
                total, listeners = await self._pulse.turns(self._name, heard, sockets)
        except BaseException:
            self._heard += heard
            self._sockets = self._sockets or sockets
            raise
        # What others tell after a look without a turn, they heard since the look before it.
        if heard or self._since is None or total < self._since:
            self._since = None if heard else total
            return False
        if listeners < 2 or total - self._since < turns(listeners) << self._times:
            return False
        self._since, self._times = None, min(self._times + 1, LONGEST)
        return True


def turns(listeners: int) -> int:
    """How many turns of all of so many none but a deaf one has no part in."""
    return ceil(log(CHANCE) / log(1 - 1 / listeners))
