"""Calendars: schedules that are made in conversation, as they are kept: on a log of their own, from which every clock reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pydantic import ValidationError

from bot.core.events import Paused, Resumed
from bot.core.slots import ScheduleSet
from bot.core.thread import Thread
from bot.engine.desk import Desk
from bot.engine.store import Store
from bot.kit.agent import Agent
from bot.kit.calendar import HERE, ME, Json, Planned, Wanted
from bot.kit.call import Refused
from bot.kit.complaint import complaints
from bot.kit.people import People
from bot.kit.schedule import ON_RECORD, Schedule
from bot.settings import Settings
from bot.setup import workspaces
from bot.setup.clock import BadAddress, address, clock, everything, following, reach
from bot.setup.outcomes import fates
from bot.setup.slot_logs import MADE
from bot.setup.slots import Slots
from channels.console.channel import CHANNEL as CONSOLE
from channels.cron.clock import Busy, Unheard
from channels.cron.entry import Entry
from channels.email.ids import CHANNEL as EMAIL
from channels.slack import address as slack
from channels.slack.address import CHANNEL as SLACK
from channels.slack.address import Undeliverable

SHOWN = 3
MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Calendars:
    """What the calendar of any thread is made of."""

    settings: Settings
    store: Store
    desk: Desk
    agents: Mapping[str, Agent]
    people: People

    def of(self, thread: Thread, askers: tuple[str, ...] = ()) -> Bound:
        """The calendar of the agent that is at work in this thread, for a call that these asked for."""
        return Bound(self, thread, askers)


@dataclass(frozen=True, slots=True)
class Bound:
    """One agent's calendar, as seen from one of its threads. Whoever began that thread makes what is made there, and others who asked for it count as asking for what comes of it."""

    _whole: Calendars
    _thread: Thread
    _askers: tuple[str, ...]

    async def plan(self, wanted: Wanted) -> Planned:
        written = self._agent_schedules()
        if wanted.name in written:
            file = "agent.md, where the owner of the agent changes it"
            raise Refused(f"{wanted.name} is a schedule in {file}; choose another name")
        terms = await self._terms(wanted)
        schedule = _schedule(terms)
        for each in filter(None, (schedule.address, schedule.fallback)):
            await self._reached(each, schedule.name)
        found = await self._made()
        before = found.get(self._id(wanted.name))
        return await self._planned(schedule, terms, before.terms if before else None)

    async def keep(self, key: str, planned: Planned) -> None:
        await self._say(key, planned.id, planned.terms)

    async def found(self, name: str) -> Planned:
        made = await self._made()
        if (said := made.get(self._id(name))) is None:
            names = ", ".join(id.partition("/")[2] for id in made) or "none"
            raise Refused(f"no schedule {name} was made in conversation; there are: {names}")
        return await self._planned(_schedule(said.terms, ON_RECORD), said.terms, said.terms)

    async def drop(self, key: str, name: str) -> None:
        # Said again under the same key, it is gone already.
        if self._id(name) in await self._made():
            await self._say(key, self._id(name), {})

    async def all(self) -> Sequence[Planned]:
        return [await self._shown(entry) for entry in await self._entries()]

    async def one(self, name: str) -> Planned:
        return await self._shown(await self._entry(name))

    async def hold(self, key: str, name: str, *, paused: bool) -> None:
        entry, kind = await self._entry(name), Paused if paused else Resumed
        if bool(await self._book.paused(entry.id)) != paused:
            await self._book.say(entry.id, kind(id=f"schedule:{key}", actor=self._thread.requester))

    async def run(self, name: str) -> str:
        whole = self._whole
        served = clock(whole.settings, whole.store, whole.desk, whole.agents, whole.people)
        try:
            entry = await self._entry(name)
            return await served.run_now(entry, self._thread.requester, self._askers)
        except (Busy, Unheard) as error:
            raise Refused(f"it was not run: {error}") from error

    async def history(self, name: str) -> Sequence[Json]:
        entry = await self._entry(name)
        found = await fates(self._whole.desk, await self._book.history(entry.id), MOST_TOLD)
        return [
            {
                "slot": _local(entry.schedule, slot.at),
                "count": slot.count,
                "outcome": fate.outcome,
                "why": fate.why,
                "thread": slot.thread,
            }
            for slot, fate in found
        ]

    # ---- what it is made of ----------------------------------------------------------------------
    @property
    def _book(self) -> Slots:
        return Slots(self._whole.store, self._whole.desk)

    async def _entries(self) -> list[Entry]:
        """All of this agent's, those of its file first."""
        found = await everything(self._whole.agents, self._book)
        return [entry for entry in found if entry.agent == self._thread.agent]

    async def _entry(self, name: str) -> Entry:
        found = await self._entries()
        entry = next((each for each in found if name in (each.id, each.schedule.name)), None)
        if entry is None:
            names = ", ".join(each.schedule.name for each in found) or "none"
            raise Refused(f"there is no schedule {name}; there are: {names}")
        return entry

    async def _shown(self, entry: Entry) -> Planned:
        terms = entry.schedule.model_dump(mode="json") | {"missed": str(entry.schedule.missed)}
        paused = await self._book.paused(entry.id)
        return await self._planned(entry.schedule, {**terms, "paused_by": paused or None}, None)

    def _id(self, name: str) -> str:
        return f"{self._thread.agent}/{name}"

    def _agent_schedules(self) -> set[str]:
        agent = self._whole.agents.get(self._thread.agent)
        return {each.name for each in agent.front.schedules} if agent else set()

    async def _made(self) -> dict[str, ScheduleSet]:
        """Those of this agent."""
        made = await self._book.said()
        return {id: said for id, said in made.items() if id.startswith(f"{self._thread.agent}/")}

    async def _say(self, key: str, id: str, terms: Json) -> None:
        said = ScheduleSet(
            id=f"schedule:{key}",
            actor="engine",
            schedule=id,
            terms=terms,
            creator=self._thread.requester,
            askers=self._askers,
            thread=self._thread.id,
        )
        await self._whole.desk.post(MADE, said)

    async def _terms(self, wanted: Wanted) -> Json:
        """All that it says, with what was left out written down."""
        said = wanted.model_dump(mode="json")
        person = self._whole.people.people.get(self._thread.requester)
        zone = wanted.time_zone or (person.time_zone if person else None)
        if not zone:
            raise Refused("time_zone is missing: write one like Europe/Berlin")
        places = {"address": await self._place(wanted.address), "fallback": None}
        if wanted.fallback:
            places["fallback"] = await self._place(wanted.fallback)
        return {**said, "time_zone": zone, **places}

    async def _place(self, written: str) -> str:
        if written == ME:
            return await self._alone()
        return self._here() if written == HERE else written

    async def _alone(self) -> str:
        """The conversation with whoever began the thread."""
        from channels.slack.reader import user_of  # What it needs is read when it is asked for.

        home, who = self._thread.address, self._thread.requester
        if home is not None and home.channel == EMAIL:
            return self._by_mail(who)
        if home is None or home.channel != SLACK:
            raise Refused(
                "whoever asks is written to alone in Slack and by mail only: write another address"
            )
        team = slack.place(home).team
        user = user_of(who, self._whole.people, team)
        if user is None or not workspaces.speaks(self._whole.settings):
            raise Refused(f"{who} cannot be written to in Slack: write another address")
        try:
            spot = await workspaces.alone(self._whole.settings, self._whole.store, team, user)
        except (Undeliverable, OSError) as error:
            raise Refused(f"{who} cannot be written to in Slack: {error}") from error
        return f"{SLACK}:{team}/{spot}"

    def _by_mail(self, who: str) -> str:
        known = self._whole.people.people.get(who)
        accounts = known.accounts(EMAIL) if known else ()
        return f"{EMAIL}:{accounts[0]}" if accounts else who

    def _here(self) -> str:
        home = self._thread.address
        if home is not None and home.channel == SLACK:
            spot = slack.place(home)
            return f"{SLACK}:{spot.team}/{spot.channel}"
        if home is not None and home.channel == CONSOLE:
            return CONSOLE
        raise Refused("nothing can be begun here: write where it is to speak")

    async def _reached(self, written: str, name: str) -> None:
        try:
            there = address(self._whole.people, written, self._id(name), 0)
        except BadAddress as error:
            raise Refused(str(error)) from error
        reason = await reach(self._whole.settings, self._whole.store, self._whole.people)(there)
        if reason is not None:
            raise Refused(f"nobody could hear from it at {written}: {reason}")

    async def _planned(self, schedule: Schedule, terms: Json, before: Json | None) -> Planned:
        slots = await following(self._book, Entry(self._thread.agent, schedule))
        shown = tuple(_local(schedule, at) for at in islice(slots, SHOWN))
        return Planned(self._id(schedule.name), terms, schedule, shown, before)


def _local(schedule: Schedule, at: int) -> str:
    return f"{schedule.cron.local(at):%a %Y-%m-%d %H:%M %Z}"


def _schedule(terms: Json, context: str | None = None) -> Schedule:
    try:
        return Schedule.model_validate(terms, context=context)
    except ValidationError as error:
        raise Refused("; ".join(text for _, text in complaints(error, Schedule))) from error
