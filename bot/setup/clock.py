"""Clock: schedules as they are set up: where each may speak, and the clock that serves them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256

from bot.core.values import Address
from bot.engine.desk import Desk
from bot.engine.store import Store
from bot.kit.agent import Agent
from bot.kit.document import AgentError
from bot.kit.front_matter import read_agent_file
from bot.kit.nearest import meant
from bot.kit.people import People
from bot.kit.slotbook import Slotbook
from bot.settings import Settings
from bot.setup import mailroom, workspaces
from bot.setup.slots import Slots
from channels.console.channel import CHANNEL as CONSOLE
from channels.cron.clock import Clock
from channels.cron.entry import Entry, Reach, beside, minute
from channels.cron.plan import MISSED_MS
from channels.cron.watch import Watch
from channels.email.ids import CHANNEL as EMAIL
from channels.slack import address as slack
from channels.slack.address import CHANNEL as SLACK
from channels.slack.address import Undeliverable

EXPECTED = "slack:TEAM/CHANNEL or slack:TEAM/CHANNEL/TIMESTAMP by their IDs, email:NAME@DOMAIN, a place of the people file, or console"


class BadAddress(ValueError):
    """Nobody could hear from there; the text says why and what to write."""


def entries(agents: Mapping[str, Agent]) -> list[Entry]:
    """Every schedule of every agent."""
    return [
        Entry(name, schedule)
        for name, agent in agents.items()
        for schedule in agent.front.schedules
    ]


def address(people: People, written: str, schedule: str, slot: int) -> Address:
    """Where the thread of this slot lives: in a place of its own, unless a thread is named. Raises `BadAddress`."""
    said = people.places.get(written, written)
    channel, _, where = said.partition(":")
    mark = sha256(schedule.encode()).hexdigest()[:8]
    if said == CONSOLE:
        return Address(channel=CONSOLE, locator=f"{schedule}/{minute(slot)}")
    if channel == SLACK:
        return slack.begun(where, slot, mark) or _thread(where)
    if channel == EMAIL and (
        mailed := mailroom.begun(where, schedule.rpartition("/")[2], slot, mark)
    ):
        return mailed
    raise BadAddress(_nobody(people, written, said))


def _thread(where: str) -> Address:
    named = Address(channel=SLACK, locator=where)
    try:
        slack.place(named)
    except Undeliverable:
        message = f"nobody could hear from slack:{where[:80]}: write {EXPECTED}"
        raise BadAddress(message) from None
    return named


def _nobody(people: People, written: str, said: str) -> str:
    if written in people.places:
        return f"the place {written} is {said[:80]}, where nobody could hear from it: write slack:TEAM/CHANNEL by their IDs or email:NAME@DOMAIN there"
    if written in people.people or written.startswith("@"):
        return f"a person is not written to by a schedule yet: write {EXPECTED}"
    if "@" in written:
        return f"{written[:80]} is no place: write email:NAME@DOMAIN for a mail address, {EXPECTED}"
    hint = meant(written, people.places) if people.places else ""
    return f"nobody could hear from {written[:80]!r}{hint}: write {EXPECTED}"


def check(agents: Mapping[str, Agent], people: People, settings: Settings) -> None:
    """Refuse a schedule that nobody could hear from. Raises `AgentError` with file and line."""
    for agent in agents.values():
        for index, schedule in enumerate(agent.front.schedules):
            for field, written in (("address", schedule.address), ("fallback", schedule.fallback)):
                try:
                    if written:
                        _heard(address(people, written, schedule.name, 0), people, settings)
                except BadAddress as error:
                    file, _, _ = read_agent_file(agent.folder / "agent.md")
                    raise file.wrong(("schedules", index, field), str(error)) from error


def _heard(there: Address, people: People, settings: Settings) -> None:
    """Raises `BadAddress` for a mail to somebody who may not answer it."""
    if there.channel == EMAIL and (reason := mailroom.objection(settings, people, there)):
        raise BadAddress(reason)


def mute(agents: Mapping[str, Agent], people: People, settings: Settings) -> Iterator[AgentError]:
    """What is wrong with each schedule that can speak nowhere, since none of its channels is set up here: file, line and reason."""
    for agent in agents.values():
        for index, schedule in enumerate(agent.front.schedules):
            written = [each for each in (schedule.address, schedule.fallback) if each]
            there = [address(people, each, schedule.name, 0) for each in written]
            why = [_unset(settings, each) for each in there]
            if all(why):
                file, _, _ = read_agent_file(agent.folder / "agent.md")
                text = f"nobody could hear from it: {why[0]}"
                yield file.wrong(("schedules", index, "address"), text)


def _unset(settings: Settings, there: Address) -> str:
    """That its channel is not set up here; empty: it is."""
    if there.channel == EMAIL and not mailroom.speaks(settings):
        return "mail is not set up here: docs/email.md"
    if there.channel == SLACK and not workspaces.speaks(settings):
        return "Slack is not set up here: bot init"
    return ""


def reach(settings: Settings, store: Store, people: People) -> Reach:
    """Who can tell why nothing can be said at an address."""

    async def objection(there: Address) -> str | None:
        if unset := _unset(settings, there):
            return unset
        if there.channel == EMAIL:
            return mailroom.objection(settings, people, there)
        if there.channel != SLACK:
            return None
        spot = slack.place(there)
        return await workspaces.objection(settings, store, spot.team, spot.channel)

    return objection


def clock(
    settings: Settings, store: Store, desk: Desk, agents: Mapping[str, Agent], people: People
) -> Clock:
    """The clock of these agents' schedules, and of those made in conversation."""
    where, reached = partial(address, people), reach(settings, store, people)
    return Clock(entries(agents), Slots(store, desk), where, reached, settings.owner)


def watch(
    settings: Settings, store: Store, desk: Desk, agents: Mapping[str, Agent], people: People
) -> Watch:
    """Who tells of those that fail."""
    where, reached = partial(address, people), reach(settings, store, people)
    return Watch(entries(agents), Slots(store, desk), where, reached, settings.owner)


async def asleep(book: Slotbook, entry: Entry) -> int:
    """Until when nothing comes, since it is settled already: the store's clock was ahead, and somebody set it back. 0: it is not."""
    kept = await book.kept(entry.id)
    return kept.until if kept and kept.until - await book.now() >= MISSED_MS else 0


async def following(book: Slotbook, entry: Entry) -> Iterator[int]:
    """Its slots to come, the next one first, as a clock will come to them."""
    kept = await book.kept(entry.id)
    return entry.schedule.cron.slots(max(await book.now(), kept.until if kept else 0))


async def everything(agents: Mapping[str, Agent], book: Slots) -> list[Entry]:
    """Every schedule, also those made in conversation."""
    return beside(entries(agents), await book.made())
