"""Compare: what Slack granted the app, scope by scope and event by event, with what is called and read here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from channels.slack.api import METHODS, Web
from channels.slack.manifest import EVENTS, SCOPES
from channels.slack.payload import Json


def needs(scope: str) -> tuple[str, ...]:
    """The methods and events that this scope is for."""
    methods = (method for method, scopes in METHODS.items() if scope in scopes)
    events = (event for event, needed in EVENTS.items() if needed == scope)
    return (*methods, *events)


def missing(granted: frozenset[str]) -> tuple[str, ...]:
    """The scopes that are needed and were not granted, as far as Slack told."""
    return tuple(sorted(set(SCOPES) - granted)) if granted else ()


def unheard(granted: frozenset[str]) -> tuple[str, ...]:
    """Events that cannot come, whatever the app subscribed to: their scope was not granted."""
    lost = set(missing(granted))
    return tuple(event for event, scope in sorted(EVENTS.items()) if scope in lost)


async def exported(config_token: str, api_url: str, app: str) -> Json:
    """The app as Slack has it. Raises `Undeliverable` and `Refused` where this token does not open it."""
    answer = await Web(config_token, api_url).call("apps.manifest.export", {"app_id": app})
    return cast("Json", answer.get("manifest") or {})


def differences(app: Json, over: Sequence[str]) -> Iterator[str]:
    """What of the app is not as it has to be to be heard by these ways (`Socket Mode`, `HTTP`), each as a sentence."""
    settings = _part(app, "settings")
    subscriptions = _part(settings, "event_subscriptions")
    subscribed = cast("list[str]", subscriptions.get("bot_events") or [])
    for event in sorted(set(EVENTS) - set(subscribed)):
        yield f"{event} is not subscribed to"
    if _part(settings, "interactivity").get("is_enabled") is not True:
        yield "interactivity is off, so no button reaches the bot"
    in_socket_mode = settings.get("socket_mode_enabled") is True
    if in_socket_mode and "Socket Mode" not in over:
        yield "Socket Mode is on, and SLACK_APP_TOKEN is not set: events go nowhere"
    if not in_socket_mode and "HTTP" not in over:
        yield "Socket Mode is off, and SLACK_SIGNING_SECRET is not set: events go nowhere"
    if not in_socket_mode and not subscriptions.get("request_url"):
        yield "Socket Mode is off, and there is no request URL: events go nowhere"


def unread(app: Json) -> tuple[str, ...]:
    """Events that the app subscribed to, and nothing here reads."""
    subscribed = _part(_part(app, "settings"), "event_subscriptions").get("bot_events") or []
    return tuple(sorted(set(cast("list[str]", subscribed)) - set(EVENTS)))


def _part(whole: Mapping[str, object], name: str) -> Json:
    found = whole.get(name)
    return cast("Json", found) if isinstance(found, dict) else {}
