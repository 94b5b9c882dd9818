"""Calendar: schedules that are made in conversation, and the tools for it: an agent has them whose tools.py imports them from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from pydantic import Field, JsonValue

from bot.kit.arguments import Args
from bot.kit.call import Call, Card, Refused
from bot.kit.schedule import Deadline, Schedule
from bot.kit.tool import tool

Json = dict[str, JsonValue]
HERE, ME = "here", "me"
_MOST_TEXT = 10_000


class Wanted(Args):
    """A schedule, as the model writes it. `time_zone` left out is that of whoever asks; `here` is where this is said, `me` who asks, alone."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    schedule: Annotated[str, Field(min_length=1, max_length=200)]
    prompt: Annotated[str, Field(min_length=1, max_length=_MOST_TEXT)]
    time_zone: Annotated[str, Field(max_length=64)] = ""
    address: Annotated[str, Field(min_length=1, max_length=200)] = HERE
    fallback: Annotated[str, Field(max_length=200)] = ""
    missed: Annotated[str, Field(max_length=20)] = "run_latest"
    starting_deadline_seconds: Deadline | None = None
    concurrency_policy: Literal["allow", "forbid", "replace"] = "forbid"
    suspend: bool = False


class Named(Args):
    """One of this agent's schedules."""

    name: Annotated[str, Field(min_length=1, max_length=64)]


@dataclass(frozen=True, slots=True)
class Planned:
    """A schedule that can be made: its name everywhere, all that it says, when it comes next in its own zone, and what it was before."""

    id: str
    terms: Json
    schedule: Schedule
    following: tuple[str, ...]
    before: Json | None = None


class Calendar(Protocol):
    """The schedules of the agent at work that were made in conversation. Raises `Refused`, with the reason and what to write."""

    async def plan(self, wanted: Wanted) -> Planned:
        """What this would be; nothing is changed. One that could never come, or that nobody could hear from, is refused."""
        ...

    async def keep(self, key: str, planned: Planned) -> None:
        """From now on it comes; once, however often this is said under the same key."""
        ...

    async def found(self, name: str) -> Planned:
        """The one of this name, as it is."""
        ...

    async def drop(self, key: str, name: str) -> None:
        """It comes no more; once, as above."""
        ...

    async def all(self) -> Sequence[Planned]:
        """All of this agent's, also those that its file names."""
        ...

    async def one(self, name: str) -> Planned:
        """The one of this name among all."""
        ...

    async def hold(self, key: str, name: str, *, paused: bool) -> None:
        """From now on its slots are skipped, or are not; once, as above."""
        ...

    async def run(self, name: str) -> str:
        """Begin it now, beside its slots, by the word of whoever asks; the thread."""
        ...

    async def history(self, name: str) -> Sequence[Json]:
        """What became of its latest slots, the latest first."""
        ...


@tool(approval="always", idempotent=True)
async def set_schedule(wanted: Wanted, call: Call) -> Json:
    """Make a schedule, or change one that was made in conversation: at its times you begin by yourself with the prompt, and speak at its address.

    schedule: five fields of cron, or @hourly, @daily, @weekly, @monthly. time_zone: like Europe/Berlin; left out, that of whoever asks.
    address: here (the place of this conversation), me (whoever asks, in private), slack:TEAM/CHANNEL, a place of the people file, or console. missed: skip, run_latest or run_all(N).
    """
    planned = await _calendar(call).plan(wanted)
    await _calendar(call).keep(call.key, planned)
    return {"next": list(planned.following), **planned.terms}


@set_schedule.preview
async def show_schedule(wanted: Wanted, call: Call) -> Card:
    """When it comes next, by the clocks of its zone, and all that it will say."""
    planned = await _calendar(call).plan(wanted)
    return Card(_told(planned), pins={"before": planned.before})


@tool(approval="always", idempotent=True)
async def end_schedule(named: Named, call: Call) -> Json:
    """End a schedule that was made in conversation: it comes no more."""
    await _calendar(call).drop(call.key, named.name)
    return {"ended": named.name}


@end_schedule.preview
async def show_end(named: Named, call: Call) -> Card:
    """What will come no more."""
    planned = await _calendar(call).found(named.name)
    return Card(_told(planned), pins={"before": planned.terms})


@tool(reads=True)
async def list_schedules(call: Call) -> list[JsonValue]:
    """Your schedules, with when they come next; those that your file names are changed there alone."""
    found = await _calendar(call).all()
    return [{"next": list(each.following), **each.terms} for each in found]


@tool(reads=True)
async def schedule_history(named: Named, call: Call) -> list[JsonValue]:
    """What became of the latest slots of one of your schedules."""
    return [*await _calendar(call).history(named.name)]


@tool(approval="always", idempotent=True)
async def pause_schedule(named: Named, call: Call) -> Json:
    """Pause one of your schedules: its slots are skipped until it is resumed."""
    await _calendar(call).hold(call.key, named.name, paused=True)
    return {"paused": named.name}


@tool(approval="always", idempotent=True)
async def resume_schedule(named: Named, call: Call) -> Json:
    """Let one of your schedules go on that was paused."""
    await _calendar(call).hold(call.key, named.name, paused=False)
    return {"resumed": named.name}


@tool(approval="always")
async def run_schedule(named: Named, call: Call) -> Json:
    """Begin one of your schedules now, beside its slots; it speaks where it always does."""
    return {"thread": await _calendar(call).run(named.name)}


@pause_schedule.preview
@resume_schedule.preview
@run_schedule.preview
async def show_one(named: Named, call: Call) -> Card:
    """Which one is meant."""
    planned = await _calendar(call).one(named.name)
    return Card(_told(planned), pins={"terms": planned.terms})


def _calendar(call: Call) -> Calendar:
    if call.calendar is None:
        message = "there is no calendar here"
        raise Refused(message)
    return call.calendar


def _told(planned: Planned) -> str:
    said = planned.schedule
    state = " (suspended)" if said.suspend else ""
    lines = [
        f"{planned.id} comes {said.schedule} in {said.time_zone}{state}: {said.cron.words}. Next:",
        *(f"- {each}" for each in planned.following or ("never",)),
        f"It speaks at {said.address}{f', or else at {said.fallback}' if said.fallback else ''}.",
        *(f"It {what}." for what, _ in said.cautions),
        _inset(f"It says: {said.prompt}"),
    ]
    if planned.before and planned.before != planned.terms:
        changed = {
            name: was for name, was in planned.before.items() if planned.terms.get(name) != was
        }
        lines += ["Until now:", *(_inset(f"- {name}: {was}") for name, was in changed.items())]
    return "\n".join(lines)


def _inset(text: str) -> str:
    """So that no line of it passes for one of the card's own."""
    return "\n  ".join(text.splitlines())
