"""Put: where a card is put and by whose word, as commands tell it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core import addresses
from bot.core.thread import Call
from bot.core.visible import on_one_line

WHY = {
    "call": "which the policy of its tool names",
    "agent": "the address of its agent",
    "default": "the default of the people file",
}


def put(call: Call) -> Iterator[str]:
    """Where it is, where that is not simply its thread."""
    if there := addresses.taken(call):
        place = f"{there.address.channel} {there.address.locator}"
        yield f"its card is put in {there.name} ({place}), {WHY[there.by]}"


def came_back(unreached: tuple[str, ...]) -> Iterator[str]:
    """Who has nothing of it."""
    if unreached:
        names = on_one_line(" and ".join(unreached))
        yield f"what was sent to {names} came back: mend the address, or let somebody else decide"
