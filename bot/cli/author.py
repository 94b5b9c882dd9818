"""Author: what somebody who writes an agent wants to know about it. Nothing here needs a store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, cast

from cyclopts import Parameter

import bot
from bot import settings as environment
from bot.app import house
from bot.cli import explain, policies, wording
from bot.cli.alone import unreached
from bot.cli.errors import FAILED, Failed, Wrong
from bot.cli.output import say, say_json, table
from bot.cli.parts import AsJson
from bot.cli.scaffold import NotMade, new_agent
from bot.core.visible import shortened
from bot.kit.agent import Agent
from bot.kit.front_matter import QUESTION
from bot.kit.intents import BUILT_IN
from bot.kit.lint import lint as findings_in
from bot.kit.load import Agents
from bot.setup import mailroom
from bot.setup.money import unpriced
from bot.setup.workspaces import reader, speaks

Json = dict[str, object]
Explained = Annotated[str, Parameter(help="An agent; or explain, an agent and a tool.")]
Of = Annotated[str, Parameter(help="With explain: the agent.")]
Tool = Annotated[str, Parameter(help="With explain: its tool.")]
Arguments = Annotated[
    str, Parameter("--arguments", help="With explain: the call's arguments, as JSON.")
]
By = Annotated[str, Parameter("--by", help="With explain: who asks for it.")]
MOST_CHARACTERS = 80


async def tools(agent: str = "", /, *, as_json: AsJson = False) -> None:
    agents = _agents()
    chosen = [_agent(agents, agent)] if agent else list(agents.values())
    rows = [row for each in chosen for row in _tools(each)]
    if as_json:
        say_json(rows)
        return
    columns = ("agent", "intent", "approval", "function", "description")
    table(columns, [_short(row) for row in rows])


async def policy(
    agent: Explained,
    of: Of = "",
    tool: Tool = "",
    /,
    *,
    arguments: Arguments = "{}",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    if agent == "explain" and tool:
        read, explained = environment.read(), _agent(_agents(), of)
        explained.people.live.reads_from(reader(read, explained.people))
        await explained.fresh(tool)
        told = explain.explained(read, explained, tool, arguments, by)
        say_json(told) if as_json else say("\n".join(explain.lines(told)))
        return
    if of or tool or agent == "explain":
        raise Wrong("For one call: bot policy explain AGENT TOOL --arguments JSON --by PERSON.")
    each = await _read_anew(_agent(_agents(), agent))
    rows = [
        {**policies.row(each, name), "intent": name} for name in (*sorted(each.tools), *BUILT_IN)
    ]
    if as_json:
        say_json(rows)
        return
    shown = [
        (
            *map(str, (row["intent"], row["approval"])),
            *(policies.who(row), policies.how(row), str(row["reason"])),
        )
        for row in rows
    ]
    table(("intent", "approval", "by", "how", "why"), shown)


async def lint(*, as_json: AsJson = False) -> int:
    agents = _agents()
    read = environment.read()
    agents.people.live.reads_from(reader(read, agents.people))
    for each in agents.values() if speaks(read) else ():
        for name in (QUESTION, *each.terms):
            await each.fresh(name)
    findings = [*findings_in(agents), *unpriced(read, agents)]
    if speaks(read):
        broken = {each.agent for each in findings if each.severity == "error"}
        slackless = unreached(agents, agents.people, mail=mailroom.speaks(read))
        findings += [each for each in slackless if each.agent not in broken]
    findings.sort(key=lambda found: (found.severity, found.agent))
    if as_json:
        say_json([asdict(finding) for finding in findings])
    else:
        lines = [f"{each.severity}: {each.agent}: {each.text}; {each.mend}" for each in findings]
        say("\n".join(lines) or "Nothing to mend.")
    return FAILED if any(finding.severity == "error" for finding in findings) else 0


async def new(name: str, /) -> None:
    settings = environment.read()
    folder = settings.agents_path[0]
    taken = (folder / name).exists()
    try:
        files = new_agent(name, folder)
    except NotMade as error:
        raise (Failed if taken else Wrong)(str(error)) from None
    say("\n".join(str(file) for file in files))
    people = settings.people_file or folder / "_house" / "people.yaml"
    say(
        f"Nobody can approve its add_note until approvers: in {folder / name}/agent.md"
        f" names people or groups of {people}."
    )
    say(f"Try it: bot launch {name} 'hello', and its test: {_test_command(folder / name)}")


def _test_command(folder: Path) -> str:
    """In the project itself `make` sees to pytest; elsewhere it is whatever the author has."""
    inside = Path(bot.__file__).parents[1].resolve() == Path.cwd().resolve()
    return f"make test ARGS={folder}" if inside else f"pytest {folder}"


# ---- which agent -----------------------------------------------------------------------------------------------------
def _agents() -> Agents:
    read = house(environment.read())
    return Agents(read.agents, read.people)


def _agent(agents: Agents, name: str) -> Agent:
    if name not in agents:
        raise wording.wrong("agent", name, agents)
    return agents[name]


async def _read_anew(agent: Agent) -> Agent:
    """With whoever is in the groups that a channel keeps by now."""
    agent.people.live.reads_from(reader(environment.read(), agent.people))
    for name in agent.terms:
        await agent.fresh(name)
    return agent


# ---- tools -----------------------------------------------------------------------------------------------------------
def _tools(agent: Agent) -> Iterator[Json]:
    """Every intent of this agent as the model is offered it, with the policy and the function behind it."""
    for spec in agent.tool_specs():
        name = str(spec["name"])
        yield {
            "agent": agent.name,
            "name": name,
            "description": spec["description"],
            "schema": spec.get("input_schema", spec.get("schema")),
            "policy": policies.row(agent, name),
            "function": _function(agent, name),
            "source": None if name in BUILT_IN else agent.tool(name).source,
        }


def _function(agent: Agent, name: str) -> str:
    """Where the function is; the package that an agent is loaded into has a name of its own at every load."""
    if name in BUILT_IN:
        return "built in"
    function = agent.tool(name).shape.function
    module = function.__module__.partition(".")[2] or function.__module__
    return f"{agent.name}.{module}:{function.__qualname__}"


def _short(row: Json) -> tuple[str, str, str, str, str]:
    policy = cast("Json", row["policy"])
    line = shortened(str(row["description"]).partition("\n")[0], MOST_CHARACTERS)
    return str(row["agent"]), str(row["name"]), str(policy["approval"]), str(row["function"]), line
