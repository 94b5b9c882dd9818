"""One worker process of the storm: put together as in production, but that its channel is the wall."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from bot import app, settings
from bot.cli import logs
from tests.storm.wall import Wall


async def work() -> None:
    """Works until SIGTERM."""
    given, stop = settings.read(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    logs.start(given, [])
    async with app.opened(given) as parts:
        ledger = Path(os.environ["LEDGER"])
        wall = Wall(ledger)
        (ledger.parent / "ready" / str(os.getpid())).touch()
        await app.worker(parts, {"wall": wall}).run(stop)


if __name__ == "__main__":
    asyncio.run(work())
