"""Reach: whether something can be said in a channel, without reading what stands there: of that Slack lets some apps ask once a minute."""

from __future__ import annotations

from typing import cast

from channels.slack.api import MENDS, NotGranted, Web
from channels.slack.payload import Json


async def objection(web: Web, channel: str) -> str | None:
    """Why nothing can be said there; None: it can, or the app may not ask of such a channel. Raises as `Web.call` does."""
    if channel.startswith("D"):
        await web.call("conversations.open", {"channel": channel})
        return None
    try:
        answer = await web.call("conversations.info", {"channel": channel})
    except NotGranted:
        return None
    there = cast("Json", answer["channel"])
    code = "" if there.get("is_member", True) else "not_in_channel"
    code = "is_archived" if there.get("is_archived") else code
    return f"{MENDS[code]} ({code})" if code else None
