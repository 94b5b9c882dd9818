"""Askable: who is asked, and whom a model may name for that. The words of somebody whom nobody here knows send nothing to anybody outside."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.core.events import Event, MessageNoted, MessageReceived
from bot.kit.agent import Agent

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9_-])?")


def unnamed(agent: Agent, requester: str, owner: str) -> tuple[str, ...]:
    """Who may answer where nobody is named: the requester and the approvers; the owner where there is neither."""
    people = dict.fromkeys(name for name in (requester, *agent.approvers) if name)
    return tuple(people) or ((owner,) if owner else ())


def askable(agent: Agent, events: Iterable[Event], asked: tuple[str, ...]) -> frozenset[str] | None:
    """None: everybody. Where a stranger has written, those alone who did so, too, who decide, or whom `agent.md` names."""
    wrote = {event.actor for event in events if isinstance(event, MessageReceived | MessageNoted)}
    # As `email:eve@example.com` or `slack:U7@guest`; `slack:U7` is a colleague whom the people file does not name.
    if not any("@" in who for who in wrote):
        return None
    people, said = agent.people, set(_NAME.findall(agent.body.lower()))
    decide = (name for terms in agent.terms.values() for name in terms.approvers)
    rungs = (rung for policy in agent.front.policy.values() for rung in policy.ladder())
    told = (name for rung in rungs for name in rung.to)
    named = (name for name in (*people.people, *people.groups) if name in said)
    return frozenset((*wrote, *asked, *people.expand((*decide, *told, *named))))
