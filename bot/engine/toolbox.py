"""Toolbox: finds the tool of a call, runs it with what it declares, and says its errors shortly and without secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from pydantic import JsonValue

from bot.core import approvals
from bot.core.addresses import elsewhere
from bot.core.codec import digest
from bot.core.masks import PLAIN, Masks
from bot.core.redact import cut, missing
from bot.core.thread import Call, Thread
from bot.core.values import Card, Deputy, Routed, Rung
from bot.kit.agent import Agent
from bot.kit.calendar import Calendar
from bot.kit.call import Call as ToolCall
from bot.kit.call import Refused, Unsure, call_for
from bot.kit.picture import Pictured
from bot.kit.places import of_person
from bot.kit.reach import Reach
from bot.kit.rule import Rule
from bot.kit.standing_in import by_person, deputies, named
from bot.kit.tool import Tool

ERROR_CHARACTERS = 500
SECRET_CHARACTERS = 4
"""A shorter value is no secret worth its name, and cutting it out of every text would garble them."""


class Gone(Exception):
    """The agent or the tool of a call is no longer here."""


class Toolbox:
    """The tools of all agents and those `common` to them, and the environment out of which each gets what it declares."""

    def __init__(
        self,
        agents: Mapping[str, Agent],
        environ: Mapping[str, str],
        common: Mapping[str, Tool] | None = None,
        masks: Masks = PLAIN,
        owner: str = "",
        calendar: Callable[[Thread, tuple[str, ...]], Calendar] | None = None,
        media: Collection[str] = (),
    ) -> None:
        self._agents = agents
        self._environ = environ
        self._common = common or {}
        self.masks = masks
        self._owner = owner
        self._calendar = calendar
        self._media = media

    def find(self, thread: Thread, call: Call) -> tuple[Agent, Tool]:
        """The agent of the thread and the tool of the call. Raises `Gone`."""
        agent = self._agents.get(thread.agent)
        if agent is None:
            message = f"the agent {thread.agent} is no longer here"
            raise Gone(message)
        name = call.proposal.tool
        tool = self._common.get(name) or agent.tools.get(name)
        if tool is None:
            message = f"{thread.agent} no longer has the tool {name}"
            raise Gone(message)
        return agent, tool

    def rule(self, thread: Thread, call: Call) -> tuple[Agent, Tool, Rule]:
        """Who decides on the call: not who asked for it under an account that the people file knew nothing of. Raises `Gone` and `BadArguments`."""
        agent, tool = self.find(thread, call)
        rule = agent.rule(tool.name, call.proposal.arguments)
        if not rule.self_approval and (also := _since_known(agent, thread, call)):
            rule = rule.without(also)
        return agent, tool, rule

    async def run(self, thread: Thread, call: Call) -> JsonValue | Pictured:
        """The tool at work, for at most its time limit; what looks like a secret is not in what it gives back."""
        _, tool = self.find(thread, call)
        self._complete(call)
        # A thread cannot be stopped: a blocking function that changes the world is waited for, however long it takes,
        # since nobody may be offered a second try while the first can still be running.
        seconds = tool.seconds if tool.reads or tool.can_be_stopped else None
        async with asyncio.timeout(seconds):
            result = await tool.run(call.proposal.arguments, self._call(tool, thread, call))
        return result if isinstance(result, Pictured) else cut(result, self.masks)

    async def card(self, thread: Thread, call: Call) -> Card:
        """What the call would do now, laid out for its approvers, as who they are was read last."""
        self._complete(call)
        agent, tool, rule = self.rule(thread, call)
        arguments = call.proposal.arguments
        async with asyncio.timeout(tool.seconds):
            shown = await tool.show(arguments, self._call(tool, thread, call))
        pins = self._kept(shown.pins)
        # Before the digest: what it covers is what is kept and shown.
        unread = {group: self.masks.cut(why) for group, why in agent.unread(tool.name)}
        own = () if rule.self_approval else _own(_since_known(agent, thread, call))
        text = self.masks.cut("\n\n".join((shown.text, *own, *_unread(unread))))
        places = elsewhere(thread.addresses, agent.places(tool.name))
        in_place = stand_ins(agent, call, rule, thread.at)
        ladder = self._ladder(agent, rule, thread.at)
        reach = agent.reach(self._media, thread.addresses, places)
        told = (*rule.approvers, *(who for rung in ladder for who in rung.to))
        asked = agent.reach(self._media, thread.addresses, places, thread.requester)
        return Card(
            text=text,
            digest=digest(tool.name, arguments, text, pins),
            pins=pins,
            approvers=rule.approvers,
            quorum=rule.quorum,
            self_approval=rule.self_approval,
            typed=rule.typed,
            channels=rule.channels,
            deadline_seconds=_deadline(call, rule),
            agent=fingerprint(tool, rule),
            deputies=tuple(self._reached(agent, each, thread, places) for each in in_place),
            ladder=ladder,
            grant=rule.grant,
            addresses=places,
            apart=self._apart(thread, call, rule, reach, ladder, in_place),
            reached=asked.elsewhere(call.proposal.asked) | reach.elsewhere(dict.fromkeys(told)),
            unread=unread,
        )

    def _kept(self, pins: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        found = dict(pins)
        if cut(found, self.masks) is not found:
            message = "what it depends on (a pin) holds a secret, which is kept nowhere: pin a digest of that"
            raise Refused(message)
        return found

    def _ladder(self, agent: Agent, rule: Rule, at: int) -> tuple[Rung, ...]:
        """Who is told and when, were the card made at this time."""
        ladder = named(agent.people, rule.ladder)
        return by_person(agent.people, ladder, rule.approvers, at, self._owner, rule.deputies)

    def _reached(
        self, agent: Agent, deputy: Deputy, thread: Thread, places: tuple[Routed, ...]
    ) -> Deputy:
        """The deputy, with where they are told once their time has come."""
        near = (*thread.addresses, *(each.address for each in places))
        address = of_person(agent.people, deputy.person, near)
        return deputy.model_copy(update={"address": address}) if address else deputy

    def _apart(
        self,
        thread: Thread,
        call: Call,
        rule: Rule,
        reach: Reach,
        ladder: tuple[Rung, ...],
        in_place: tuple[Deputy, ...],
    ) -> tuple[Deputy, ...]:
        """Those who may decide and have a copy of their own, be they approvers or whoever stands in for one."""
        barred = () if rule.self_approval else approvals.requesters(thread, call)
        able = (each for each in rule.approvers if each not in barred)
        found = reach.apart(able, ladder, thread.at)
        lent = {each.person: each for each in sorted(in_place, key=lambda each: -each.since)}
        missed = reach.elsewhere(who for who in lent if who not in barred)
        return (
            *found,
            *(lent[who].model_copy(update={"address": at}) for who, at in missed.items()),
        )

    def _complete(self, call: Call) -> None:
        """A call does not run on what is left of a secret. A file is known by its channel's name for it, whatever people call it."""
        mask = missing(call.proposal.arguments)
        if mask and call.proposal.tool not in self._common:
            message = (
                f"its arguments hold {mask}: what stood there was cut out, and nobody has it any more. "
                "Leave it out, or let the tool declare the secret that it needs"
            )
            raise Refused(message)

    def said(self, call: Call, error: Exception) -> str:
        """An error in one short text, without traceback and without the values of secrets."""
        if isinstance(error, TimeoutError):
            return f"took longer than {call.proposal.time_limit_seconds} s and was stopped"
        plain = isinstance(error, Refused | Unsure | Gone)
        text = str(error) if plain else f"{type(error).__name__}: {error}"
        for value in self._secrets():
            text = text.replace(value, "[secret]")
        text = " ".join(self.masks.cut(text).split())
        return text if len(text) <= ERROR_CHARACTERS else text[: ERROR_CHARACTERS - 1] + "…"

    def _call(self, tool: Tool, thread: Thread, call: Call) -> ToolCall:
        key = f"{call.id}-{digest(call.proposal.arguments)[:8]}"
        made = call_for(
            tool, key=key, thread=thread.id, requester=thread.requester, environ=self._environ
        )
        if self._calendar is None:
            return made
        return replace(made, calendar=self._calendar(thread, approvals.requesters(thread, call)))

    def _secrets(self) -> list[str]:
        tools = [tool for agent in self._agents.values() for tool in agent.tools.values()]
        values = {self._environ.get(name, "") for tool in tools for name in tool.secrets}
        return [value for value in values if len(value) >= SECRET_CHARACTERS]


