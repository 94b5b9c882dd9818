"""Reactions: the bot's own, on a message."""

from __future__ import annotations

from tests.slack_server.call import Call, Method
from tests.slack_server.events import Events
from tests.slack_server.shapes import Json
from tests.slack_server.workspace import Message


def add(call: Call) -> Json:
    message, name = _on(call)
    if call.seat.bot.id in message.reactions.get(name, []):
        raise call.refuse("already_reacted")
    message.reactions.setdefault(name, []).append(call.seat.bot.id)
    _tell(call, "reaction_added", message, name)
    return {}


def remove(call: Call) -> Json:
    message, name = _on(call)
    if call.seat.bot.id not in message.reactions.get(name, []):
        raise call.refuse("no_reaction")
    message.reactions[name].remove(call.seat.bot.id)
    if not message.reactions[name]:
        del message.reactions[name]
    _tell(call, "reaction_removed", message, name)
    return {}


def _on(call: Call) -> tuple[Message, str]:
    name = call.required("name")
    if not name.replace("_", "").replace("-", "").replace("+", "").isalnum():
        raise call.refuse("invalid_name")
    channel = call.joined(call.channel())
    return call.message(channel, "timestamp"), name


def _tell(call: Call, word: str, message: Message, name: str) -> None:
    Events(call.world, call.seat.workspace).reacted(word, message, call.seat.bot.id, name)


METHODS = {
    "reactions.add": Method(add, "reactions:write"),
    "reactions.remove": Method(remove, "reactions:write"),
}
