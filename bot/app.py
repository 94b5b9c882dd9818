"""App: the one module that knows every part and puts them together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.masks import PLAIN, Masks
from bot.engine.desk import Desk
from bot.engine.lamp import Lamp, settled
from bot.engine.perform import Performer
from bot.engine.reception import Reception
from bot.engine.redis_store import RedisStore
from bot.engine.run import Runner
from bot.engine.store import Store
from bot.engine.toolbox import Toolbox
from bot.engine.worker import Worker
from bot.kit import attached
from bot.kit.agent import Agent
from bot.kit.channel import Channel
from bot.kit.document import AgentError
from bot.kit.load import load_agents
from bot.kit.nearest import meant
from bot.kit.people import People
from bot.kit.places import alone
from bot.model.decide import Decider
from bot.model.port import Model
from bot.model.rehearsal import Rehearsal
from bot.settings import Settings
from bot.setup import clock, held_daily, mailroom, means, money, workspaces
from bot.setup.calendars import Calendars
from bot.setup.known import environ, known_masks
from bot.setup.which_model import fallback_of, model_of, rehearsed
from bot.setup.which_redis import keep_server, redis_url
from channels.console.channel import Console

if TYPE_CHECKING:
    from channels.cron.clock import Clock
    from channels.slack.connect import Hearing


@dataclass(frozen=True)
class House:
    """What is read from disk: the agents and the people."""

    agents: Mapping[str, Agent]
    people: People


@dataclass(frozen=True)
class App:
    """The parts, put together; nothing runs yet."""

    settings: Settings
    house: House
    store: Store
    desk: Desk
    masks: Masks = PLAIN


def house(settings: Settings) -> House:
    """Agents and people from disk. Raises what the kit raises: one sentence with file and line."""
    known = people(settings)
    agents = load_agents(settings.agents_path, known)
    clock.check(agents, known, settings)
    return House(agents, known)


def people(settings: Settings) -> People:
    """Everybody in the people file, if there is one."""
    file = settings.people_file
    return People.load(file) if file else People()


@asynccontextmanager
async def opened(settings: Settings, at_home: House | None = None) -> AsyncGenerator[App]:
    """The app with its store open."""
    async with RedisStore(
        await redis_url(settings),
        lease_seconds=settings.lease.total_seconds(),
        replicas=settings.replicas,
    ) as store:
        found = at_home or house(settings)
        masks = known_masks(settings, found.agents, environ(found.agents))
        yield App(settings, found, store, Desk(store, masks), masks)


def decider(app: App, media: Collection[str] = ()) -> Decider:
    """Who chooses the next step: Claude, or the rehearsal where nobody is configured. By these media people are reached."""
    settings = app.settings
    return Decider(
        app.house.agents,
        model(app),
        model_of=model_of(settings),
        max_tokens=settings.max_tokens,
        deadline_seconds=int(settings.approval_deadline.total_seconds()),
        owner=settings.owner,
        context_tokens=settings.context_tokens,
        fallback_of=fallback_of(settings),
        blob=app.store.blob,
        masks=app.masks,
        media=media,
    )


def model(app: App) -> Model:
    """The model's port, by settings. The SDK itself is imported when it is first asked."""
    settings = app.settings
    if settings.rehearses:
        return Rehearsal(rehearsed(app.house.agents))
    from bot.model.claude import Claude

    if settings.provider in ("bedrock", "vertex"):
        # Their keys, region and project are their own environment's.
        return Claude(provider=settings.provider, prices=money.own_prices(settings))
    key, url = settings.anthropic_api_key, settings.anthropic_base_url
    return Claude(
        api_key=key.get_secret_value() if key else None,
        base_url=url.get_secret_value() if url else None,
        prices=money.own_prices(settings),
    )


async def warm(app: App) -> None:
    """Import the model's SDK beside the loop, so that the first question need not wait for it."""
    if not app.settings.rehearses:
        from bot.model.claude import Claude

        await Claude().warm()


