"""Loop: an event loop without a clock of its own. Time stands still while anything can run, then jumps to what comes next."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


class NothingLeft(RuntimeError):
    """Everybody waits, and nothing that they wait for can ever come."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs what is ready in the order in which it became so: the same programme gives the same run."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
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
    while tasks := asyncio.all_tasks(loop):
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.wait(tasks, timeout=0))