def _since_known(agent: Agent, thread: Thread, call: Call) -> dict[str, str]:
    """Those of our people who asked for this before the people file knew them by it, each with the account."""
    asked = approvals.requesters(thread, call)
    return {who: each for each in asked for who in agent.people.known_as(each)}


def _own(also: Mapping[str, str]) -> list[str]:
    """What the card says of them."""
    return [
        f"{who} asked for this as {account}, and so does not approve it."
        for who, account in also.items()
    ]


def _unread(unread: Mapping[str, str]) -> list[str]:
    """What the card says of groups that could not be read."""
    return [
        f"Nobody decides through {group}: it could not be read ({why})."
        for group, why in unread.items()
    ]


def _deadline(call: Call, rule: Rule) -> int | None:
    return rule.deadline_seconds or call.proposal.deadline_seconds


def stand_ins(agent: Agent, call: Call, rule: Rule, at: int) -> tuple[Deputy, ...]:
    """Who may decide on this call in whose place, and from when on, were its card made at this time."""
    ladder = named(agent.people, rule.ladder)
    return deputies(agent.people, rule.deputies, ladder, _deadline(call, rule), at)


def fingerprint(tool: Tool, rule: Rule) -> str:
    """What may not change between card and run, besides arguments and pins: the tool itself and its policy."""
    terms = (rule.quorum, rule.self_approval, rule.typed, list(rule.channels))
    grants = (rule.grant.model_dump(mode="json"),) if rule.grant else ()
    return digest(tool.source_digest, *terms, *grants)
