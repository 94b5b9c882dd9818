"""Entry: one schedule as clocks and watches see it, and what they are told of places."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.slots import Slot, SlotsSettled
from bot.core.values import Address
from bot.kit.schedule import Schedule
from bot.kit.slotbook import Made

Reach = Callable[[Address], Awaitable[str | None]]
Where = Callable[[str, str, int], Address]


@dataclass(frozen=True, slots=True)
class Entry:
    """One schedule of one agent; `id` is its name everywhere. One that was made in conversation has a `creator` of its own, and `askers`."""

    agent: str
    schedule: Schedule
    creator: str = ""
    saying: str = ""
    askers: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.agent}/{self.schedule.name}"

    @property
    def said(self) -> str:
        """Where this changes, the schedule begins anew."""
        return f"{self.schedule.said} {self.saying}".strip()


def beside(written: Sequence[Entry], made: Sequence[Made]) -> list[Entry]:
    """The schedules of the agents' files, and those made in conversation; of the same name the file's."""
    names = {entry.id for entry in written}
    said = [
        Entry(each.agent, each.schedule, each.creator, each.saying, each.askers) for each in made
    ]
    return [*written, *(entry for entry in said if entry.id not in names)]


def settling(
    entry: Entry, after: int, until: int, thread: str, slots: tuple[Slot, ...]
) -> SlotsSettled:
    """What goes on record of the slots between these instants; of all that say what comes after the same one the first counts."""
    return SlotsSettled(
        id=f"slots:{entry.id}>{after}",
        actor="clock",
        schedule=entry.id,
        after=after,
        until=until,
        said=entry.said,
        thread=thread,
        slots=slots,
    )


def minute(at: int) -> str:
    """An instant as it stands in logs and addresses: a slot by its minute, any other by its second."""
    when = datetime.fromtimestamp(at / 1000, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%SZ}" if at % 60_000 else f"{when:%Y-%m-%dT%H:%MZ}"
