"""Slack health: what Slack says of the app: whose token it is, scope by scope, event by event, and how it would be heard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from bot.app import House, opened
from bot.cli.finding import Finding
from bot.cli.output import clock
from bot.kit.channel import Undeliverable
from bot.kit.people import People
from bot.settings import Settings
from bot.setup.workspaces import can_be_installed, offices, pulse, secret, slack_web
from channels.slack import compare, setup
from channels.slack.api import Refused, Web
from channels.slack.manifest import AGENT_SCOPES, EVENTS, SCOPES
from channels.slack.setup import NotTaken, Seat

ANEW = "paste what `bot slack manifest` prints under App Manifest, and install the app anew"
MOST_LATELY = 50


async def home_findings(settings: Settings) -> AsyncIterator[Finding]:
    """Of the workspace whose token is set; none where none is."""
    if settings.slack_bot_token is None:
        return
    async for finding in _findings(settings, slack_web(settings), "SLACK_BOT_TOKEN"):
        yield finding


async def everywhere_findings(settings: Settings) -> AsyncIterator[Finding]:
    """Of every workspace that installed the app, by the tokens that are kept; none where it cannot be installed."""
    if not can_be_installed(settings):
        return
    async with opened(settings, House({}, People())) as app:
        there = offices(settings, app.store)
        teams = await there.installs.teams()
        who = f"{', '.join(teams) or 'no workspace yet'}; may install it: {', '.join(settings.slack_teams) or 'any'}"
        yield Finding("slack installs", "ok", who)
        for team in teams:
            async for finding in _findings(settings, await there.web(team), f"The token of {team}"):
                yield finding


async def heard_finding(settings: Settings) -> Finding:
    """When something last moved where the bot is heard in Slack."""
    lately: dict[str, int] = {}
    async with opened(settings, House({}, People())) as app:
        for each in await app.desk.standings(MOST_LATELY):
            address = each.thread.address if each.thread else None
            if address is not None and address.channel == "slack":
                private = address.locator.split("/")[1].startswith("D")
                place = "direct messages" if private else "channels"
                lately[place] = max(each.at, lately.get(place, 0))
    places = ("direct messages", "channels")
    told = (
        f"in {place} {clock(lately[place]) if place in lately else 'never'}" for place in places
    )
    return Finding("slack threads", "ok", f"moved last: {', '.join(told)}")


async def ears_finding(settings: Settings) -> Finding:
    """How many listen by a socket, and how many Slack counts: one of nobody's takes a share of all that is told.

    It is no warning: Slack counts one that is just being replaced too.
    """
    async with opened(settings, House({}, People())) as app:
        listeners, sockets = await pulse(app.store).listeners()
    counted = f"; Slack counted {sockets} when the last one was opened" if sockets else ""
    return Finding(
        "slack sockets", "ok", f"{listeners} told within a minute that they listen{counted}"
    )


async def _findings(settings: Settings, web: Web, whose: str) -> AsyncIterator[Finding]:
    try:
        seat = await setup.seat_of(web)
    except NotTaken as error:
        yield Finding("slack", "broken", f"{whose}: {error}", "then bot doctor again")
        return
    except OSError as error:
        yield Finding("slack", "broken", str(error), "look at SLACK_API_URL and the network")
        return
    yield _seat(settings, seat)
    for finding in (*_scopes(seat), *_lost(seat)):
        yield finding
    if settings.slack_app_token:
        yield await _socket(settings, seat)
    async for finding in _events(settings, seat):
        yield finding


def _seat(settings: Settings, seat: Seat) -> Finding:
    found, ears = f"{seat.user} in {seat.name} ({seat.team})", _ears(settings)
    if ears:
        return Finding("slack", "ok", f"{found}; hears over {' and '.join(ears)}")
    mend = "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)"
    return Finding("slack", "warning", f"{found}; it speaks and hears nothing", mend)


def _ears(settings: Settings) -> list[str]:
    tokens = {"Socket Mode": settings.slack_app_token, "HTTP": settings.slack_signing_secret}
    return [name for name, token in tokens.items() if token is not None]


# ---- scope by scope --------------------------------------------------------------------------------------------------
def _scopes(seat: Seat) -> Iterator[Finding]:
    if not seat.granted:
        needed = f"Slack did not say what it granted; needed are {', '.join(SCOPES)}"
        yield Finding("slack scopes", "warning", needed)
        return
    for scope in seat.missing:
        text = f"{scope} was not granted; it is for {', '.join(compare.needs(scope))}"
        yield Finding("slack scope", "broken", text, ANEW)
    for scope in sorted(set(AGENT_SCOPES) - seat.granted):
        text = f"{scope} was not granted; without it nobody is shown that the bot is at work"
        yield Finding("slack scope", "warning", text, ANEW)
    had = sorted(set(SCOPES) & seat.granted)
    more = f"; granted and not needed: {', '.join(seat.needless)}" if seat.needless else ""
    yield Finding("slack scopes", "ok", f"granted and needed: {', '.join(had)}{more}")


# ---- event by event --------------------------------------------------------------------------------------------------
def _lost(seat: Seat) -> Iterator[Finding]:
    for event in compare.unheard(seat.granted):
        text = f"{event} cannot come: {EVENTS[event]} was not granted"
        yield Finding("slack event", "broken", text, ANEW)


async def _events(settings: Settings, seat: Seat) -> AsyncIterator[Finding]:
    """What the app is subscribed to Slack tells nobody but its owner, by a token of their own."""
    needed = ", ".join(sorted(EVENTS))
    if settings.slack_config_token is None:
        how = "Slack tells a bot not which events it is sent: compare under Event Subscriptions, or set SLACK_CONFIG_TOKEN"
        yield Finding("slack events", "ok", f"needed: {needed}. {how}")
        return
    token = secret(settings.slack_config_token)
    try:
        app = await compare.exported(token, settings.slack_api_url, seat.app)
    except (Undeliverable, Refused, OSError) as error:
        mend = (
            "make a new one at api.slack.com/apps, Your App Configuration Tokens: it lives 12 hours"
        )
        yield Finding("slack events", "warning", f"SLACK_CONFIG_TOKEN: {_told(error)}", mend)
        return
    differences = list(compare.differences(app, _ears(settings)))
    for difference in differences:
        yield Finding("slack event", "broken", difference, ANEW)
    if not differences:
        unread = ", ".join(compare.unread(app))
        more = f"; subscribed and not read: {unread}" if unread else ""
        yield Finding("slack events", "ok", f"subscribed and read: {needed}{more}")


def _told(error: Exception) -> str:
    """Slack's own code: the sentences that are made of it are about the bot's token."""
    return (
        str(error) if isinstance(error, OSError) else f"Slack refuses it ({setup.code_of(error)})"
    )


async def _socket(settings: Settings, seat: Seat) -> Finding:
    try:
        await setup.app_token(secret(settings.slack_app_token), settings.slack_api_url, seat)
    except NotTaken as error:
        return Finding("slack socket", "broken", f"SLACK_APP_TOKEN: {error}", "set another")
    except OSError as error:
        return Finding("slack socket", "broken", str(error), "look at the network")
    return Finding("slack socket", "ok", "a socket can be had")
