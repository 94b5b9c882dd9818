"""Chat: posting, changing and deleting messages."""

from __future__ import annotations

from tests.slack_server import show
from tests.slack_server.call import Call, Method
from tests.slack_server.events import Events
from tests.slack_server.shapes import Json, as_objects
from tests.slack_server.workspace import Channel, Message


def post_message(call: Call) -> Json:
    channel = _target(call)
    blocks = _blocks(call)
    text = _said(call, blocks)
    message = Message(channel.id, "", call.seat.bot.id, text, bot_id=call.seat.bot.bot_id)
    message.blocks = blocks
    message.thread_ts = _root(call, channel)
    message.ts = call.seat.workspace.next_ts()
    message.metadata = call.object("metadata") or None
    call.seat.workspace.post(message)
    Events(call.world, call.seat.workspace).posted(message)
    shown = show.message(call.seat.workspace, message)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def _target(call: Call) -> Channel:
    found = call.channel()
    if not call.sits_in(found):
        raise call.refuse("not_in_channel")
    return found


def _blocks(call: Call) -> list[Json]:
    return as_objects(call.list("blocks", "invalid_blocks_format"))


def _said(call: Call, blocks: list[Json]) -> str:
    text = call.text("text")
    if not text and not blocks:
        raise call.refuse("no_text")
    return text


def _root(call: Call, channel: Channel) -> str | None:
    asked = call.text("thread_ts")
    root = channel.messages.get(asked)
    return (root.thread_ts or root.ts) if root else asked or None


METHODS = {"chat.postMessage": Method(post_message, "chat:write")}
