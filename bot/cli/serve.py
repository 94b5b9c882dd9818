"""Serve: the processes. Logs go to stderr; stdout gets one line, when there is somebody to take input."""

from __future__ import annotations

import asyncio
import fcntl
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import structlog
from cyclopts import Parameter

from bot.app import (
    App,
    House,
    run_clock,
    run_email,
    run_slack,
    run_web,
    run_worker,
    warm,
)
from bot.cli import logs, parts
from bot.cli.errors import Wrong
from bot.cli.output import is_plain, say, say_json
from bot.engine.server import stop_server
from bot.kit.lint import lint
from bot.kit.load import Agents
from bot.settings import Settings, names
from bot.setup.clock import mute
from bot.setup.known import environ, secret_values
from bot.setup.mail_servers import has_token
from bot.setup.money import affordable
from bot.setup.workspaces import can_be_installed, speaks

Repo = Annotated[Path | None, Parameter("--repo", help="Your own repository; default a sample.")]
Fresh = Annotated[bool, Parameter("--fresh", help="Begin anew.")]
What = Annotated[
    Literal["manifest"] | None,
    Parameter(help="manifest: print the app as Slack is to install it."),
]
Url = Annotated[
    str,
    Parameter("--url", help="With manifest: where Slack is to send events; default Socket Mode."),
]
RUN = {
    "worker": run_worker,
    "clock": run_clock,
    "slack": run_slack,
    "email": run_email,
    "web": run_web,
}
NEEDS = {
    "slack": ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"),
    "web": ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"),
    "email": ("EMAIL_ADDRESS", "IMAP_HOST", "IMAP_PASSWORD", "SMTP_HOST", "BOT_EMAIL_AUTHSERV_ID"),
}
WHERE: dict[str, str] = dict.fromkeys(("slack", "web"), "api.slack.com/apps shows them")
log = structlog.get_logger()


async def up() -> None:
    settings = parts.read()
    await _serve(
        "up", ["worker", "clock", *(part for part in NEEDS if not lacking(settings, part))]
    )


async def worker() -> None:
    await _serve("worker", ["worker"])


async def clock() -> None:
    await _serve("clock", ["clock"])


async def web() -> None:
    await _serve("web", ["web"])


async def email() -> None:
    _check(parts.read(), "email")
    await _serve("email", ["email"])


async def slack(what: What = None, /, *, url: Url = "") -> None:
    if what is None:
        _check(parts.read(), "slack")
        await _serve("slack", ["slack"])
        return
    from channels.slack.manifest import manifest

    say_json(manifest(parts.https(url)))


def lacking(settings: Settings, part: str) -> list[str]:
    """The settings without which this part has nothing to do."""
    if part == "web" and can_be_installed(settings):
        return []
    filled = names()
    given = {"SLACK_BOT_TOKEN": speaks(settings), "IMAP_PASSWORD": has_token(settings)}
    needed = [name for name in NEEDS[part] if not given.get(name)]
    return [name for name in needed if not getattr(settings, filled[name])]


def _check(settings: Settings, part: str) -> None:
    missing = lacking(settings, part)
    if missing:
        where = WHERE.get(part, "docs/email.md says what they are")
        raise Wrong(f"bot {part} needs {' and '.join(missing)}: {where}.")


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


async def _serve(name: str, running: Sequence[str]) -> None:
    """Works until SIGTERM or SIGINT, then ends what is in hand."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with parts.whole() as app:
        affordable(app.settings, app.house.agents)
        logs.start(
            app.settings, secret_values(app.settings, app.house.agents, environ(app.house.agents))
        )
        _warn(app.house)
        if "clock" in running:
            for error in mute(app.house.agents, app.house.people, app.settings):
                log.warning("schedule cannot speak", error=str(error))
        await _run(app, name, running, stop)
        log.info("stopped", process=name, **_left_behind(app.settings))


async def _run(app: App, name: str, running: Sequence[str], stop: asyncio.Event) -> None:
    """These parts side by side; where one ends before it was told to, so do the others."""
    standing = [asyncio.Event() for _ in running]
    tasks = [
        asyncio.create_task(RUN[part](app, stop, stands.set))
        for part, stands in zip(running, standing, strict=True)
    ]
    # Only once all stand: the SDK takes seconds to import, and whoever waits for the line need not wait for it.
    beside = asyncio.create_task(_announce(app, name, standing))
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    beside.cancel()
    for end in ends:
        if isinstance(end, BaseException):
            raise end


async def _announce(app: App, name: str, standing: Sequence[asyncio.Event]) -> None:
    for stands in standing:
        await stands.wait()
    _ready(app, name)
    await warm(app)


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
