"""Standing: where a thread stands, from its log and the engine's letter; or that it cannot be said, and why."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

from bot.core import days, halts
from bot.core.events import DayReached, Event
from bot.core.halts import Halt
from bot.core.house import HOUSE
from bot.core.reducer import replay
from bot.core.status import StatusPhase, phase, waiting_for
from bot.core.thread import Asked, Started, Thread
from bot.engine.letters import Letter, cause_of


class NoSuchThread(Exception):
    """There is no thread of this name."""


GONE = "the index has it, but there is no log"


class CannotRead(Exception):
    """There is a thread of this name, but its log cannot be read or folded."""

    def __init__(self, thread: str, error: Exception) -> None:
        super().__init__(f"{thread} cannot be read: {cause_of(error)}")


@contextmanager
def reading(thread: str) -> Generator[None]:
    """Whatever goes wrong inside means that this thread cannot be read, and nothing else."""
    try:
        yield
    except (NoSuchThread, CannotRead):
        raise
    except Exception as error:
        raise CannotRead(thread, error) from error


@dataclass(frozen=True)
class Short:
    """The limit of a day or an hour that a thread waits for, and the open `request` of the house about it; empty: it was not extended."""

    fact: DayReached
    request: str = ""

    @property
    def words(self) -> str:
        """Whom it waits for, and why."""
        who = " or ".join(self.fact.asked) or "nobody"
        ask = f"word from {who} ({self.request})" if self.request else "that time (UTC) to be over"
        return f"held, {self.fact.reason}: {ask}"


class HouseFacts:
    """What holds for all threads, by the log of the house; made once for however many."""

    def __init__(self, log: Sequence[Event]) -> None:
        self._log = log
        self.halts, self.latest = halts.told_by(log), halts.latest(log)

    @cached_property
    def thread(self) -> Thread:
        """The house itself, with what it asks."""
        return replay(HOUSE, self._log)


@dataclass(frozen=True)
class Standing:
    """Where a thread stands, or `trouble`: why that cannot be said; and the engine's letter, if it had to stop here."""

    id: str
    at: int
    thread: Thread | None
    trouble: str = ""
    letter: Letter | None = None
    halt: Halt | None = None
    halted_at: int = -1
    short: Short | None = None

    def under(self, house: HouseFacts) -> Standing:
        """The same, with what halts it by the log of the house, and when something did last; the house itself is never halted."""
        if self.thread is None or self.id == HOUSE:
            return self
        agent = self.thread.agent
        at = max(house.latest.get(name, -1) for name in (halts.EVERYTHING, agent))
        halt = halts.of(house.halts, agent)
        return replace(self, halt=halt, halted_at=at, short=_short(self.thread, house))

    @property
    def phase(self) -> StatusPhase:
        if self.thread is None or (self.letter is not None and self.letter.is_dead):
            return "dead"
        if self.is_held_back:
            return "paused"
        if self.short is None:
            return phase(self.thread)
        return "waiting_for_human" if self.short.request else "waiting_for_time"

    @property
    def is_held_back(self) -> bool:
        """Whether it would move by itself and may not; what has started does."""
        if self.thread is None or self.halt is None:
            return False
        starts = any(isinstance(call.phase, Started) for call in self.thread.calls)
        return phase(self.thread) in ("thinking", "running") and not starts

    @property
    def is_stuck(self) -> bool:
        """Whether the engine could not go on: until the next try, if there is one, it does nothing here."""
        return self.letter is not None or self.phase == "dead"

    @property
    def waiting_for(self) -> str:
        """What it waits for; where the engine could not go on, that and the cause."""
        letter = self.letter
        if self.halt and self.thread and not self.is_stuck and self.is_held_back:
            return f"somebody who lifts the halt of {self.halt.what} by {self.halt.words}"
        if letter is None and self.short:
            return self.short.words
        if letter is None or (self.thread and self.thread.unreadable):
            return waiting_for(self.thread) if self.thread else f"a human: {self.trouble or GONE}"
        whom = "a human" if letter.is_dead else "the next try"
        return f"{whom}: {letter.failure}"


def _short(thread: Thread, house: HouseFacts) -> Short | None:
    """What it was told it waits for, unless that was extended since or is over. By the house as it stands: an answer there is not on its log."""
    fact = thread.short
    if fact is None or phase(thread) != "thinking":
        return None
    asked = days.asked(house.thread, fact.day, fact.scope)
    is_open = asked is not None and isinstance(asked.phase, Asked)
    return Short(fact, asked.request if is_open else "") if asked else None
