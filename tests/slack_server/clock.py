"""Clock: the server's time, which a test can move; whoever waits for a moment wakes when it is reached either way."""

from __future__ import annotations

import asyncio
import contextlib
import time


class Clock:
    """Real time, plus what tests have moved it by."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._moved = asyncio.Event()

    def now(self) -> float:
        return time.time() + self._ahead

    def move(self, seconds: float) -> None:
        self._ahead += seconds
        self._moved.set()
        self._moved = asyncio.Event()

    async def reach(self, at: float) -> None:
        """Returns once it is `at`."""
        while (left := at - self.now()) > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._moved.wait()
