"""Addressed: which agent a mail is for: `bot+AGENT@example.com`. Names of agents hold no dot and tags of requests do, so neither passes for the other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.kit.nearest import meant

MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class For:
    """The agent that is named; empty: none is. `objection` says why nobody can take it, in a sentence for its sender."""

    agent: str = ""
    objection: str = ""


def tags(address: str, others: Sequence[str]) -> list[str]:
    """What stands behind the plus in those of these addresses that are ours, each once, in small letters."""
    local, _, domain = address.lower().partition("@")
    found: dict[str, None] = {}
    for each in others:
        theirs, _, where = each.lower().partition("@")
        own, plus, tag = theirs.partition("+")
        if plus and (own, where) == (local, domain):
            found[tag] = None
    return list(found)


def addressed(address: str, others: Sequence[str], agents: Collection[str]) -> For:
    """Whom these addresses name; what has a dot in it is a request's."""
    named = [each for each in tags(address, others) if "." not in each]
    match named:
        case []:
            return For()
        case [one] if one in agents:
            return For(one)
        case [one]:
            local, _, domain = address.partition("@")
            ways = f"write to {local}+NAME@{domain}, or to {address} for the one who takes the rest"
            return For(
                objection=f"There is no agent {one[:MOST_SHOWN]}{meant(one, agents)}. Your mail is kept and nothing was begun: {ways}."
            )
        case _:
            return For(
                objection="Your mail names several agents, and nothing was begun: write to one of them."
            )
