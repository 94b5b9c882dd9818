"""Chat: posting, changing and deleting messages."""

from __future__ import annotations

import json

from tests.slack_server import blocks, show
from tests.slack_server.call import Call, Method
from tests.slack_server.events import Events
from tests.slack_server.shapes import Json, Refused, as_objects, details
from tests.slack_server.workspace import Channel, Ephemeral, Message

# "Provide no more than 40,000 characters"; chat.update: "the text field cannot exceed 4,000 characters".
TEXT, UPDATED_TEXT = 40_000, 4_000
# The page names `metadata_too_large` and no number; this one is ours, and strict.
METADATA = 8_000


def post_message(call: Call) -> Json:
    team, bot = call.seat.workspace, call.seat.bot
    channel = writable(call)
    text, content = _said(call, TEXT)
    message = Message(channel.id, "", bot.id, text, bot_id=bot.bot_id, blocks=content)
    message.thread_ts = _root(call, channel)
    message.metadata = _metadata(call)
    # Links stay folded when nothing is said, pictures and films do not (docs: messaging/unfurling-links-in-messages).
    media = "unfurl_media" not in call.arguments or call.flag("unfurl_media")
    message.unfurls = media or call.flag("unfurl_links")
    message.ts = team.next_ts()
    team.post(message)
    Events(call.world, team).posted(message)
    shown = show.message(team, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def post_ephemeral(call: Call) -> Json:
    team = call.seat.workspace
    channel = writable(call)
    text, content = _said(call, TEXT)
    user = call.required("user")
    if user not in channel.members:
        raise call.refuse("user_not_in_channel")
    ts = team.next_ts()
    team.ephemerals.append(Ephemeral(channel.id, user, ts, text, _root(call, channel), content))
    return {"message_ts": ts}


def update(call: Call) -> Json:
    team = call.seat.workspace
    # "Ensure that this value is a DM ID instead of a User ID"; a name is not taken either.
    channel = call.channel()
    message = call.message(channel)
    if message.user != call.seat.bot.id:
        raise call.refuse("cant_update_message")
    # "If text is provided and blocks are not, the blocks will be removed."
    text, content = _said(call, UPDATED_TEXT)
    if "metadata" in call.arguments:
        message.metadata = _metadata(call)
    before = message.edit(team.next_ts(), text or message.text, content)
    Events(call.world, team).changed(message, before)
    shown = show.message(team, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel)
    if message.user != call.seat.bot.id:
        raise call.refuse("cant_delete_message")
    message.deleted = True
    Events(call.world, call.seat.workspace).deleted(message)
    return {"channel": channel.id, "ts": message.ts}


def permalink(call: Call) -> Json:
    """A reply's address names its thread (docs: reference/methods/chat.getPermalink)."""
    channel = call.channel()
    message = call.message(channel, "message_ts")
    address = f"{call.world.url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    reply = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.thread_ts else ""
    return {"channel": channel.id, "permalink": f"{address}{reply}"}


def writable(call: Call, argument: str = "channel") -> Channel:
    """Where to: a channel's id or name, or a person's id for the conversation with them."""
    team, name = call.seat.workspace, call.required(argument)
    person = team.people.get(name)
    found = team.direct(call.seat.bot, person) if person else _named(call, argument)
    if found.kind == "im" and not call.world.app.takes_messages:
        raise call.refuse("messages_tab_disabled")
    if found.archived:
        raise call.refuse("is_archived")
    if not call.sits_in(found) and "chat:write.public" not in call.seat.scopes:
        raise call.refuse("not_in_channel")
    return found


def _named(call: Call, argument: str) -> Channel:
    team, name = call.seat.workspace, call.required(argument)
    named = [each for each in team.channels.values() if each.name and each.name == name.lstrip("#")]
    return named[0] if named and named[0].kind == "public" else call.channel(argument)


def _said(call: Call, limit: int) -> tuple[str, list[Json]]:
    """Text and blocks, judged; `markdown_text` becomes the block that it is."""
    content = as_objects(call.list("blocks", "invalid_blocks_format"))
    text, markdown = call.text("text"), call.text("markdown_text")
    if markdown and (text or content):
        raise call.refuse("markdown_text_conflict")
    if markdown:
        if len(markdown) > blocks.MARKDOWN:
            raise call.refuse("msg_too_long")
        return markdown, [{"type": "markdown", "text": markdown}]
    if not text and not content:
        raise call.refuse("no_text")
    if len(text) > limit:
        raise call.refuse("msg_too_long")
    if wrong := list(blocks.complaints(content, "message")):
        said: Json = {"errors": wrong, **details(*wrong)}
        raise Refused("invalid_blocks", "reference/block-kit/blocks", said)
    if blocks.too_long(content):
        raise call.refuse("msg_blocks_too_long")
    return text, content


def _metadata(call: Call) -> Json | None:
    """docs: messaging/message-metadata: `event_type` and `event_payload`, no more and no less."""
    raw = call.json("metadata", "invalid_metadata_format")
    if raw is None or raw == "":
        return None
    found = call.object("metadata", "invalid_metadata_format")
    if found.keys() != {"event_type", "event_payload"}:
        raise call.refuse("invalid_metadata_format")
    if not isinstance(found["event_type"], str) or not isinstance(found["event_payload"], dict):
        raise call.refuse("invalid_metadata_format")
    if len(json.dumps(found)) > METADATA:
        raise call.refuse("metadata_too_large")
    return found


def _root(call: Call, channel: Channel) -> str | None:
    """The thread's root; one that is not there is no thread to reply in."""
    asked = call.text("thread_ts")
    if not asked:
        return None
    root = channel.messages.get(asked)
    if root is None:
        raise call.refuse("invalid_thread_ts")
    return root.thread_ts or root.ts


METHODS = {
    "chat.postMessage": Method(post_message, "chat:write"),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write"),
    "chat.update": Method(update, "chat:write"),
    "chat.getPermalink": Method(permalink),
    "chat.delete": Method(delete, "chat:write"),
}
