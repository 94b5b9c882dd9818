"""Grant words: what a grant would cover, and what runs under one, as people are told before it does."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import JsonValue

from bot.core import phrases
from bot.core.element import minute
from bot.core.grant import Grant, pairs
from bot.core.legible import legible, legible_name
from bot.core.outgoing import Offer
from bot.core.thread import Call
from bot.core.visible import on_one_line

_TICKS = re.compile("`+")


def offer(tool: str, of: Offer, language: phrases.Language = "en") -> str:
    """What an approval for a while would cover."""
    said = phrases.LANGUAGES[language]
    return said.grant.format(
        minutes=of.minutes, tool=on_one_line(tool), same=_same(of.same, language)
    )


def told(call: Call, grant: Grant, language: phrases.Language) -> str:
    """What is about to run under this grant, in full, as its card would have shown it."""
    head = phrases.LANGUAGES[language].granted.format(
        tool=on_one_line(call.proposal.tool),
        by=on_one_line(grant.by),
        since=minute(grant.at),
        until=minute(grant.until),
        same=_same(grant.same, language),
    )
    given = (f"{legible_name(name)}: {_value(of)}" for name, of in call.proposal.arguments.items())
    found = _set_off(call.card.text) if call.card and call.card.text else ""
    shown = "\n\n".join(filter(None, ("\n".join(given), found)))
    return f"{head}\n{_fenced(shown)}" if shown else head


def under(grant: Grant) -> str:
    """Under whose grant something ran, for who reads it later."""
    same = f", {pairs(grant.same)}" if grant.same else ""
    return f"{grant.by}'s grant of {minute(grant.at)}, until {minute(grant.until)}{same}"


def _same(values: Mapping[str, JsonValue], language: phrases.Language) -> str:
    return phrases.LANGUAGES[language].same.format(pairs=pairs(values)) if values else ""


def _value(value: JsonValue) -> str:
    text = legible(value)
    return f"\n{_set_off(text)}" if "\n" in text else text


def _set_off(text: str) -> str:
    """Line by line behind a sign with which no name of an argument begins: none of them can pass for one."""
    return "\n".join(f"> {line}" for line in text.split("\n"))


def _fenced(text: str) -> str:
    """Set off by more backticks than the text has in a row: nothing in it is markup."""
    longest = max((len(found) for found in _TICKS.findall(text)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}\n{text}\n{fence}"
