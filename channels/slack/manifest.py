"""Manifest: the app as Slack is to install it, made from the events that are read and the methods that are called here."""

from __future__ import annotations

from pydantic import JsonValue

from channels.slack.api import METHODS

Json = dict[str, JsonValue]

# What is read, each with the scope that Slack asks for it (docs: reference/events).
EVENTS = {
    "agent_session_stopped": "chat:write",
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
}
SCOPES = tuple(
    sorted({*EVENTS.values(), *(scope for scopes in METHODS.values() for scope in scopes)})
)
# What declaring an agent adds; a workspace may not have it, and then there is no status.
AGENT_SCOPES = ("assistant:write",)
PROMPTS: list[JsonValue] = [
    {"title": "What can you do?", "message": "What can you do, and what do you ask about first?"},
]


def manifest(url: str = "") -> Json:
    """The manifest for Socket Mode; with the address where events are to be sent, for HTTP."""
    subscriptions: Json = {"bot_events": [*sorted(EVENTS)]}
    interactivity: Json = {"is_enabled": True}
    if url:
        subscriptions = {"request_url": url, **subscriptions}
        interactivity = {**interactivity, "request_url": url}
    return {
        "display_information": {
            "name": "Outer-loop bot",
            "description": "Works in small steps and asks here before it does what is risky.",
        },
        "features": {
            # An agent gets the view of its own, and may show a status; its first prompts need no call.
            "agent_view": {
                "agent_description": "Works in small steps and asks here before it does what is risky.",
                "suggested_prompts": PROMPTS,
            },
            "app_home": {"messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": "bot", "always_online": True},
        },
        "oauth_config": {"scopes": {"bot": [*sorted({*SCOPES, *AGENT_SCOPES})]}},
        "settings": {
            "event_subscriptions": subscriptions,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }
