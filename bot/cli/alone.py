"""Alone: agents whose requests nobody whom we reach may decide, in Slack or, with `mail`, by a mail; or the one person there not their own; and what mends that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from bot.cli.errors import Wrong
from bot.kit.agent import Agent
from bot.kit.amend import CannotAmend, amended_front
from bot.kit.document import text_of
from bot.kit.front_matter import EVERY_TOOL
from bot.kit.lint import Finding
from bot.kit.people import People
from bot.kit.rule import Terms

Place = tuple[str, ...]


@dataclass
class Approvals:
    """The agents as they stand, and as they will be written: nothing is written here."""

    agents: Mapping[str, Agent]
    people: People
    person: str
    mail: bool = False

    def __post_init__(self) -> None:
        self.texts: dict[Path, str] = {}
        self.named: set[str] = set()
        self.allowed: set[str] = set()

    def undecidable(self) -> list[str]:
        """Agents of which some call needs an approval that nobody in Slack may give, and naming the person would mend it."""
        return [
            name
            for name, agent in self.agents.items()
            if any(
                not self._reached(agent, terms) and terms.approvers == agent.front.approvers
                for terms in _gated(agent)
            )
        ]

    def alone(self) -> list[str]:
        """Agents whose calls the person alone may approve, and not their own."""
        return [
            name
            for name, agent in self.agents.items()
            if name not in self.allowed
            and any(
                self._reached(agent, terms) == {self.person} and not terms.self_approval
                for terms in _gated(agent)
            )
        ]

    def short(self) -> Iterator[tuple[str, str]]:
        """Each agent and tool whose cards too few people whom we reach may approve, with a sentence that says so."""
        there = "in Slack, or may decide by mail," if self.mail else "in Slack"
        for name, agent in self.agents.items():
            for terms in _gated(agent):
                reached, tool = self._reached(agent, terms), terms.tool.name
                if not reached:
                    yield name, f"nobody who is {there} may approve {tool}"
                elif isinstance(terms.quorum, int) and terms.quorum > len(reached):
                    by = " or by mail" if self.mail else ""
                    who = f"only {', '.join(sorted(reached))} in Slack{by} may give one"
                    yield name, f"{tool} needs {terms.quorum} approvals, and {who}"

    def name_approver(self, agents: Iterable[str]) -> None:
        """From here on the person is an approver of these."""
        for name in agents:
            approvers = [*self.agents[name].front.approvers, self.person]
            self._set(name, ("approvers",), list[JsonValue](approvers))
            self.named.add(name)

    def allow_self_approval(self, agents: Iterable[str]) -> None:
        """From here on who asks for a call of these may approve it, where its tool does not forbid that."""
        for name in agents:
            agent = self.agents[name]
            forbids = any(terms.tool.approving.self_approval == "denied" for terms in _gated(agent))
            willing = [t.tool.name for t in _gated(agent) if not t.tool.approving.self_approval]
            for tool in willing if forbids else [EVERY_TOOL]:
                self._set(name, ("policy", tool, "self_approval"), "allowed")
            self.allowed.add(name)

    def _reached(self, agent: Agent, terms: Terms) -> set[str]:
        """Who may approve this and is in Slack, or has mail that may carry it."""
        mail = self.mail and terms.typed and (not terms.channels or "email" in terms.channels)
        media = ("slack", "email") if mail else ("slack",)
        people = self.people.people
        named = self.people.expand(terms.approvers)
        found = {who for who in named if any(map(people[who].accounts, media))}
        own = agent.name in self.named and terms.approvers == agent.front.approvers
        return found | {self.person} if own else found

    def _set(self, name: str, place: Place, value: JsonValue) -> None:
        file = self.agents[name].folder / "agent.md"
        try:
            self.texts[file] = amended_front(self.texts.get(file) or text_of(file), place, value)
        except CannotAmend as error:
            raise Wrong(f"{file}: {error}") from None


def unreached(agents: Mapping[str, Agent], people: People, *, mail: bool) -> Iterator[Finding]:
    """Agents whose cards too few people could decide in Slack, or by mail."""
    for name, text in Approvals(agents, people, "", mail).short():
        yield Finding("warning", name, text, f"bot approvers {name} --add NAME --slack U…")


def _gated(agent: Agent) -> list[Terms]:
    return [terms for terms in agent.terms.values() if terms.approval != "never"]
