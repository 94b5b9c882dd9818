"""Bots: how often other programs have had their say in a thread since a person spoke, so that two bots do not thank each other for ever."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.events import Event, MessageNoted, MessageReceived, Verdict

MARK = "@bot"
MOST_TURNS = 3


def turns(events: Sequence[Event]) -> tuple[int, int]:
    """How many words of bots asked since a person last asked or decided, and how many were only noted."""
    asked = noted = 0
    for event in reversed(events):
        is_bots = event.actor.endswith(MARK)
        match event:
            case MessageReceived() | Verdict() if not is_bots:
                break
            case MessageReceived():
                asked += 1
            case MessageNoted() if is_bots:
                noted += 1
            case _:
                pass
    return asked, noted
