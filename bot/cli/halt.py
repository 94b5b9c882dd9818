"""Halt: the kill switch, for one agent or for all; and what is halted. It needs neither agents nor people to load."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

from cyclopts import Parameter

from bot.app import App
from bot.cli import parts, wording
from bot.cli.errors import Failed, Wrong
from bot.cli.output import clock, moment, note, say, say_json
from bot.cli.parts import As, AsJson
from bot.cli.thread import Reason
from bot.core.events import Halted, Lifted
from bot.core.halts import Halt, Halts, told_by
from bot.core.house import HOUSE
from channels.console.channel import CHANNEL

Agent = Annotated[
    str | None, Parameter(help="The agent that is to begin nothing new; default all.")
]
Lift = Annotated[bool, Parameter("--lift", help="End the halt of that agent, or that of all.")]
Show = Annotated[bool, Parameter("--show", help="Only say what is halted, by whom, when and why.")]
SOON = "Nothing new begins anywhere within 5 s; what has started ends and is recorded."


async def halt(
    agent: Agent = None,
    /,
    *,
    lift: Lift = False,
    show: Show = False,
    reason: Reason = "",
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    """With --json it only says what is halted, as with --show."""
    if (show or as_json) and (lift or reason):
        raise Wrong("--show and --json only look: leave out --lift and --reason.")
    if agent is not None and not agent.strip():
        raise Wrong("The name of the agent is empty; for all of them leave it out.")
    agent = agent or ""
    async with parts.bare() as app:
        halted = told_by(await app.desk.house())
        if as_json:
            say_json([halt_row(each) for each in _of(halted, agent)])
        elif show:
            say("\n".join(map(halt_line, _of(halted, agent))) or "Nothing is halted.")
        elif lift:
            await _lift(app, halted, agent, as_)
        else:
            await _halt(app, halted, agent, reason, as_)


async def _halt(app: App, halted: Halts, agent: str, reason: str, as_: str) -> None:
    if agent in halted:
        raise Failed(f"{halt_line(halted[agent])} already.")
    known = await _agents(app)
    if agent and agent not in known:
        raise wording.wrong("agent", agent, known)
    event = Halted(id=_id("halt"), actor=parts.actor(app, as_), agent=agent, reason=reason)
    await app.desk.post(HOUSE, event)
    say(f"{agent or 'Everything'} is halted. {SOON}")
    say(f"{_lifting(agent)} lets it go on.")


async def _lift(app: App, halted: Halts, agent: str, as_: str) -> None:
    if agent not in halted:
        others = f" {'; '.join(map(halt_line, halted.values()))}." if halted else ""
        raise Failed(f"{agent or 'Everything at once'} is not halted.{others}")
    await app.desk.post(HOUSE, Lifted(id=_id("lift"), actor=parts.actor(app, as_), agent=agent))
    say(f"The halt of {agent or 'everything'} is lifted; what waited goes on.")
    for left in told_by(await app.desk.house()).values():
        say(f"{halt_line(left)} still: {_lifting(left.agent)}.")


async def _agents(app: App) -> list[str]:
    """Those on disk, whether they load or not, and those that threads name."""
    on_disk = [
        file.parent.name for path in app.settings.agents_path for file in path.glob("*/agent.md")
    ]
    return sorted({*on_disk, *(each.agent for each in await app.desk.threads() if each.agent)})


def _of(halted: Halts, agent: str) -> list[Halt]:
    return [each for each in halted.values() if agent in ("", each.agent) or not each.agent]


def _lifting(agent: str) -> str:
    return " ".join(filter(None, ("bot halt --lift", agent)))


def halt_row(halt: Halt) -> dict[str, object]:
    """A halt as JSON; `agent` is null where everything is halted."""
    return {
        "agent": halt.agent or None,
        "by": halt.by,
        "since": moment(halt.at),
        "reason": halt.reason,
    }


def halt_line(halt: Halt) -> str:
    """What is halted, in a line without a stop."""
    what = halt.agent or "Everything"
    return f"{what} is halted since {clock(halt.at)} by {halt.words}"


def warn_of_halts(halted: Halts) -> None:
    """Beside what is shown: that some of it stands still, and how that ends."""
    for each in halted.values():
        note(f"{halt_line(each)}; {_lifting(each.agent)} lets it go on.")


def _id(what: str) -> str:
    return f"{CHANNEL}:{what}:{uuid4().hex}"
