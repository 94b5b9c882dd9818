"""Loop: an event loop without a clock of its own. Time stands still while anything can run, then jumps to what comes next.

Several processes share it. Nothing of a stopped one runs until it is let go on, and nothing of a killed one ever does.
"""

from __future__ import annotations

import asyncio
from asyncio import Handle
from collections import deque
from collections.abc import Coroutine
from contextvars import Context, ContextVar
from typing import TypeVar

T = TypeVar("T")
LONGEST_STOP_SECONDS = 60.0


class Owner:
    """Whoever a callback belongs to, by the context that it runs in."""

    def __init__(self) -> None:
        self.is_dead = False
        self.wakes_at = 0.0


OWNER: ContextVar[Owner | None] = ContextVar("owner", default=None)


class NothingLeft(RuntimeError):
    """Everybody waits, and nothing that they wait for can ever come."""


class Ready(deque[Handle]):
    """What is to run now, in the order in which it became so; what may not run is left out."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop
        self._nothing = Handle(lambda: None, (), loop, Context())
        self._nothing.cancel()
        self._never = list[Handle]()

    def popleft(self) -> Handle:
        handle = super().popleft()
        owner: Owner | None = handle._context.get(OWNER)
        if owner is None or self._loop.is_over:
            return handle
        if owner.is_dead:
            self._never.append(handle)
            return self._nothing
        if owner.wakes_at > self._loop.time():
            self._loop.call_at(owner.wakes_at, self.append, handle, context=Context())
            return self._nothing
        return handle

    def release(self) -> None:
        """Give back what was left out for good: its tasks can only be ended by running."""
        self.extend(self._never)


class VirtualLoop(asyncio.BaseEventLoop):
    """The same programme gives the same run, whatever the machine."""

    def __init__(self) -> None:
        super().__init__()
        self.is_over = False
        self._now = 0.0
        self.ready = self._ready = Ready(self)
        self._selector = self
        # Two sums of the same times may differ in the last bit; a microsecond is no time here.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._now

    def select(self, timeout: float | None) -> tuple[()]:
        """What the base class waits in: None says that nothing is scheduled."""
        if timeout is None:
            raise NothingLeft
        self._now += timeout
        return ()

    def _process_events(self, event_list: tuple[()]) -> None:
        """There is no outside from which an event could come."""

    def _write_to_self(self) -> None:
        """Nobody sleeps in a system call, so nobody is to be woken."""


def run(main: Coroutine[None, None, T]) -> T:
    """The coroutine's result, once it has one; whoever still lives then is ended."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        _end(loop)
        asyncio.set_event_loop(None)
        loop.close()


def _end(loop: VirtualLoop) -> None:
    """What is ended may meet another wait on its way out; then it is ended again."""
    loop.is_over = True
    loop.ready.release()
    while tasks := asyncio.all_tasks(loop):
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.wait(tasks, timeout=LONGEST_STOP_SECONDS))
