"""Demo: the bot's main job for real, from a sentence at the terminal to a tag on a remote.

Everything is where the whole bot has it: the conversation in a log, the work in a worker, the right to push in an
approval. So a demo that was ended in any way, at any moment, is simply begun again and goes on.
"""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from rich.text import Text

from bot.app import App, opened, run_worker, warm
from bot.cli import demo_stage, logs
from bot.cli.demo_script import Script
from bot.cli.demo_stage import AGENT, Stage
from bot.cli.demo_thread import Followed, is_finished, is_nothing_to_ship, is_told, latest, pushes
from bot.cli.errors import DONE, FAILED, INTERRUPTED, Failed
from bot.core.effects import next_effects
from bot.core.thread import Thread
from bot.settings import Settings
from bot.setup.known import environ, secret_values
from channels.console.parse import Speaker
from channels.console.screen import Screen
from channels.console.terminal import Terminal

SHIP_SAMPLE = "Ship the backend."
SCRIPT_SECONDS = 120
GRACE_SECONDS = 2.0


async def run_demo(*, repo: Path | None, plain: bool, fresh: bool) -> int:
    """Plays the demo, or goes on with it; the exit status. `fresh` forgets what was played before."""
    _forgive(sys.stdout)
    screen = Screen(sys.stdout, plain=plain)
    try:
        screen.progress("setting the stage")
        stage = await demo_stage.set_up(repo, fresh=fresh)
        async with opened(stage.settings) as app:
            secrets = secret_values(app.settings, app.house.agents, environ(app.house.agents))
            logs.write_to(stage.home / "bot.log", secrets)
            return await _play(app, stage, screen)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or not task.uncancel():
            _say(screen, "Stopped. Run the same again, and it goes on from here.")
            return INTERRUPTED
        raise
    finally:
        screen.close()


def _forgive(out: TextIO) -> None:
    """A letter that this terminal cannot show is written out; it is no reason to end."""
    if isinstance(out, TextIOWrapper):
        out.reconfigure(errors="backslashreplace")


async def _play(app: App, stage: Stage, screen: Screen) -> int:
    """The worker runs from the first look to the last: while it does, a store that was killed comes back."""
    stop = asyncio.Event()
    working = asyncio.create_task(run_worker(app, stop, lambda: None))
    warming = asyncio.create_task(warm(app))
    try:
        conversation, begun = await latest(app, stage.home)
        if begun is None:
            await demo_stage.grow(stage)
        await _introduce(stage, screen, begun)
        if await _talk(stage, screen, conversation, begun, working):
            return await _confirm(stage, screen, conversation)
    except asyncio.CancelledError:
        screen.progress("stopping")
        raise
    finally:
        warming.cancel()
        await _let_go(working, stop)
    _say(screen, "Left. Run the same again, and it goes on from here.")
    return DONE if sys.stdin.isatty() else FAILED


async def _introduce(stage: Stage, screen: Screen, begun: Thread | None) -> None:
    url = await demo_stage.remote(stage.repo).url()
    _say(screen, f"Repository: {_shown(stage.repo)}; tags go to {url}", "bold")
    _say(screen, decides(stage.settings))
    _say(
        screen,
        f"You are {stage.person}, this bot's owner and only approver. In this demo you may approve what you "
        "asked for yourself; anywhere else that takes somebody else.",
    )
    if begun is not None:
        _say(screen, "Going on where it stopped.", "bold")


def decides(settings: Settings) -> str:
    """Who chooses the steps, in one line."""
    if settings.rehearses:
        return "rehearsal: a script stands in for the model, set ANTHROPIC_API_KEY to let Claude decide"
    url = settings.anthropic_base_url
    host = urlsplit(url.get_secret_value()).hostname if url else None
    return f"Claude decides: {settings.model}{f' at {host}' if host else ''}"


