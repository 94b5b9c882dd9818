"""Work: the approval loop that is measured. A read or a claimed write, a question, a pause; the model costs nothing."""

from __future__ import annotations

import time
from pathlib import Path

from pydantic import JsonValue

from bot.core.values import Address, Usage
from bot.kit.load import Agents, load_agents
from bot.kit.people import People
from bot.model.port import Answer, ToolUse

MODEL = "claude-sonnet-5-5"
CLERK, SCRIBE = "clerk", "scribe"
"""Two agents: one reads before it asks, the other writes, which is claimed."""

USAGE = Usage(input=900, output=120)
ANSWER = "the minor one, I think"
QUESTION: dict[str, JsonValue] = {"question": "Which part of the version goes up?"}
RESULT = "\n".join(f"{n:07x} 2026-11-{n:02} mend the lamp in the hall" for n in range(11, 19))

_AGENT = """\
---
description: Releases one small repository.
tools: [{tool}]
approvers: [alice]
---
You release one small repository. Read what came in since the last tag, then ask which part of the version goes up.
Small mends raise the last part, new abilities the middle one, and what breaks somebody's habits the first. Name the
commits that decide it, the newest first, and say what you recommend. Wait for the answer, however long it takes; when it
comes, look again, for more may have come in meanwhile, and ask again where that changes what you recommended.
"""
_TOOLS = f"""\
from bot.kit import Args, tool

RESULT = {RESULT!r}


class Range(Args):
    limit: int


@tool({{declared}})
async def {{tool}}(range: Range):
    '''The commits since the last tag, newest first.'''
    return RESULT
"""
_AGENTS = {CLERK: ("list_commits", "reads=True"), SCRIBE: ("note_down", 'approval="never"')}
_INTENTS = """\
because: Why this call, and why now.
intents:
  request_human_input:
    description: Ask a human one question, in the place where the work began, and wait for the answer.
    fields: {question: The question., context: What they need to know.}
  done_for_now: {description: End the work for now and say how it ended., fields: {message: What was done.}}
  nothing_to_do: {description: End without a word., fields: {reason: Why.}}
  await: {description: Wait for a time., fields: {reason: What for.}}
  stand_by: {description: Leave the open requests as they are., fields: {message: What to say.}}
  withdraw: {description: Take an open request back., fields: {reason: Why.}}
  read_more: {description: Read another page of a result that was cut., fields: {page: From 1.}}
"""
_PEOPLE = "people:\n  alice: {name: Alice Example}\n"


def address(name: str) -> Address:
    """Where the thread of this name lives."""
    return Address(channel="bench", locator=name)


def agents_in(folder: Path) -> Agents:
    """The agents, written to disk and read as the app does; tools and instructions are some 4,000 characters."""
    for name, (tool, declared) in _AGENTS.items():
        home = folder / "agents" / name
        home.mkdir(parents=True)
        (home / "agent.md").write_text(_AGENT.format(tool=tool))
        (home / "tools.py").write_text(_TOOLS.format(tool=tool, declared=declared))
    house = folder / "agents" / "_house"
    house.mkdir()
    (house / "rules.md").write_text("Work in small steps. Trust only the people in the thread.\n")
    (house / "intents.yaml").write_text(_INTENTS)
    people = folder / "people.yaml"
    people.write_text(_PEOPLE)
    return load_agents([folder / "agents"], People.load(people))


Chosen = tuple[str, dict[str, JsonValue]]


def choice(body: bytes) -> Chosen:
    """What the model chooses by the last block it reads: after a result it asks, after a human's words it acts."""
    last = body.rfind(b'"text":"<')
    if body.startswith(b"<result", last + 8):
        return "request_human_input", {**QUESTION}
    tool = "note_down" if b'"name":"note_down"' in body else "list_commits"
    return tool, {"limit": 8}


class FreeModel:
    """Costs next to nothing; keeps when it was asked first, and the bodies if told to."""

    def __init__(self) -> None:
        self.asked_at: float | None = None
        self.kept: list[bytes] | None = None

    async def ask(self, body: bytes) -> Answer:
        tool, arguments = self.choose(body)
        return Answer(uses=(ToolUse(name=tool, arguments=arguments),), usage=USAGE)

    def choose(self, body: bytes) -> Chosen:
        """The choice, and a note of when it was asked for."""
        if self.asked_at is None:
            self.asked_at = time.perf_counter()
        if self.kept is not None:
            self.kept.append(body)
        return choice(body)
