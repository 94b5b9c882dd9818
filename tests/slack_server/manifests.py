"""A manifest that asks for all that the tests of the stand-in use."""

from __future__ import annotations

import copy

from tests.slack_server.shapes import Json, as_list, as_object

SCOPES = [
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "mpim:read",
    "reactions:read",
    "reactions:write",
    "usergroups:read",
    "users:read",
    "users:read.email",
]
EVENTS = [
    "agent_session_stopped",
    "app_home_opened",
    "app_mention",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "reaction_added",
    "reaction_removed",
]
MANIFEST: Json = {
    "display_information": {"name": "Stand-in"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "agent_view": {"agent_description": "Tries things out."},
        "bot_user": {"display_name": "bot", "always_online": True},
        "slash_commands": [
            {
                "command": "/ask",
                "description": "Ask the bot.",
                "url": "https://example.com/slack/events",
            }
        ],
        "shortcuts": [
            {"name": "Ask the bot", "type": "message", "callback_id": "ask", "description": "Ask."}
        ],
    },
    "oauth_config": {"scopes": {"bot": SCOPES}},
    "settings": {
        "event_subscriptions": {"bot_events": EVENTS},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


def without(word: str) -> Json:
    """The manifest with this scope or event forgotten."""
    manifest = copy.deepcopy(MANIFEST)
    scopes = as_object(as_object(manifest["oauth_config"])["scopes"])
    events = as_object(as_object(manifest["settings"])["event_subscriptions"])
    scopes["bot"] = [each for each in as_list(scopes["bot"]) if each != word]
    events["bot_events"] = [each for each in as_list(events["bot_events"]) if each != word]
    return manifest
