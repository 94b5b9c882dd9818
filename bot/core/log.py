"""Log: a thread's events as they are worked with: each folded and rendered once, when it is added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from bot.core.context import block, summary
from bot.core.events import Compacted, DecideFailed, Event, StepDecided, ToolEnded
from bot.core.reducer import evolve
from bot.core.thread import Thread


class Log(Sequence[Event]):
    """A thread's events, each folded and rendered once, when it is added."""

    def __init__(self, thread_id: str) -> None:
        self.thread = Thread(thread_id)
        self._events: list[Event] = []
        # What each event says as things stand; empty: nothing, or a summary says it.
        self.written: list[str] = []
        self.pictured: list[int] = []  # Where something came out that is a picture.
        self._counts = [0]
        self._covered = 0
        self.compacted_at = -1

    @overload
    def __getitem__(self, at: int) -> Event: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Event]: ...
    def __getitem__(self, at: int | slice) -> Event | Sequence[Event]:
        return self._events[at]

    def __len__(self) -> int:
        return len(self._events)

    # What a sequence has of its own asks for each event by its place, which takes five times as long.
    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def __reversed__(self) -> Iterator[Event]:
        return reversed(self._events)

    def add(self, event: Event) -> None:
        """One more event. A compaction puts one summary in the place of the blocks it covers."""
        before, count = self.thread, self._counts[-1]
        is_new = event.id not in before.ids
        after = evolve(before, event)
        if type(event) is Compacted and is_new:
            self._cover(event)
            self.compacted_at = len(self)
            count = sum(map(bool, self.written))
        written = block(before, event, after) if is_new else ""
        if type(event) is ToolEnded and event.picture:
            self.pictured.append(len(self))
        self.thread = after
        self._events.append(event)
        self.written.append(written)
        self._counts.append(count + (written != ""))

    def ahead(self, facts: Iterable[Event]) -> Thread:
        """The thread as it will be once these stand on the log, if nothing comes before them."""
        thread = self.thread
        for fact in facts:
            thread = evolve(thread, fact.model_copy(update={"at": max(thread.at, fact.at)}))
        return thread

    def _cover(self, event: Compacted) -> None:
        if self._covered < event.upto <= len(self.written):
            self._covered = event.upto
            self.written[: event.upto] = [summary(event), *[""] * (event.upto - 1)]

    def blocks(self) -> tuple[str, ...]:
        """The blocks of these events, oldest first."""
        return tuple(filter(None, self.written))

    def blocks_at(self, head: int) -> int:
        """How many blocks there were when the log had so many events."""
        return self._counts[min(head, len(self))]

    def blocks_before(self) -> int:
        """How many blocks the last request had: the prefix cache is marked there too. A compaction begins a new prefix."""
        for event in reversed(self._events):
            if isinstance(event, StepDecided | DecideFailed) and event.request:
                return self.blocks_at(event.seen) if event.seen > self.compacted_at else 0
        return 0

    def snapshot(self) -> Log:
        """The same log, which stays as it is while this one grows."""
        same = Log(self.thread.id)
        same.thread, same._covered = self.thread, self._covered
        same.compacted_at, same.pictured = self.compacted_at, self.pictured[:]
        same._events, same.written = self._events[:], self.written[:]
        same._counts = self._counts[:]
        return same


def log_of(events: Sequence[Event], thread_id: str) -> Log:
    """These events as a log; one that is a log already is taken as it is."""
    if isinstance(events, Log):
        return events
    log = Log(thread_id)
    for event in events:
        log.add(event)
    return log


def blocks(events: Sequence[Event], thread_id: str = "") -> tuple[str, ...]:
    """The blocks of a log, oldest first."""
    return log_of(events, thread_id).blocks()
