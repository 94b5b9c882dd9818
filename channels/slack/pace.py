"""Pace: one message after the other in each channel, about one a second with short bursts, as Slack asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

SECONDS_EACH = 1.0
BURST = 4
MOST_LANES = 1_000


@dataclass
class _Lane:
    """A channel's allowance: `spent_until` is when it would be whole again."""

    spent_until: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Pace:
    """A turn in a channel. Whoever was told to slow down keeps the lane, so that nobody piles up behind the same wall."""

    def __init__(self, seconds_each: float = SECONDS_EACH) -> None:
        self._seconds_each = seconds_each
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, channel: str) -> AsyncGenerator[None]:
        lane = self._lanes.setdefault(channel, _Lane())
        async with lane.turn:
            await self._wait(lane)
            yield
        if len(self._lanes) > MOST_LANES:
            self._forget()

    async def _wait(self, lane: _Lane) -> None:
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(max(0.0, lane.spent_until - now - BURST * self._seconds_each))
        lane.spent_until = max(lane.spent_until, now) + self._seconds_each

    def _forget(self) -> None:
        """Lanes that nobody is in and that have all their allowance back."""
        now = asyncio.get_running_loop().time()
        lanes = self._lanes.items()
        idle = [name for name, at in lanes if not at.turn.locked() and at.spent_until < now]
        for name in idle:
            del self._lanes[name]
