"""Why: what a thread waits for, or how one of its steps came about. Reading changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from textwrap import indent
from typing import Annotated

from cyclopts import Parameter

from bot.cli import parts
from bot.cli.asks import Wait
from bot.cli.output import clock, moment, say, say_json
from bot.cli.parts import AsJson
from bot.cli.step import step_json, step_of, step_text
from bot.cli.waits import Scene, waits
from bot.core.reducer import replay
from bot.core.status import phase
from bot.core.thread import Thread
from bot.core.visible import on_one_line
from bot.settings import Settings

Json = dict[str, object]
Step = Annotated[
    int | None, Parameter(help="A step, by the number that `bot show THREAD` gives it; from 1.")
]


async def why(thread: str, step: Step = None, /, *, as_json: AsJson = False) -> None:
    async with parts.bare() as app:
        log = await parts.events(app, thread)
    if step is not None:
        say_step = step_json if as_json else step_text
        say_step(await step_of(thread, log, step))
        return
    now = replay(thread, log)
    found = waits(Scene(now, log, _file(app.settings, now.agent)))
    if as_json:
        say_json(_json(now, found))
        return
    texts = ("\n".join(_lines(wait)) for wait in found)
    say("\n\n".join((f"{thread} ({now.agent}): {phase(now)}", *texts)))


def _file(settings: Settings, agent: str) -> str:
    """Where this agent's approvers are named; the agents themselves need not load."""
    found = (folder / agent / "agent.md" for folder in settings.agents_path)
    return str(next((file for file in found if file.is_file()), Path(agent) / "agent.md"))


def _json(thread: Thread, found: tuple[Wait, ...]) -> Json:
    return {
        "thread": thread.id,
        "agent": thread.agent,
        "phase": phase(thread),
        "head": thread.head,
        "waits": [_row(wait) for wait in found],
    }


def _row(wait: Wait) -> Json:
    """Times as everywhere in JSON; who may not decide, by name."""
    barred = [{"person": person, "reason": reason} for person, reason in wait.barred]
    times = {"since": moment(wait.since), "until": moment(wait.until)}
    return {**asdict(wait), **times, "barred": barred}


def _lines(wait: Wait) -> Iterator[str]:
    yield on_one_line(wait.text)
    yield from (indent(on_one_line(line), "  ") for line in _details(wait))
    yield from (f"  type: {command}" for command in wait.commands)


def _details(wait: Wait) -> Iterator[str]:
    if wait.of:
        yield f"of: {', '.join(wait.of)}"
    if wait.votes:
        yield f"approved by: {', '.join(wait.votes)}"
    yield from (f"not {person}: {reason}" for person, reason in wait.barred)
    if wait.since is not None:
        yield f"since: {clock(wait.since)}"
    if wait.until is not None:
        yield f"until: {clock(wait.until)}"
    yield from wait.notes
