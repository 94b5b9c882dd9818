"""Agent: one prompt with its tools and its policy, loaded from a folder; nothing about it changes afterwards."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from bot.core.addresses import elsewhere
from bot.core.values import Address, Limits, Proposal, Routed
from bot.kit import places
from bot.kit import propose as proposing
from bot.kit.arguments import Json
from bot.kit.declared import Approval
from bot.kit.front_matter import EVERY_TOOL, QUESTION, FrontMatter, Policy
from bot.kit.house import House
from bot.kit.intents import BUILT_IN
from bot.kit.nearest import meant
from bot.kit.people import People
from bot.kit.reach import Reach
from bot.kit.rule import Rule, Terms
from bot.kit.tool import Tool, with_because


class NoSuchTool(Exception):
    """The agent has no tool or intent of this name; the text says which was probably meant."""


@dataclass(frozen=True, eq=False)
class Agent:
    """Everything the engine needs to know of one agent. `sources` is the code its digest covers."""

    name: str
    folder: Path
    front: FrontMatter
    body: str
    house: House
    people: People
    tools: Mapping[str, Tool]
    terms: Mapping[str, Terms]
    sources: Mapping[str, str] = field(repr=False)

    @property
    def description(self) -> str:
        return self.front.description

    @property
    def model(self) -> str | None:
        """The model this agent asks; None: the bot's default."""
        return self.front.model

    @property
    def fallback(self) -> str | None:
        """The model that is asked when the first cannot be; None: the bot's default."""
        return self.front.fallback

    @property
    def limits(self) -> Limits:
        return self.front.limits.limits()

    @property
    def listen(self) -> str:
        """Whose words in the thread count as addressed: `mention` or `thread`."""
        return self.front.listen

    @property
    def prefetch(self) -> tuple[tuple[str, Json], ...]:
        """The reads that are done before the model is first asked, as `propose` takes them."""
        return tuple((each.tool, each.arguments) for each in self.front.prefetch)

    @property
    def approvers(self) -> tuple[str, ...]:
        """The people who decide where neither tool nor policy names others."""
        return self.people.expand(self.front.approvers)

    @property
    def system(self) -> tuple[str, ...]:
        """What the model is told first: the rules of the house, then the agent's own prompt."""
        return tuple(text for text in (self.house.rules, self.body) if text)

    @property
    def prompt(self) -> str:
        return "\n\n".join(self.system)

    @cached_property
    def digest(self) -> str:
        """Changes with the prompt, the policy, any schema and any line of the tools' code."""
        parts = {
            "system": self.system,
            "settings": self.front.model_dump(mode="json"),
            "specs": self.tool_specs(),
            "sources": dict(self.sources),
        }
        return sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "replace")).hexdigest()

    def tool(self, name: str) -> Tool:
        """The tool of this name; NoSuchTool where there is none."""
        if name not in self.tools:
            message = f"{self.name} has no tool {name[:80]}{meant(name[:80], self.tools)}"
            raise NoSuchTool(message)
        return self.tools[name]

    @property
    def asking(self) -> Policy:
        """How long a question waits, and who is told meanwhile; where it says nothing of that, as for every tool."""
        own, every = (self.front.policy.get(name, Policy()) for name in (QUESTION, EVERY_TOOL))
        return own.over(every.model_copy(update={"deadline": None, "address": None}))

    def approval(self, name: str) -> Approval:
        """Whether a human is asked before this tool or intent runs: never, always, or when its condition says so."""
        if name in BUILT_IN:
            return "never"
        self.tool(name)
        return self.terms[name].approval

    def rule(self, tool_name: str, arguments: Json) -> Rule:
        """Who decides on this call; BadArguments or NoSuchTool where there is nothing to decide."""
        if tool_name in BUILT_IN:
            return Rule(
                "read", reason=f"{tool_name} is built in and changes nothing outside the thread."
            )
        tool = self.tool(tool_name)
        rule = self.terms[tool_name].rule(tool.parse(arguments), self.people)
        if rule.grant and not tool.tells(arguments, rule.grant.same):
            return replace(rule, grant=None)
        return rule

    async def fresh(self, tool_name: str) -> None:
        """Reads anew who is in the groups, kept elsewhere, through which anybody decides on this tool, and where its places are."""
        there = places.by_name(self.people, self._address(tool_name), self.front.address)
        if kept := (*self._kept(tool_name), *there):
            await self.people.live.fresh(kept)

    def unread(self, tool_name: str) -> tuple[tuple[str, str], ...]:
        """Those of these groups that could not be read, each with why: nobody decides through them."""
        live = self.people.live
        return tuple((each, why) for each in self._kept(tool_name) if (why := live.trouble(each)))

    def away(self, tool_name: str) -> bool:
        """Whether one of them could not be read only because its channel did not answer just now."""
        return any(map(self.people.live.is_away, self._kept(tool_name)))

    def _kept(self, tool_name: str) -> tuple[str, ...]:
        terms = self.terms.get(tool_name)
        return self.people.kept(terms.approvers) if terms else ()

    def places(self, tool_name: str) -> tuple[Routed, ...]:
        """Where a card of this tool, or a question, may be put besides its thread."""
        return places.named(self.people, self._address(tool_name), self.front.address)

    def reach(
        self,
        media: Container[str],
        home: tuple[Address, ...],
        there: tuple[Routed, ...] = (),
        requester: str = "",
    ) -> Reach:
        """Whom what is put at the first of these places reaches, or in the thread where there are none."""
        first = next((each.address for each in there), next(iter(home), None))
        return Reach(self.people, media, first, requester if first in home else "")

    def _address(self, tool_name: str) -> str | None:
        """The place that the policy of this tool, or of questions, names."""
        terms = self.asking if tool_name == QUESTION else self.terms.get(tool_name)
        return terms.address if terms else None

    def tool_specs(self) -> list[dict[str, object]]:
        """What the model may choose from, in an order that never changes: built-in intents, then tools by name."""
        return deepcopy(self._specs)

    @cached_property
    def _specs(self) -> list[dict[str, object]]:
        built_in = [self.house.spec(name, self.people.roster) for name in BUILT_IN]
        return built_in + [self._spec(self.tools[name]) for name in sorted(self.tools)]

    def _spec(self, tool: Tool) -> dict[str, object]:
        schema = tool.arguments_schema
        if self.approval(tool.name) != "never":
            schema = with_because(schema, self.house.because)
        return {"name": tool.name, "description": tool.description, "schema": schema}

    def propose(
        self,
        uses: Sequence[tuple[str, Mapping[str, object]]],
        *,
        asked: tuple[str, ...],
        question_deadline_seconds: int | None,
        approval_deadline_seconds: int | None,
        now: datetime | None = None,
        owner: str = "",
        home: tuple[Address, ...] = (),
        requester: str = "",
        media: Container[str] = (),
        askable: frozenset[str] | None = None,
    ) -> tuple[Proposal, ...]:
        """The step that these tool uses make in the thread that lives at `home`, with the rules that hold now; Malformed where they make none."""
        there = elsewhere(home, self.places(QUESTION))
        frame = proposing.Frame(
            asked,
            self.asking.deadline or question_deadline_seconds,
            approval_deadline_seconds,
            now,
            self.asking.ladder(),
            owner,
            there,
            self.reach(media, home, requester=requester),
            self.reach(media, home, there, requester),
            askable,
        )
        return proposing.propose(self, uses, frame)
