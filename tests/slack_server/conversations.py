"""Conversations: channels, who is in them, and what was said there, page by page."""

from __future__ import annotations

import base64

from tests.slack_server import show
from tests.slack_server.call import Call, Method
from tests.slack_server.shapes import Json
from tests.slack_server.workspace import FAMILY, Channel, Message

_TYPES = {"public": "public_channel", "private": "private_channel", "im": "im", "mpim": "mpim"}


def replies(call: Call) -> Json:
    channel = call.joined(call.readable("history"))
    root = channel.messages.get(call.required("ts"))
    found = channel.thread(root.thread_ts or root.ts) if root else []
    if not found:
        raise call.refuse("thread_not_found")
    return _page(call, _between(call, found), 1000)


def history(call: Call) -> Json:
    """Roots alone, newest first."""
    channel = call.joined(call.readable("history"))
    roots = [each for each in channel.standing() if each.thread_ts in (None, each.ts)]
    return _page(call, _between(call, roots)[::-1], 100)


def info(call: Call) -> Json:
    return {"channel": show.channel(call.readable("read"), call.seat.bot)}


def listed(call: Call) -> Json:
    """Every channel that the bot can see."""
    seen = [c for c in call.seat.workspace.channels.values() if c.kind == "public"]
    return _channels(call, seen + [c for c in _own(call) if c.kind != "public"])


def of_user(call: Call) -> Json:
    """The channels that the bot is in."""
    if (user := call.text("user")) and user != call.seat.bot.id:
        person = call.person(user)
        return _channels(call, [each for each in _own(call) if person.id in each.members])
    return _channels(call, _own(call))


def opened(call: Call) -> Json:
    """A conversation with these people, or the one named."""
    if call.text("channel"):
        return {"channel": {"id": call.channel().id}}
    users = [each for each in call.required("users").split(",") if each]
    call.needs("im:write" if len(users) == 1 else "mpim:write")
    people = [call.person(user) for user in users]
    if any(person.standing == "bot" for person in people):
        raise call.refuse("cannot_dm_bot")
    if any(person.disabled for person in people):
        raise call.refuse("user_disabled")
    found = call.seat.workspace.direct(call.seat.bot, *people)
    return {"channel": {"id": found.id}, "no_op": False, "already_open": bool(found.messages)}


def _own(call: Call) -> list[Channel]:
    return [each for each in call.seat.workspace.channels.values() if call.sits_in(each)]


def _channels(call: Call, found: list[Channel]) -> Json:
    """Of the kinds asked for; each kind has a scope of its own."""
    kinds = (call.text("types") or "public_channel").replace(" ", "").split(",")
    chosen = [kind for kind, name in _TYPES.items() if name in kinds]
    if len(chosen) != len(kinds):
        raise call.refuse("invalid_types")
    for kind in chosen:
        call.needs(f"{FAMILY[kind]}:read")
    kept = [each for each in found if each.kind in chosen]
    if call.flag("exclude_archived"):
        kept = [each for each in kept if not each.archived]
    return page(call, "channels", [show.channel(each, call.seat.bot) for each in kept], 100)


def _between(call: Call, messages: list[Message]) -> list[Message]:
    """Those within `oldest` and `latest`."""
    oldest, latest = call.text("oldest") or "0", call.text("latest") or "9999999999.999999"
    if call.flag("inclusive"):
        return [each for each in messages if oldest <= each.ts <= latest]
    return [each for each in messages if oldest < each.ts < latest]


def _page(call: Call, messages: list[Message], size: int) -> Json:
    metadata = call.flag("include_all_metadata")
    shown = [show.message(call.seat.workspace, each, metadata=metadata) for each in messages]
    return page(call, "messages", shown, size)


def page(call: Call, name: str, everything: list[Json], size: int) -> Json:
    """One page and the cursor of the next (docs: apis/web-api/pagination)."""
    limit = call.number("limit", size)
    if not 0 < limit <= 1000:
        raise call.refuse("invalid_limit")
    start = _start(call)
    after = start + limit
    more = after < len(everything)
    cursor = base64.b64encode(f"next:{after}".encode()).decode() if more else ""
    found: Json = {name: everything[start:after], "has_more": more}
    return found | {"response_metadata": {"next_cursor": cursor}}


def _start(call: Call) -> int:
    cursor = call.text("cursor")
    try:
        return int(base64.b64decode(cursor).decode().removeprefix("next:")) if cursor else 0
    except ValueError as wrong:
        raise call.refuse("invalid_cursor") from wrong


METHODS = {
    "conversations.replies": Method(replies),
    "conversations.history": Method(history),
    "conversations.info": Method(info),
    "conversations.list": Method(listed),
    "conversations.open": Method(opened),
    "users.conversations": Method(of_user),
}
