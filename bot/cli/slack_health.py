"""Slack health: the finding about Slack, where it is set up."""

from __future__ import annotations

from bot.cli.finding import Finding
from bot.settings import Settings
from bot.workspaces import slack_web


async def slack_finding(settings: Settings) -> Finding | None:
    """Whether Slack takes the token, what the app was granted of what it needs, and how it would hear; None: not set up."""
    if settings.slack_bot_token is None:
        return None
    from channels.slack.connect import NotWelcome, introduced
    from channels.slack.manifest import EVENTS, SCOPES

    try:
        us = await introduced(slack_web(settings))
    except NotWelcome as error:
        return Finding("slack", "broken", str(error), "then bot doctor again")
    except OSError as error:
        return Finding("slack", "broken", str(error), "look at SLACK_API_URL and the network")
    found = f"{us.user} in {us.team}, {len(SCOPES)} scopes"
    ears = _ears(settings)
    if not ears:
        mend = "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)"
        return Finding("slack", "warning", f"{found}; it speaks and hears nothing", mend)
    # Slack tells a bot its scopes, and to nobody but the app's owner which events it sends.
    events = ", ".join(EVENTS)
    return Finding(
        "slack", "ok", f"{found}; hears over {' and '.join(ears)}; should be sent {events}"
    )


def _ears(settings: Settings) -> list[str]:
    tokens = {"Socket Mode": settings.slack_app_token, "HTTP": settings.slack_signing_secret}
    return [name for name, token in tokens.items() if token is not None]
