"""Why: what a thread waits for, or how one of its steps came about. Reading changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from textwrap import indent
from typing import Annotated

from cyclopts import Parameter

from bot.cli import parts
from bot.cli.grant import grant_line, grant_row
from bot.cli.grant import standing as grants_in
from bot.cli.output import clock, moment, say, say_json
from bot.cli.parts import AsJson
from bot.cli.step import step_json, step_of, step_text
from bot.cli.wait import Wait
from bot.cli.waits import Scene, waits
from bot.core.grant import Grant
from bot.core.visible import on_one_line
from bot.engine.standing import Standing
from bot.settings import Settings

Json = dict[str, object]
Step = Annotated[
    int | None, Parameter(help="A step, by the number that `bot show THREAD` gives it; from 1.")
]


async def why(thread: str, step: Step = None, /, *, as_json: AsJson = False) -> None:
    async with parts.bare() as app:
        standing, log = await parts.told(app, thread)
    if step is not None:
        say_step = step_json if as_json else step_text
        say_step(await step_of(thread, log, step))
        return
    agent = standing.thread.agent if standing.thread else ""
    found = waits(Scene(standing, log, _file(app.settings, agent)))
    if as_json:
        say_json(_json(standing, agent, len(log), found))
        return
    texts = ("\n".join(_lines(wait)) for wait in found)
    head = (f"{thread} ({agent}): {standing.phase}", *map(_granted, _grants(standing)))
    say("\n\n".join(("\n".join(head), *texts)))


def _file(settings: Settings, agent: str) -> str:
    """Where this agent's approvers are named; the agents themselves need not load."""
    found = (folder / agent / "agent.md" for folder in settings.agents_path)
    return str(next((file for file in found if file.is_file()), Path(agent) / "agent.md"))


def _json(standing: Standing, agent: str, head: int, found: tuple[Wait, ...]) -> Json:
    granted = _grants(standing)
    return {
        "thread": standing.id,
        "agent": agent,
        "phase": standing.phase,
        "head": head,
        "waits": [_row(wait) for wait in found],
        **({"grants": [grant_row(each) for each in granted]} if granted else {}),
    }


def _grants(standing: Standing) -> tuple[Grant, ...]:
    """What runs there without being asked about."""
    return grants_in(standing)


def _granted(grant: Grant) -> str:
    return on_one_line(f"  {grant_line(grant)}")


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
