"""Serve: the processes. Logs go to stderr; stdout gets one line, when there is somebody to take input."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated

import structlog
from cyclopts import Parameter

from bot.app import App, run_worker, warm
from bot.cli import logs, parts
from bot.cli.output import is_plain
from bot.cli.secrets import secret_values
from bot.settings import environment

Repo = Annotated[Path | None, Parameter("--repo", help="Your own repository; default a sample.")]
Fresh = Annotated[bool, Parameter("--fresh", help="Begin anew.")]
log = structlog.get_logger()


async def up() -> None:
    await _serve("up")


async def worker() -> None:
    await _serve("worker")


async def demo(*, repo: Repo = None, fresh: Fresh = False) -> int:
    from bot.cli.demo import run_demo

    return await run_demo(repo=repo, plain=is_plain(), fresh=fresh)


async def _serve(name: str) -> None:
    """Works until SIGTERM or SIGINT, then ends what is in hand."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with parts.whole() as app:
        logs.start(app.settings, secret_values(app.settings, app.house.agents, environment()))
        running = asyncio.create_task(run_worker(app, stop))
        # One turn of the loop: a worker that cannot be put together is not ready.
        await asyncio.sleep(0)
        if not running.done():
            _ready(app, name)
        # Only now: the SDK takes seconds to import, and whoever waits for the line above need not wait for it.
        warming = asyncio.create_task(warm(app))
        await running
        warming.cancel()
        log.info("stopped", process=name)


def _ready(app: App, name: str) -> None:
    log.info("ready", process=name, agents=sorted(app.house.agents))
    sys.stdout.write(f"ready {name}\n")
    sys.stdout.flush()
