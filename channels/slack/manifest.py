"""Manifest: the app as Slack is to install it, made from the events that are read and the methods that are called here."""

from __future__ import annotations

from urllib.parse import urljoin

from pydantic import JsonValue

from channels.slack.api import METHODS
from channels.slack.entries import COMMAND, SHORTCUT, SHORTCUT_NAME
from channels.slack.payload import Json

REDIRECT = "/slack/oauth_redirect"
# What is read, each with the scope that Slack asks for it (docs: reference/events).
EVENTS = {
    "agent_session_stopped": "chat:write",
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "app_uninstalled": "",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "tokens_revoked": "",
}
_CALLED = {scope for scopes in METHODS.values() for scope in scopes}
# A slash command and a shortcut ask for `commands` (docs: reference/scopes/commands).
SCOPES = tuple(sorted({*EVENTS.values(), *_CALLED, "commands"} - {""}))
# What declaring an agent adds; a workspace may not have it, and then there is no status.
AGENT_SCOPES = ("assistant:write",)
ABOUT = "Works in small steps and asks here before it does what is risky."
PROMPTS: list[JsonValue] = [
    {"title": "What can you do?", "message": "What can you do, and what do you ask about first?"},
]


def manifest(url: str = "") -> Json:
    """The manifest for Socket Mode; with the address where events are to be sent, for HTTP."""
    address: Json = {"request_url": url} if url else {}
    oauth: Json = {"scopes": {"bot": [*sorted({*SCOPES, *AGENT_SCOPES})]}}
    if url:
        oauth = {"redirect_urls": [urljoin(url, REDIRECT)], **oauth}
    return {
        "display_information": {"name": "Outer-loop bot", "description": ABOUT},
        "features": {
            # An agent gets the view of its own, and may show a status; its first prompts need no call.
            "agent_view": {"agent_description": ABOUT, "suggested_prompts": PROMPTS},
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "slash_commands": [_command(url)],
            "shortcuts": [_shortcut()],
            "bot_user": {"display_name": "bot", "always_online": True},
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": {**address, "bot_events": [*sorted(EVENTS)]},
            "interactivity": {"is_enabled": True, **address},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def _command(url: str) -> Json:
    """Escaped, people and channels in it come with their ids."""
    address: Json = {"url": url} if url else {}
    said = {"description": "Ask the bot, in this channel.", "usage_hint": "what you want"}
    return {"command": COMMAND, **said, "should_escape": True, **address}


def _shortcut() -> Json:
    about = "Ask the bot about this message, in its thread."
    return {
        "name": SHORTCUT_NAME,
        "type": "message",
        "callback_id": SHORTCUT,
        "description": about,
    }
