"""Manifest: the app as Slack is to install it, made from the events that are read and the methods that are called here."""

from __future__ import annotations

from urllib.parse import urljoin

from pydantic import JsonValue

from channels.slack.api import METHODS

Json = dict[str, JsonValue]

REDIRECT = "/slack/oauth_redirect"
# What is read, each with the scope that Slack asks for it (docs: reference/events).
EVENTS = {
    "app_mention": "app_mentions:read",
    "app_uninstalled": "",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "tokens_revoked": "",
}
SCOPES = tuple(
    sorted(
        {*filter(None, EVENTS.values()), *(each for scopes in METHODS.values() for each in scopes)}
    )
)


def manifest(url: str = "") -> Json:
    """The manifest for Socket Mode; with the address where events are to be sent, for HTTP."""
    subscriptions: Json = {"bot_events": [*sorted(EVENTS)]}
    interactivity: Json = {"is_enabled": True}
    oauth: Json = {"scopes": {"bot": list(SCOPES)}}
    if url:
        oauth = {"redirect_urls": [urljoin(url, REDIRECT)], **oauth}
        subscriptions = {"request_url": url, **subscriptions}
        interactivity = {**interactivity, "request_url": url}
    return {
        "display_information": {
            "name": "Outer-loop bot",
            "description": "Works in small steps and asks here before it does what is risky.",
        },
        "features": {
            "app_home": {"messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": "bot", "always_online": True},
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": subscriptions,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }
