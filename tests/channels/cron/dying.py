"""A clock that dies between settling a slot and beginning its thread: `python -m tests.channels.cron.dying URL AT`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from bot.core.events import CronTicked
from tests.channels.cron.shop import Timed, clock, entry, opened


class Dying(Timed):
    """A slotbook in a process that is killed there."""

    async def begin(self, tick: CronTicked) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


async def _look(url: str, at: int) -> None:
    async with opened(url) as store:
        await clock(Dying(store, at), entry()).look()


if __name__ == "__main__":
    asyncio.run(_look(sys.argv[1], int(sys.argv[2])))
