"""Parts: the app opened for one command, with as much of the house as that command needs."""

from __future__ import annotations

import getpass
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated
from urllib.parse import urlsplit

from cyclopts import Parameter
from redis.asyncio.connection import parse_url

from bot import settings as environment
from bot.app import App, House, house, opened, people
from bot.cli import wording
from bot.cli.errors import Wrong
from bot.core.events import Event
from bot.core.reducer import replay
from bot.core.slots import PREFIX
from bot.core.thread import Thread
from bot.core.visible import HIDDEN_RANGES
from bot.engine.letters import Letter
from bot.engine.standing import GONE, HouseFacts, NoSuchThread, Standing, reading
from bot.kit.agent import Agent
from bot.kit.people import RESERVED, People
from bot.settings import Settings

AsJson = Annotated[bool, Parameter("--json", help="JSON for scripts.")]
MOST_NAME_CHARACTERS = 100
# What a person says may begin with a hyphen.
Text = Annotated[str, Parameter(allow_leading_hyphen=True)]
As = Annotated[str, Parameter("--as", help="The person who acts; default BOT_OWNER, else you.")]


@asynccontextmanager
async def bare() -> AsyncGenerator[App]:
    """The app without agents and people: looking at threads works though their files are broken."""
    async with opened(read(), House({}, People())) as app:
        yield app


@asynccontextmanager
async def acting() -> AsyncGenerator[App]:
    """The app with its people: whoever stops or decides something must be somebody, agents or not."""
    settings = read()
    async with opened(settings, House({}, people(settings))) as app:
        yield app


@asynccontextmanager
async def whole() -> AsyncGenerator[App]:
    """The app with its agents; nothing is started where they do not load."""
    settings = read()
    async with opened(settings, house(settings)) as app:
        yield app


def https(url: str) -> str:
    """The address, or none, as it was given. Raises `Wrong` where Slack would send nothing there."""
    try:
        given = urlsplit(url)
    except ValueError:
        given = urlsplit("")
    if url and (
        given.scheme != "https" or not given.hostname or not url.isprintable() or " " in url
    ):
        wanted = "an https:// address, such as https://bot.example.com/slack/events"
        raise Wrong(f"--url: Slack sends events to {wanted}, and not to {url[:200]!r}.")
    return url


def read() -> Settings:
    """The settings, with an address of Redis that can be one; the sentence does not quote it, it may hold a password."""
    settings = environment.read()
    try:
        parse_url(settings.redis_url.get_secret_value() if settings.redis_url else "redis://")
    except ValueError:
        expected = "redis://, rediss:// or unix:// and an address were expected"
        raise Wrong(f"REDIS_URL is no address of Redis: {expected}.") from None
    return settings


def actor(app: App, named: str) -> str:
    """Who acts: as they say, else the owner, else the operating-system user, who is never one of the people."""
    known = app.house.people
    name = named.strip() or app.settings.owner
    if not name:
        user = getpass.getuser()
        return f"os:{user}" if user in known.people or user in RESERVED else user
    if name in known.groups:
        raise Wrong(
            f"{name} is a group: name one of {', '.join(known.expand((name,))) or 'its people'}."
        )
    if not name.isprintable() or len(name) > MOST_NAME_CHARACTERS:
        raise Wrong("--as takes the name of a person, on one line.")
    refuse_secret(app, "--as", name)
    if name in RESERVED:
        raise Wrong(f"{name} is the bot's own name: name a person.")
    return name


def refuse_secret(app: App, option: str, name: str) -> None:
    """A name is stored as it is: nothing is cut out of it."""
    if app.masks.cut(name) != name:
        raise Wrong(f"{option} takes a name; what it was given looks like a secret.")


def account() -> str:
    """Who sits at this terminal, whoever they act as; a container may know no name for that."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def says_nothing(text: str) -> bool:
    """Whether a reader would see nothing of this text."""
    return not re.sub(f"[{HIDDEN_RANGES}]", "", text).strip()


def agent(app: App, name: str) -> Agent:
    """The agent of this name."""
    if name not in app.house.agents:
        raise wording.wrong("agent", name, app.house.agents)
    return app.house.agents[name]


async def events(app: App, thread: str) -> list[Event]:
    """The log of this thread; where there is none, the name that was probably meant."""
    try:
        return await app.desk.events(thread)
    except NoSuchThread:
        raise await no_such_thread(app, thread) from None


async def no_such_thread(app: App, thread: str) -> Wrong:
    """The name that was probably meant; a thread that is listed has lost its log."""
    names = [name for name, _ in await app.store.threads()]
    if thread in names:
        return Wrong(f"There is no thread {thread}: {GONE}.")
    own = [
        name for name in names if not name.startswith(PREFIX)
    ]  # Those are nobody's conversation.
    return wording.wrong("thread", thread, own)


async def thread(app: App, name: str) -> Thread:
    """The thread of this name, as it is now."""
    log = await events(app, name)
    with reading(name):
        return replay(name, log)


async def told(app: App, name: str) -> tuple[Standing, list[Event]]:
    """Where the thread of this name stands, and the log that it was folded from."""
    log = await events(app, name)
    standing = folded(name, log, await app.store.letter(name))
    return standing.under(HouseFacts(await app.desk.house())), log


def folded(name: str, log: list[Event], letter: Letter | None) -> Standing:
    """Where the thread of this log stands, with the engine's letter, if there is one."""
    with reading(name):
        now = replay(name, log)
    return Standing(name, now.at, now, letter=letter)


async def standing(app: App, name: str) -> Standing:
    """Where the thread of this name stands, though it cannot be read."""
    try:
        return await app.desk.standing(name)
    except NoSuchThread:
        raise await no_such_thread(app, name) from None
