"""Conversations: channels, who is in them, and what was said there, page by page."""

from __future__ import annotations

import base64

from tests.slack_server import show
from tests.slack_server.call import Call, Method
from tests.slack_server.shapes import Json
from tests.slack_server.workspace import Message


def replies(call: Call) -> Json:
    channel = call.joined(call.readable("history"))
    root = call.message(channel, error="thread_not_found")
    return _page(call, _between(call, channel.thread(root.ts)))


def _between(call: Call, messages: list[Message]) -> list[Message]:
    """Those within `oldest` and `latest`."""
    oldest, latest = call.text("oldest") or "0", call.text("latest") or "9999999999.999999"
    if call.flag("inclusive"):
        return [each for each in messages if oldest <= each.ts <= latest]
    return [each for each in messages if oldest < each.ts < latest]


def _page(call: Call, messages: list[Message]) -> Json:
    metadata = call.flag("include_all_metadata")
    shown = [show.message(call.seat.workspace, each, metadata=metadata) for each in messages]
    return page(call, "messages", shown, 100)


def page(call: Call, name: str, everything: list[Json], size: int) -> Json:
    """One page and the cursor of the next (docs: apis/web-api/pagination)."""
    limit = call.number("limit", size)
    if not 0 < limit < 1000:
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


METHODS = {"conversations.replies": Method(replies)}
