"""Serve: the processes. Logs go to stderr; stdout gets one line, when there is somebody to take input."""

from __future__ import annotations

import asyncio
import fcntl
import signal
import sys
from pathlib import Path
from typing import Annotated

import structlog
from cyclopts import Parameter

from bot.app import App, House, run_worker, warm
from bot.cli import logs, parts
from bot.cli.errors import Wrong
from bot.cli.output import is_plain, say
from bot.cli.secrets import secret_values
from bot.engine.server import stop_server
from bot.kit.lint import lint
from bot.kit.load import Agents
from bot.settings import Settings, environment

Repo = Annotated[Path | None, Parameter("--repo", help="Your own repository; default a sample.")]
Fresh = Annotated[bool, Parameter("--fresh", help="Begin anew.")]
log = structlog.get_logger()


async def up() -> None:
    await _serve("up")


async def worker() -> None:
    await _serve("worker")


async def down() -> None:
    settings = parts.read()
    if settings.redis_url is not None:
        raise Wrong("REDIS_URL is set, and that Redis is not the bot's to stop.")
    if not _redis_runs(settings.home):
        say(f"No embedded Redis runs for {settings.home}.")
        return
    await asyncio.to_thread(stop_server, settings.home)
    stays = "its data stays, and what needs it starts it again"
    say(f"The embedded Redis of {settings.home} is stopped; {stays}.")


def _redis_runs(home: Path) -> bool:
    """Whether somebody holds the lock that an embedded server inherits and holds as long as it lives."""
    try:
        with (home / "redis" / "redis.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


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
        _warn(app.house)
        running = asyncio.create_task(run_worker(app, stop))
        # One turn of the loop: a worker that cannot be put together is not ready.
        await asyncio.sleep(0)
        if not running.done():
            _ready(app, name)
        # Only now: the SDK takes seconds to import, and whoever waits for the line above need not wait for it.
        warming = asyncio.create_task(warm(app))
        await running
        warming.cancel()
        log.info("stopped", process=name, **_left_behind(app.settings))


def _warn(house: House) -> None:
    """What keeps an agent from its work is no reason not to start: the others have theirs."""
    for finding in lint(Agents(house.agents, house.people)):
        if finding.severity == "error":
            log.warning(finding.text, agent=finding.agent, mend=finding.mend)


def _left_behind(settings: Settings) -> dict[str, str]:
    """An embedded server outlives its starter, so that other commands can go on asking it."""
    return {"redis": "still runs; bot down stops it"} if settings.redis_url is None else {}


def _ready(app: App, name: str) -> None:
    log.info("ready", process=name, agents=sorted(app.house.agents))
    sys.stdout.write(f"ready {name}\n")
    sys.stdout.flush()
