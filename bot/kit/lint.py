"""Lint: what loads but should not stay so. Every finding says what mends it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core.values import Rung
from bot.kit.agent import Agent
from bot.kit.front_matter import QUESTION
from bot.kit.load import Agents
from bot.kit.nearest import meant
from bot.kit.places import DEFAULT, complaint
from bot.kit.rule import Terms
from bot.kit.standing_in import KEYWORDS

MAX_TOOLS = 10
MAX_STEPS = 20
MAX_PROMPT_TOKENS = 4_000
_LETTERS_A_TOKEN = 4
MODEL_NAME = re.compile(r"[A-Za-z0-9][\w.:/@-]{0,199}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. An error means that the agent cannot do its work as it is."""

    severity: Literal["error", "warning"]
    agent: str
    text: str
    mend: str


def lint(agents: Agents) -> list[Finding]:
    """Everything there is to say about these agents, errors first."""
    found = [finding for agent in agents.values() for finding in _findings(agent)]
    return sorted(found, key=lambda finding: (finding.severity, finding.agent))


def _findings(agent: Agent) -> Iterator[Finding]:
    yield from _size(agent)
    yield from _models(agent)
    yield from _names(agent)
    yield from _places(agent)
    yield from _schedules(agent)
    yield from _told(agent, QUESTION, agent.asking.ladder())
    for terms in agent.terms.values():
        yield from _terms(agent, terms)


def _size(agent: Agent) -> Iterator[Finding]:
    file = f"{agent.folder}/agent.md"
    if len(agent.tools) > MAX_TOOLS:
        text = f"{len(agent.tools)} tools are more than {MAX_TOOLS}: the model chooses worse among many"
        yield Finding(
            "error", agent.name, text, f"name fewer under tools: in {file}, or split the agent"
        )
    if agent.limits.steps > MAX_STEPS:
        text = f"{agent.limits.steps} steps are more than {MAX_STEPS} without a human's word"
        yield Finding("error", agent.name, text, f"limits: {{steps: {MAX_STEPS}}} in {file}")
    tokens = len(agent.prompt) // _LETTERS_A_TOKEN
    if tokens > MAX_PROMPT_TOKENS:
        text = f"the prompt has about {tokens:,} tokens, more than {MAX_PROMPT_TOKENS:,}"
        yield Finding(
            "error", agent.name, text, f"shorten {file}, or let the agent read it through a tool"
        )
    if agent.front.routes:
        text = "its routes are kept, and nothing in this version follows them"
        yield Finding("warning", agent.name, text, f"start it with bot launch {agent.name} TEXT")
    if not agent.description:
        mend = f"description: what it is for, in a line, in {file}"
        yield Finding("warning", agent.name, "it has no description", mend)


def _schedules(agent: Agent) -> Iterator[Finding]:
    """Schedules that begin very many threads, each of which asks the model, or that catch up less than they say."""
    for schedule in agent.front.schedules:
        for what, mend in schedule.cautions:
            text = f"its schedule {schedule.name} {what}"
            yield Finding("warning", agent.name, text, f"{mend} in {agent.folder}/agent.md")


def _models(agent: Agent) -> Iterator[Finding]:
    """Models that cannot be asked, and a second one that is the first."""
    file, front = f"{agent.folder}/agent.md", agent.front
    for word, name in (("model", front.model), ("fallback", front.fallback)):
        if name is not None and not MODEL_NAME.fullmatch(name):
            text = f"{word}: {name[:80]!r} is no name of a model"
            yield Finding("error", agent.name, text, f"correct it in {file}, or leave it out")
    if front.model and front.model == front.fallback:
        text = f"fallback: {front.fallback} is its model already"
        yield Finding("warning", agent.name, text, f"name another in {file}, or leave it out")


def _names(agent: Agent) -> Iterator[Finding]:
    """Approvers that nobody is called."""
    for name in agent.people.unknown(dict.fromkeys(_named(agent))):
        known = [*agent.people.people, *agent.people.groups]
        text = (
            f"{name} is named as approver, and is neither a person nor a group{meant(name, known)}"
        )
        yield Finding("error", agent.name, text, f"add {name} to the people file (BOT_PEOPLE)")


def _places(agent: Agent) -> Iterator[Finding]:
    """Addresses that are none: nothing would be put there."""
    front, people = agent.front, agent.people
    said = {f"address of {tool}": each.address for tool, each in front.policy.items()}
    said |= {"address": front.address, "default": DEFAULT if DEFAULT in people.places else None}
    for where, name in said.items():
        if name is not None and (reason := complaint(name, people)):
            file = "" if where == DEFAULT else f"correct it in {agent.folder}/agent.md, or "
            mend = f"{file}give it under places: in the people file (BOT_PEOPLE)"
            yield Finding("error", agent.name, f"{where}: {reason}", mend)


def _named(agent: Agent) -> Iterable[str]:
    yield from agent.front.approvers
    for policy in agent.front.policy.values():
        yield from policy.approvers or ()
    for tool in agent.tools.values():
        yield from tool.approving.approvers


def _terms(agent: Agent, terms: Terms) -> Iterator[Finding]:
    file, name = f"{agent.folder}/agent.md", terms.tool.name
    for word in terms.loosened:
        text = f"policy of {name}: {word} asks for less than the tool itself does"
        yield Finding("warning", agent.name, text, f"take it out of {file}, or change the tool")
    if terms.approval == "never":
        return
    approvers = agent.people.expand(terms.approvers)
    yield from _told(agent, name, terms.ladder)
    if agent.people.kept(terms.approvers):
        return  # Who is in a group that Slack keeps is known only at work.
    if not approvers:
        text = f"{name} needs approval and nobody may give it"
        yield Finding(
            "error",
            agent.name,
            text,
            f"bot approvers {agent.name} --add NAME, or approvers: [NAME] in {file}",
        )
    elif isinstance(terms.quorum, int) and terms.quorum > len(approvers):
        text = f"{name} needs {terms.quorum} approvals and {len(approvers)} may give one"
        yield Finding(
            "error", agent.name, text, f"name more approvers in {file}, or lower the quorum"
        )


def _told(agent: Agent, name: str, ladder: Sequence[Rung]) -> Iterator[Finding]:
    """Those who are to be told that something waits, and that nobody is called."""
    for who in agent.people.unknown(each for rung in ladder for each in rung.to):
        if who not in KEYWORDS:
            text = f"escalate of {name}: {who} is neither a person nor a group"
            fix = f"name one, deputy or owner in {agent.folder}/agent.md"
            yield Finding("error", agent.name, text, fix)
