"""Addressed: which agent a mail is for: `bot+AGENT@example.com`, or `[AGENT]` before its subject.

Names of agents hold no dot and tokens of requests do, so neither passes for the other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.kit.nearest import meant

MOST_SHOWN = 60
# Of words in brackets most are marks that others set (`[EXTERNAL]`): one is taken for a slip of the pen where it is a letter or so off.
NEAR = 0.8
_BRACKETS = re.compile(rf"\s*\[\s*([^\[\]]{{1,{MOST_SHOWN}}}?)\s*\]")


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
    local, _, domain = address.partition("@")
    ways = f"write to {local}+NAME@{domain}, or to {address} for the one who takes the rest"
    return _one([each for each in tags(address, others) if "." not in each], agents, ways)


def in_subject(subject: str, agents: Collection[str]) -> For:
    """Whom the words in brackets name that stand before a subject. What is not nearly a name is somebody else's mark."""
    words, at = dict[str, None](), 0
    while found := _BRACKETS.match(subject, at):
        words[found[1].lower()] = None
        at = found.end()
    named = [each for each in words if each in agents]
    near = [each for each in words if get_close_matches(each, agents, n=1, cutoff=NEAR)]
    ways = "begin the subject with `[NAME]`, or without brackets for the one who takes the rest"
    return _one(named or near[:1], agents, ways)


def _one(named: Sequence[str], agents: Collection[str], ways: str) -> For:
    match named:
        case []:
            return For()
        case [one] if one in agents:
            return For(one)
        case [one]:
            return For(
                objection=f"There is no agent {one[:MOST_SHOWN]}{meant(one, agents)}. Your mail is kept and nothing was begun: {ways}."
            )
        case _:
            return For(
                objection="Your mail names several agents, and nothing was begun: write to one of them."
            )
