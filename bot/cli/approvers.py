"""Approvers: who may approve what an agent asks for, and one more of them: what a card names that nobody may decide."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from pydantic import JsonValue

from bot.app import House, house
from bot.cli import parts, wording
from bot.cli.errors import Wrong
from bot.cli.failing import json_of_failure
from bot.cli.output import say, say_json
from bot.cli.parts import AsJson
from bot.cli.writing import write
from bot.engine.desk import thread_of
from bot.kit.agent import Agent
from bot.kit.amend import CannotAmend, amended, amended_front
from bot.kit.document import AgentError, text_of
from bot.kit.front_matter import EVERY_TOOL
from bot.kit.people import People
from bot.settings import Settings
from bot.setup.workspaces import reader

Of = Annotated[str, Parameter(help="An agent, or a request or a thread of one.")]
Add = Annotated[str, Parameter("--add", help="A person or a group of the people file.")]
Slack = Annotated[str, Parameter("--slack", help="The member ID in Slack of whom --add names.")]
Allowed = Annotated[
    Literal["allowed", "denied"] | None,
    Parameter("--self-approval", help="Whether who asks for a call may approve it."),
]
MEMBER = re.compile(r"[UW][A-Z0-9]+", re.ASCII)
ANEW = (
    "Start the workers anew, and say something in the thread of an open card: a new card is made."
)


async def approvers(
    of: Of,
    /,
    *,
    add: Add = "",
    slack: Slack = "",
    self_approval: Allowed = None,
    as_json: AsJson = False,
) -> None:
    with json_of_failure(as_json):
        name, agent, people = await _told(of, add, slack, self_approval)
    if as_json:
        say_json({"agent": name, "approvers": list(agent.front.approvers), "people": list(people)})
        return
    say(f"{name}: {', '.join(people) or 'nobody'} may approve; bot policy {name} says what.")
    if add or self_approval:
        say(ANEW)


async def _told(
    of: str, add: str, slack: str, self_approval: str | None
) -> tuple[str, Agent, tuple[str, ...]]:
    """The agent as it is once what was asked for is written, and who may approve."""
    settings = parts.read()
    found = house(settings)
    name = of if of in found.agents else await _agent_of(of, found)
    if add or slack or self_approval:
        texts = _known(settings.people_file, found.people, add, slack)
        _amend(settings, texts | _named(found.agents[name], found.people, add, self_approval))
        found = house(settings)
    agent, live = found.agents[name], found.people.live
    live.reads_from(reader(settings, found.people))
    await live.fresh(live.groups)
    return name, agent, found.people.expand(agent.front.approvers)


async def _agent_of(request: str, found: House) -> str:
    """The agent whose request or thread this is."""
    async with parts.bare() as app:
        threads = [name for name, _ in await app.store.threads()]
        thread = thread_of(request)
        if thread not in threads:
            raise wording.wrong("agent, request or thread", request, [*found.agents, *threads])
        agent = (await parts.thread(app, thread)).agent
    if agent not in found.agents:
        raise wording.wrong("agent", agent, found.agents)
    return agent


def _amend(settings: Settings, texts: dict[Path, str]) -> None:
    """Writes it, and takes it back where the agents would no longer load."""
    before = {file: text_of(file) for file in texts}
    write(texts)
    try:
        house(settings)
    except AgentError:
        write(before)
        raise


def _known(file: Path | None, people: People, add: str, slack: str) -> dict[Path, str]:
    """The people file with this member ID of whom is named; nobody unknown is named without one."""
    if not slack:
        if add and people.unknown((add,)):
            known = [*people.people, *people.groups]
            raise wording.wrong("person or group", add, known, f" in {file}")
        return {}
    if file is None or not add or add in people.groups:
        raise Wrong("--slack goes with --add and a person; a group has no ID, nor has nobody.")
    if not MEMBER.fullmatch(slack):
        raise Wrong(f"{slack[:80]!r} is no member ID of Slack: U… was expected.")
    try:
        return {file: amended(text_of(file), ("people", add, "slack"), slack)}
    except CannotAmend as error:
        raise Wrong(f"{file}: {error}") from None


def _named(agent: Agent, people: People, add: str, self_approval: str | None) -> dict[Path, str]:
    """The agent's settings with this approver and this word on self-approval."""
    file, approvers = agent.folder / "agent.md", agent.front.approvers
    text = text_of(file)
    try:
        if add and add not in (*approvers, *people.expand(approvers)):
            text = amended_front(text, ("approvers",), list[JsonValue]([*approvers, add]))
        if self_approval:
            text = amended_front(text, ("policy", EVERY_TOOL, "self_approval"), self_approval)
    except CannotAmend as error:
        raise Wrong(f"{file}: {error}") from None
    return {file: text}
