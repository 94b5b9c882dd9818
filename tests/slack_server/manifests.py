"""A manifest that asks for all that the tests of the stand-in use."""

from __future__ import annotations

from tests.slack_server.shapes import Json

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
        "agent_view": {"agent_description": "Tries things out."},
        "bot_user": {"display_name": "bot", "always_online": True},
        "slash_commands": [{"command": "/ask", "description": "Ask the bot."}],
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