def worker(app: App, channels: Mapping[str, Channel]) -> Worker:
    """A worker on this app's store."""
    agents, owner = app.house.agents, app.settings.owner
    calendars = Calendars(app.settings, app.store, app.desk, agents, app.house.people)
    toolbox = Toolbox(
        agents,
        environ(agents),
        attached.tools(channels),
        app.masks,
        owner=owner,
        calendar=calendars.of,
        media=frozenset(channels),
    )
    reached = alone(app.house.people, owner, channels)
    choose = means.limited(app.settings, agents, decider(app, channels), app.store, reached)
    return Worker(
        app.store,
        Lamp(Performer(choose, Runner(toolbox), channels), channels),
        lease_seconds=app.settings.lease.total_seconds(),
        concurrency=app.settings.concurrency,
        masks=app.masks,
    )


async def run_worker(app: App, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """A worker until told to stop, and beside it somebody who looks after the embedded server."""
    keeper = asyncio.create_task(keep_server(app.settings))
    speaking = channels(app)
    try:
        works = worker(app, speaking)
        await means.counted(app.settings, app.house.agents, app.store)
        ready()
        await works.run(stop)
    finally:
        keeper.cancel()
    await settled(speaking)


async def run_clock(app: App, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """A clock until told to stop, and beside it whoever tells of schedules that fail and of held mail; any number of them may run."""
    watch = clock.watch(app.settings, app.store, app.desk, app.house.agents, app.house.people)
    async with (
        held_daily.told(app.settings, app.store, app.house.people),
        asyncio.TaskGroup() as both,
    ):
        both.create_task(watch.run(stop))
        both.create_task(served(app).run(stop, ready))


def served(app: App) -> Clock:
    """The clock of the schedules that are set up."""
    return clock.clock(app.settings, app.store, app.desk, app.house.agents, app.house.people)


# ---- the media, and the processes that hear them -------------------------------------------------
def channels(app: App) -> dict[str, Channel]:
    """The media through which a worker speaks: those that are set up."""
    found: dict[str, Channel] = {"console": Console()}
    if workspaces.speaks(app.settings):
        found["slack"] = workspaces.channel(app.settings, app.store, app.house.people)
    if mailroom.speaks(app.settings):
        found["email"] = mailroom.channel(app.settings, app.store, app.house.people)
    app.house.people.live.reads_from(found)
    return found


def reception(app: App) -> Reception:
    """Where a listener hands in what it hears. Raises `AgentError` where nobody would take it."""
    name, agents = app.settings.default_agent, app.house.agents
    if name not in agents:
        raise AgentError(f"BOT_DEFAULT_AGENT: there is no agent {name}{meant(name, agents)}")
    return Reception(app.desk, agents, app.house.people, name, workspaces.begun(app.store))


async def slack_listener(app: App) -> Hearing:
    """The ear in Slack, once Slack has said who we are there."""
    return await workspaces.ear(app.settings, app.store, app.house.people, reception(app))


async def run_slack(app: App, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """Socket Mode until told to stop."""
    from channels.slack.connect import over_socket

    listener = await slack_listener(app)
    token, pulse = workspaces.secret(app.settings.slack_app_token), workspaces.pulse(app.store)
    await over_socket(listener, token, pulse, stop, ready)
    await listener.settled()


async def run_email(app: App, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """The mailbox until told to stop."""
    house, arrivals = app.house, reception(app)
    await mailroom.listen(
        app.settings, app.store, house.people, arrivals, house.agents, stop, ready
    )


async def run_web(app: App, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """HTTP until told to stop: health, and Slack's events where its signing secret is set."""
    from bot.web.server import serve
    from channels.slack.door import pages, route

    secret = workspaces.secret(app.settings.slack_signing_secret)
    wanted = secret or workspaces.can_be_installed(app.settings)
    listener = await slack_listener(app) if wanted else None
    bolt = listener.app(secret) if listener else None
    # Without the secret anybody could say what Slack says.
    heard = [route(bolt, secret)] if bolt and secret else []
    if listener and secret:
        listener.catch_up()
    await serve([*heard, *(pages(bolt) if bolt else ())], app.settings.port, stop, ready)
    if listener:
        await listener.settled()
