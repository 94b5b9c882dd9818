"""Window: what every form of ours is in Slack: a title, inputs that are named, and the request that it is about."""

from __future__ import annotations

from bot.core.visible import on_one_line
from channels.slack.blocks import Json
from channels.slack.vocabulary import Words


def window(kind: str, title: str, request: str, body: list[Json], say: Words) -> Json:
    """Nothing but the request goes along: what comes back from a window is only what somebody sent."""
    return {
        "type": "modal",
        "callback_id": kind,
        "private_metadata": request,
        "title": plain(title),
        "submit": plain(say.send),
        "close": plain(say.cancel),
        "blocks": [*body],
    }


def entry(name: str, label: str, element: Json) -> Json:
    """An input that may be left empty."""
    return {
        "type": "input",
        "block_id": name,
        "label": plain(label),
        "optional": True,
        "element": {**element, "action_id": "value"},
    }


def plain(text: str) -> Json:
    """Text on one line that marks nothing up."""
    return {"type": "plain_text", "text": on_one_line(text), "emoji": False}
