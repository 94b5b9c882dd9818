"""Once: what must happen a single time, however often Slack tells of it, and in whichever process."""

from __future__ import annotations

import asyncio

from bot.kit.latest import Latest
from bot.kit.safe import Safe

# Longer than one process is at it, and what it leaves undone when it dies can be begun anew.
BEGUN_SECONDS = 10
DONE_SECONDS = 24 * 3600
# Whoever gave a command waits three seconds for it.
PAUSES = (0.2,) * 8


class Once:
    """What was begun, and what is done; both in the safe, by a name."""

    def __init__(self, safe: Safe) -> None:
        self._safe = safe
        self._ours = Latest[None]()

    async def is_done(self, name: str) -> bool:
        """Whether it was done before; False: it is for the caller to do. Another process at it is waited for; raises OSError where that takes too long."""
        for pause in (0.0, *PAUSES):
            await asyncio.sleep(pause)
            if await self._safe.is_spent(f"{name}/done"):
                return True
            if name in self._ours or await self._safe.spend(f"{name}/begun", BEGUN_SECONDS):
                self._ours[name] = None
                return False
        raise ConnectionError("another process is at it")

    async def done(self, name: str) -> None:
        """It was."""
        await self._safe.spend(f"{name}/done", DONE_SECONDS)
