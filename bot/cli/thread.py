"""Thread: what anybody can do to a thread as a whole. Each is an event, stored before the command returns."""

from __future__ import annotations

import time
from typing import Annotated
from uuid import uuid4

from cyclopts import Parameter

from bot.app import App
from bot.cli import parts
from bot.cli.errors import Failed, Wrong
from bot.cli.output import say
from bot.cli.parts import As, Text
from bot.core.events import Cancelled, Paused, Resumed
from bot.core.status import phase
from bot.core.values import Address
from bot.engine.standing import Standing
from bot.setup import workspaces
from channels.console.channel import CHANNEL
from channels.slack import address as slack

Reason = Annotated[
    str, Parameter("--reason", allow_leading_hyphen=True, help="Why, for whoever reads the thread.")
]
Locator = Annotated[
    str, Parameter("--address", help="The console thread to speak in; default a new one.")
]
At = Annotated[
    str, Parameter("--at", help="Where it is to speak instead: slack:TEAM/CHANNEL, by their IDs.")
]


async def launch(
    agent: str, text: Text, /, *, as_: As = "", address: Locator = "", at: At = ""
) -> None:
    """Returns when the message is durable."""
    async with parts.whole() as app:
        parts.agent(app, agent)
        if parts.says_nothing(text):
            raise Wrong(f"Say what {agent} is to do: bot launch {agent} TEXT.")
        person = parts.actor(app, as_)
        parts.refuse_secret(app, "--address", address)
        place = _begun(at) if at else Address(channel=CHANNEL, locator=address or uuid4().hex[:12])
        if at:
            await _let_in(app, place)
        say(await app.desk.launch(agent, text, person, place))


def _begun(at: str) -> Address:
    """A place of its own in that channel of that medium."""
    channel, _, where = at.partition(":")
    place = slack.begun(where, time.time_ns() // 1_000_000, uuid4().hex[:8])
    if channel != slack.CHANNEL or place is None:
        raise Wrong(f"--at is slack:TEAM/CHANNEL, by their IDs, not {at[:80]}.")
    return place


async def _let_in(app: App, place: Address) -> None:
    """Says so at once where nothing that is said there would arrive."""
    there = slack.place(place)
    reason = await workspaces.objection(app.settings, app.store, there.team, there.channel)
    if reason:
        raise Failed(f"Nothing was begun. {reason}")


async def pause(thread: str, /, *, as_: As = "") -> None:
    async with parts.acting() as app:
        now = await parts.thread(app, thread)
        if now.paused:
            raise Failed(f"{thread} is paused already.")
        await app.desk.post(thread, Paused(id=_id("pause"), actor=parts.actor(app, as_)))
        say(f"{thread} is paused; bot resume {thread} lets it go on.")


async def resume(thread: str, /, *, as_: As = "") -> None:
    async with parts.acting() as app:
        standing, _ = await parts.told(app, thread)
        if reason := _why_not(standing):
            raise Failed(reason)
        await app.desk.post(thread, Resumed(id=_id("resume"), actor=parts.actor(app, as_)))
        now = await parts.thread(app, thread)
        say(f"{thread} goes on; now it is {phase(now).replace('_', ' ')}.")


async def cancel(thread: str, /, *, reason: Reason = "", as_: As = "") -> None:
    async with parts.acting() as app:
        now = await parts.thread(app, thread)
        if now.cancelled:
            raise Failed(f"{thread} is cancelled already.")
        event = Cancelled(id=_id("cancel"), actor=parts.actor(app, as_), reason=reason)
        await app.desk.post(thread, event)
        say(f"{thread} is cancelled; a later message wakes it.")


def _why_not(standing: Standing) -> str:
    """Why there is nothing to resume here, and what may help; empty: there is."""
    id, now = standing.id, standing.thread
    if now is not None and now.unreadable:
        return f"{id} is dead, for event {now.unreadable} of it cannot be read: bot why {id} says more."
    if now is not None and now.paused:
        return ""
    if standing.phase == "dead":
        return f"{id} is not paused but dead: bot dead replay {id} tries it again."
    if standing.is_stuck:
        return f"{id} is not paused, and is tried again by itself: bot why {id} says when."
    return f"{id} is not paused."


def _id(what: str) -> str:
    return f"{CHANNEL}:{what}:{uuid4().hex}"