async def _talk(
    stage: Stage,
    screen: Screen,
    conversation: Followed,
    begun: Thread | None,
    working: asyncio.Task[None],
) -> bool:
    """The conversation until it is finished (then true) or left; it cannot go on without its worker."""
    limit = asyncio.timeout(None if sys.stdin.isatty() else SCRIPT_SECONDS)
    terminal = _terminal(stage, screen, conversation, begun, limit)
    talking = asyncio.create_task(terminal.run(is_finished))
    try:
        async with limit:
            await asyncio.wait({talking, working}, return_when=asyncio.FIRST_COMPLETED)
    except TimeoutError:
        raise Failed(f"Nothing was settled in time; {_log(stage)} tells why.") from None
    finally:
        talking.cancel()
        await asyncio.wait({talking})
    if not talking.cancelled():
        return talking.result()
    working.result()
    raise Failed(f"The worker ended by itself; {_log(stage)} tells why.")


def _terminal(
    stage: Stage,
    screen: Screen,
    conversation: Followed,
    begun: Thread | None,
    limit: asyncio.Timeout,
) -> Terminal:
    """Where the person sits, or the script that plays them; the script may ask for more time."""
    clock = asyncio.get_running_loop().time
    proposal = SHIP_SAMPLE if stage.sample else f"Ship {stage.repo.name}."
    script = Script(
        proposal=proposal,
        log=conversation.events,
        tags=lambda: demo_stage.tags_of(stage.repo),
        extend=lambda seconds: limit.reschedule(clock() + seconds + SCRIPT_SECONDS),
    )
    return Terminal(
        conversation,
        Speaker(stage.person, conversation.address, AGENT),
        screen,
        proposal=proposal,
        note=_notes(conversation, stage, begun, script),
        typist=None if sys.stdin.isatty() else script,
    )


def _notes(
    conversation: Followed, stage: Stage, begun: Thread | None, script: Script
) -> Callable[[Thread], str | None]:
    """What to say beside what the thread says itself."""
    clock = asyncio.get_running_loop().time
    ends = clock() + stage.settings.lease.total_seconds() * 1.5

    def note(thread: Thread) -> str | None:
        if conversation.is_away:
            return "the store does not answer; it is being started again"
        left = ends - clock()
        if begun is not None and thread.head == begun.head and next_effects(thread) and left > 0:
            return (
                f"the run before this one may still hold the thread; its lease ends in {left:.0f} s"
            )
        return script.at

    return note


async def _let_go(working: asyncio.Task[None], stop: asyncio.Event) -> None:
    """What ends in a moment ends; anything else is taken up by the next run, as after a kill."""
    stop.set()
    await asyncio.wait({working}, timeout=GRACE_SECONDS)
    working.cancel()
    await asyncio.wait({working})


async def _confirm(stage: Stage, screen: Screen, conversation: Followed) -> int:
    """Read the remote, and say what is on it now."""
    screen.progress("reading the remote")
    events = await conversation.events()
    pushed = pushes(conversation.name, events)
    is_idle = stage.sample is None and not pushed and is_nothing_to_ship(events)
    tags = await demo_stage.tags_of(stage.repo)
    missing = [push for push in pushed if tags.get(push.tag) != push.commit]
    for push in pushed:
        where = "is not on" if push in missing else "is on"
        _say(screen, f"git ls-remote: {push.tag} {where} the remote at {push.commit}", "bold")
    if not pushed:
        _say(screen, "Nothing to ship." if is_idle else "Nothing was pushed.", "bold")
    is_told(stage.home)
    _next(stage, screen, conversation.name)
    if missing or (not pushed and not is_idle and not sys.stdin.isatty()):
        raise Failed("The release is not on the remote.")
    return DONE


def _next(stage: Stage, screen: Screen, name: str) -> None:
    bot = f"BOT_HOME={shlex.quote(_shown(stage.home))} {_command()}"
    for line in ("Look closer:", f"  {bot} status", f"  {bot} show {name}", f"  {_log(stage)}"):
        _say(screen, line, "dim")


def _command() -> str:
    """How this very command is called again."""
    called = Path(sys.argv[0])
    return shlex.quote(_shown(called)) if called.name == "bot" else "bot"


def _log(stage: Stage) -> str:
    return _shown(stage.home / "bot.log")


def _shown(path: Path) -> str:
    """As short as it can be said from here."""
    whole = path.absolute()
    return str(whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole)


def _say(screen: Screen, text: str, style: str = "") -> None:
    screen.show(Text(text, style=style))
