"""Cursors: how far each channel was heard, stored now and then, so that the next start reads back from there and no further.

A cursor moves on while we listen, but not before what was missed until then has been read: else a gap would be skipped for good.
Where one is stored late, lost or set back, more is read than need be, and what was heard before changes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping

from bot.kit.arrival import Arrivals
from channels.slack.address import CHANNEL
from channels.slack.parse import Us

STORE_SECONDS = 10.0


class Gap:
    """What may have been missed until a moment, and is being read back."""

    def __init__(self) -> None:
        self.until = f"{time.time():.6f}"


class Cursors:
    """Those of one workspace."""

    def __init__(self, us: Us, arrivals: Arrivals) -> None:
        self._team = us.team
        self._arrivals = arrivals
        self._gap: Gap | None = Gap()
        self._unread: frozenset[str] = frozenset()
        self._heard: dict[str, str] = {}
        self._stored_at = 0.0

    def gap(self) -> Gap:
        """From now on nothing is stored until this gap has been closed."""
        self._gap = Gap()
        return self._gap

    async def closed(self, gap: Gap, channels: Iterable[str], unread: Iterable[str] = ()) -> None:
        """These channels were read back to where the gap ended; those unread stay where they are until the next gap is closed."""
        if self._gap is gap:
            self._gap = None
            self._unread = frozenset(unread)
            self._heard = dict.fromkeys(channels, gap.until) | self._heard
            await self.store()

    def heard(self, channel: str, ts: str) -> bool:
        """This was heard; whether it is time to store that."""
        self._heard[channel] = max(ts, self._heard.get(channel, ""))
        is_time = asyncio.get_running_loop().time() - self._stored_at > STORE_SECONDS
        return is_time and self._gap is None

    async def store(self) -> None:
        """What was heard since it was stored last; nothing while there is a gap."""
        if self._gap is not None:
            return
        self._stored_at = asyncio.get_running_loop().time()
        heard, self._heard = self._heard, {}
        moved = {
            f"{self._team}/{channel}": ts
            for channel, ts in heard.items()
            if channel not in self._unread
        }
        await self._arrivals.move_cursors(CHANNEL, moved)

    async def stored(self) -> Mapping[str, str]:
        """How far each channel was heard before."""
        found = await self._arrivals.cursors(CHANNEL)
        return {
            channel: ts
            for team, _, channel in (name.partition("/") for name in found)
            if team == self._team and (ts := found[f"{team}/{channel}"])
        }
