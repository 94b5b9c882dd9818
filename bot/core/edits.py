"""Edits: what people changed in a call before it was approved, as short lines beside its arguments."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from bot.core.legible import legible_name
from bot.core.look_alikes import spelled
from bot.core.thread import Call
from bot.core.visible import exact, shortened

_MOST_CHARACTERS = 60
Arguments = Mapping[str, JsonValue]


def before(call: Call) -> Arguments:
    """The first value of each argument that is another now; compared as text, for to Python 1 is true."""
    was, now = (call.first or call.proposal).arguments, call.proposal.arguments
    return {name: was.get(name) for name in now if repr(was.get(name)) != repr(now[name])}


def edits(was: Arguments, now: Arguments) -> Iterator[tuple[str, str]]:
    """Each changed argument with what it was and what it is; both in short, as JSON on one line, which no value can forge."""
    for name, value in was.items():
        yield legible_name(name), f"{_short(value)} -> {_short(now.get(name))}"


def _short(value: JsonValue) -> str:
    return shortened(spelled(exact(json.dumps(value, ensure_ascii=False))), _MOST_CHARACTERS)
