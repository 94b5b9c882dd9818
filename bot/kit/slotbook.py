"""Slotbook: the port through which a clock knows what was settled of a schedule, settles what comes next, and begins threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.core.said import CronTicked
from bot.core.slots import ScheduleFared, Slot, SlotsSettled
from bot.core.values import Address
from bot.kit.schedule import Schedule

State = Literal["well", "failed", "open", "void"]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is on record of a schedule: settled `until` then, last by `latest`, which a clock that died may have left undone.

    `said` is when it came, as it was written then; `thread` the latest that it began; `paused` who paused it.
    """

    until: int
    said: str
    thread: str = ""
    paused: str = ""
    latest: SlotsSettled | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a slot, why, and where its thread stands; `open` is not known yet, `void` counts for nothing."""

    outcome: str
    why: str
    phase: str
    state: State


@dataclass(frozen=True, slots=True)
class Made:
    """A schedule that was made in conversation, by whom and whose words besides, and in which saying of it."""

    agent: str
    schedule: Schedule
    creator: str
    saying: str
    askers: tuple[str, ...] = ()


class Slotbook(Protocol):
    """What a clock asks of the engine. What it was told is durable when these return."""

    async def now(self) -> int:
        """The store's time, in ms since the epoch; no other clock decides anything."""
        ...

    async def made(self) -> Sequence[Made]:
        """The schedules that were made in conversation, as they are now."""
        ...

    async def kept(self, schedule: str) -> Kept | None:
        """What is on record; None: nothing, it is new."""
        ...

    async def settle(self, event: SlotsSettled) -> bool:
        """Put it on record; False: somebody has settled what comes after that instant already, and this is not written."""
        ...

    async def note(self, event: SlotsSettled) -> None:
        """Put on record what was run beside the slots."""
        ...

    def thread(self, address: Address) -> str:
        """The name of the thread that lives there."""
        ...

    async def begin(self, tick: CronTicked) -> None:
        """Begin a thread, or speak in the one that lives there, once however often this is said."""
        ...

    async def lead(self, schedule: str, slot: Slot) -> None:
        """From now on whoever speaks at the slot's fallback speaks in its thread; once however often this is said."""
        ...

    async def is_begun(self, tick: CronTicked) -> bool:
        """Whether that is on record."""
        ...

    async def end(self, thread: str, id: str, reason: str) -> None:
        """Cancel its work, once."""
        ...

    async def busy(self, thread: str) -> str | None:
        """What this thread is still at, in one phrase; None: it rests or is over, or there is none."""
        ...

    async def is_own(self, thread: str) -> bool:
        """Whether a schedule began this thread: what others began there is theirs."""
        ...

    async def is_held(self, thread: str) -> bool:
        """Whether nothing keeps this thread but an error, about which it asks how to go on."""
        ...

    async def is_dead(self, thread: str) -> bool:
        """Whether nothing can be said in this thread until somebody has mended it."""
        ...

    async def latest(self, schedule: str, most: int) -> Sequence[Slot]:
        """So many of the slots that ran or failed, the oldest first, also what was run beside them."""
        ...

    async def fate(self, schedule: str, slot: Slot) -> Fate:
        """What became of this slot of the schedule, by now."""
        ...

    async def fared(self, schedule: str) -> ScheduleFared | None:
        """How it fares, as it was put on record last."""
        ...

    async def fare(self, event: ScheduleFared) -> bool:
        """Put it on record; False: somebody was first, and this is not written."""
        ...

    async def tell(self, event: ScheduleFared) -> None:
        """Say it where it is to be said, once however often this is asked for."""
        ...

    async def halted(self, agent: str) -> str | None:
        """By whom and why this agent is halted; None: it is not."""
        ...
