"""Workspaces: Slack as it is set up, with one token of its own or with one for each workspace that installed the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from pydantic import SecretStr

from bot.engine.bots import Begun
from bot.engine.redis_store import RedisStore
from bot.engine.store import Store
from bot.kit.arrival import Arrivals
from bot.kit.channel import Channel, Undeliverable
from bot.kit.people import People
from bot.kit.pulse import Pulse
from bot.settings import Settings

if TYPE_CHECKING:
    from channels.slack.api import Web
    from channels.slack.connect import Hearing
    from channels.slack.installs import Installs
    from channels.slack.offices import Offices

LOOK_SECONDS = 5.0
log = structlog.get_logger()


def can_be_installed(settings: Settings) -> bool:
    """Whether workspaces can install the app by themselves."""
    return bool(settings.slack_client_id and settings.slack_client_secret)


def speaks(settings: Settings) -> bool:
    """Whether there is any token to speak with, or may be."""
    return settings.slack_bot_token is not None or can_be_installed(settings)


def channel(settings: Settings, store: Store, people: People) -> Channel:
    """Slack, to speak in."""
    if can_be_installed(settings):
        from channels.slack.offices import Everywhere

        return Everywhere(offices(settings, store), people, pulse(store))
    from channels.slack.send import Slack

    return Slack(slack_web(settings), people, pulse(store))


def reader(settings: Settings, people: People) -> dict[str, object]:
    """By what groups and places are read, where that takes no store: by the one token that is set."""
    if settings.slack_bot_token is None or can_be_installed(settings):
        return {}
    from channels.slack.send import Slack

    return {"slack": Slack(slack_web(settings), people)}


async def ear(settings: Settings, store: Store, people: People, arrivals: Arrivals) -> Hearing:
    """The ear in Slack, once Slack has said who we are there."""
    if can_be_installed(settings):
        from channels.slack.consent import flow
        from channels.slack.ears import Ears
        from channels.slack.installs import States

        everywhere = offices(settings, store)
        await everywhere.teams()  # A token that is set and wrong is said at once.
        client = settings.slack_client_id, secret(settings.slack_client_secret)
        states = States(_redis(store).safe(), client[1])
        way = flow(*client, settings.slack_api_url, everywhere.installs, states)
        return Ears(everywhere, people, arrivals, way, _redis(store).safe())
    from channels.slack.connect import introduced
    from channels.slack.listen import Listener

    web = slack_web(settings)
    return Listener(web, await introduced(web), people, arrivals, _redis(store).safe())


async def objection(settings: Settings, store: Store, team: str, channel: str) -> str | None:
    """Why Slack lets nothing be said in that channel; None: it does, or cannot be asked now."""
    from channels.slack import reach

    if not speaks(settings):
        return None
    try:
        web = await _web(settings, store, team)
        return await reach.objection(web.impatient(LOOK_SECONDS), channel)
    except Undeliverable as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - whatever Slack answers else: it may take the message later
        log.info("channel not looked up", error=str(error)[:300])
    return None


async def alone(settings: Settings, store: Store, team: str, user: str) -> str:
    """The conversation with this person alone. Raises `Undeliverable`, and `OSError` where Slack cannot be asked now."""
    from channels.slack.api import Refused

    web = await _web(settings, store, team)
    try:
        return await web.impatient(LOOK_SECONDS).direct(user)
    except Refused as error:
        raise Undeliverable(str(error)) from error


async def _web(settings: Settings, store: Store, team: str) -> Web:
    several = can_be_installed(settings)
    return await offices(settings, store).web(team) if several else slack_web(settings)


def offices(settings: Settings, store: Store) -> Offices:
    """The workspaces that the app is in."""
    from channels.slack.offices import Offices

    token = secret(settings.slack_bot_token)
    return Offices(_installs(settings, store), settings.slack_api_url, token)


def _installs(settings: Settings, store: Store) -> Installs:
    from channels.slack.installs import Installs

    return Installs(_redis(store).safe(), settings.slack_teams)


def pulse(store: Store) -> Pulse:
    """What is said in Slack and comes back to those who hear there."""
    return _redis(store).pulse("slack")


def begun(store: Store) -> Begun | None:
    """The threads that bots began; None: nothing is kept beyond this process."""
    return store.begun() if isinstance(store, RedisStore) else None


def _redis(store: Store) -> RedisStore:
    assert isinstance(store, RedisStore), "tokens are kept where the logs are"
    return store


def slack_web(settings: Settings) -> Web:
    """Slack's methods, by the bot's token."""
    from channels.slack.api import Web

    return Web(secret(settings.slack_bot_token), settings.slack_api_url)


def secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""
