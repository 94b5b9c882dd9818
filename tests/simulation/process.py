"""Process: one worker process as the outside sees it. It can be killed or stopped wherever it touches the outside.

A killed process does nothing any more: no `finally` and no `except` of it runs. A stopped one goes on later as if no
time had passed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import copy_context
from random import Random
from typing import TypeVar

from pydantic import JsonValue
from redis.exceptions import ConnectionError as NoConnection

from bot.kit import Call, Refused, Unsure
from tests.simulation.loop import OWNER, Owner
from tests.simulation.world import LOOK_MS, READS, Fault, Phase, Point, Port, Start, World

T = TypeVar("T")
LATENCY_SECONDS = 0.02


class Process(Owner):
    """Its tasks run in a context that names it, which is how the loop and its tools know whose they are."""

    def __init__(self, world: World, name: str) -> None:
        super().__init__()
        self.world, self.name = world, name
        self.died = asyncio.Event()
        self.skew_ms = int(self.random("skew").uniform(-600_000, 600_000))
        self.claims: dict[str, tuple[int, int]] = {}
        self._latency = self.random("latency")

    def random(self, *names: object) -> Random:
        """Chance of this process's own."""
        return self.world.random(self.name, *names)

    def start(self, main: Coroutine[None, None, T]) -> asyncio.Task[T]:
        """Run this as the process's own."""
        context = copy_context()
        context.run(OWNER.set, self)
        return asyncio.get_running_loop().create_task(main, context=context)

    def kill(self) -> None:
        """As by kill -9: nothing of it is heard of again."""
        self.is_dead = True
        self.died.set()

    def stop(self, seconds: float) -> None:
        """As by SIGSTOP, and SIGCONT so much later."""
        self.wakes_at = asyncio.get_running_loop().time() + seconds

    def holds(self, thread: str) -> bool:
        """Whether the store says that this process is the thread's one worker."""
        entry = self.world.server.ready.get(self.world.server.wake.get(thread, ""))
        return entry is not None and entry.owner == self.name

    async def point(self, port: Port, name: str, phase: Phase) -> Fault | None:
        """Ask what befalls the process here, and let it."""
        point = Point(self.name, port, name, phase)
        fault = self.world.fate(point)
        match fault:
            case Fault("crash"):
                self.world.seen["crash within an effect"] += port in ("tool", "channel", "model")
                self.kill()
            case Fault("stall", seconds):
                self.stop(seconds)
            case Fault("delay", seconds):
                await asyncio.sleep(seconds)
            case _:
                return fault
        await asyncio.sleep(
            0
        )  # From which a killed process does not come back, and a stopped one late.
        return fault

    async def call(
        self,
        port: Port,
        name: str,
        effect: Callable[[], Awaitable[T]],
        *,
        far: float = LATENCY_SECONDS,
    ) -> T:
        """One call to the outside: the request may not get there, the reply may not come back, or twice."""
        if far:
            await asyncio.sleep(self._latency.random() * far)
        match await self.point(port, name, "before"):
            case Fault("refuse"):
                raise _no_connection(port)(f"{port}.{name} was not reached")
            case _:
                result = await effect()
        match await self.point(port, name, "after"):
            case Fault("lose"):
                raise _no_connection(port)(f"the reply of {port}.{name} was lost")
            case Fault("resend"):
                result = await effect()
            case _:
                pass
        return result


def _no_connection(port: Port) -> type[Exception]:
    """As who speaks to that part of the outside would raise it."""
    return NoConnection if port == "store" else ConnectionError


def current() -> Process:
    """The process whose code runs now."""
    owner = OWNER.get()
    assert isinstance(owner, Process), "tools and workers run in a process"
    return owner


async def work(tool: str, size: int, call: Call) -> JsonValue:
    """What every tool does: it begins, which the outside counts, takes its time, and ends in one way or another."""
    process = current()
    world, id = process.world, call.key.rpartition("-")[0]
    began = sum(start.call == id for start in world.ledger.starts)
    chance = world.random("tool", call.key, began)
    # Nothing but a crash may come between the worker's last look at its lease and the start: that window is known.
    await process.point("tool", tool, "before")
    n, run = (1, 0) if tool in READS else process.claims.get(id, (1, 0))
    now = world.now()
    start = Start(
        id, n, run, call.thread, tool, {"size": size}, process.holds(call.thread), now,
        key=call.key, least_stock=world.stock_at(now - LOOK_MS),
    )  # fmt: skip
    world.ledger.starts.append(start)
    world.tell(f"{process.name} starts {tool} {id} n={n} run={run}")
    await asyncio.sleep(chance.choice((0.0, 0.1, 1.0, 3.0, 7.0)))
    if await process.point("tool", tool, "after") == Fault("lose"):
        raise ConnectionError("the tool's answer was lost")
    return _outcome(tool, chance.random())


def _outcome(tool: str, chance: float) -> JsonValue:
    if chance < 0.7:
        return {"done": tool}
    if chance < 0.8:
        raise ValueError("broken")
    if chance < 0.9:
        raise Refused("not today")
    raise Unsure("the line went dead")


async def stock() -> int:
    """A pin: what the world holds now, which may be something else when an approved call is to run."""
    process = current()

    async def read() -> int:
        return process.world.stock

    return await process.call("preview", "stock", read)
