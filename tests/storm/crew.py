"""Crew: the worker processes, and what befalls them: killed, stopped for longer than a lease, told to end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.engine import keys
from bot.engine.redis_store import GROUP
from tests.storm.ledger import Line

ROOT = Path(__file__).parents[2]
GRACE_SECONDS = 25.0
PATIENCE_SECONDS = 60.0
Kind = Literal["kill", "stop", "roll"]


@dataclass(frozen=True)
class Fault:
    """What befell a process, when, and when it was over. `hit`: a tool at work was hit, or a lease really lost."""

    kind: Kind
    pid: int
    at: float
    until: float
    hit: int = 0
    status: int | None = None


class Nursery:
    """The process that forks workers of one tree of code."""

    def __init__(self) -> None:
        self._births: deque[asyncio.Future[int]] = deque()
        self._ends: dict[int, asyncio.Future[int]] = {}

    async def open(self, path: str, environ: Mapping[str, str], folder: Path) -> None:
        self._process: Process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.storm.nursery"),
            env={**environ, "PYTHONPATH": path},
            cwd=folder,
            stdin=PIPE,
            stdout=PIPE,
        )
        self._hearing = asyncio.create_task(self._hear())

    async def _hear(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            match line.split():
                case [b"born", pid]:
                    self._ends[int(pid)] = asyncio.get_running_loop().create_future()
                    self._births.popleft().set_result(int(pid))
                case [_, pid, status]:
                    self._ends[int(pid)].set_result(int(status))
                case _:
                    raise AssertionError(line)

    async def fork(self, log: Path) -> int:
        """A new worker's process id."""
        born = asyncio.get_running_loop().create_future()
        self._births.append(born)
        assert self._process.stdin is not None
        self._process.stdin.write(f"{log}\n".encode())
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await born

    def lives(self, pid: int) -> bool:
        return not self._ends[pid].done()

    async def end_of(self, pid: int) -> int:
        """How this worker ended, once it did."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await asyncio.shield(self._ends[pid])

    async def close(self) -> None:
        """Every worker left is killed with it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._hearing
        await self._process.wait()


@dataclass(frozen=True)
class Worker:
    pid: int
    nursery: Nursery


@dataclass
class Crew:
    """As many workers as places; each is of the tree of code of its place, and whoever ends is replaced."""

    trees: Sequence[Path | None]
    environ: Mapping[str, str]
    folder: Path
    socket: str
    random: Random
    at_work: Callable[[int], bool]
    faults: list[Fault] = field(default_factory=list[Fault])
    places: dict[int, int] = field(default_factory=dict[int, int])
    deserted: list[int] = field(default_factory=list[int])
    unborn: list[int] = field(default_factory=list[int])
    _ending: bool = False
    _nurseries: dict[str, Nursery] = field(default_factory=dict[str, Nursery])
    _places: dict[int, Worker] = field(default_factory=dict[int, Worker])
    _busy: set[int] = field(default_factory=set[int])

    async def start(self) -> None:
        for place in range(len(self.trees)):
            await self._fill(place)
        await self._all_ready()

    async def _fill(self, place: int) -> None:
        path = os.pathsep.join(str(tree) for tree in (self.trees[place], ROOT) if tree)
        if path not in self._nurseries:
            self._nurseries[path] = Nursery()
            await self._nurseries[path].open(path, self.environ, self.folder)
        nursery = self._nurseries[path]
        pid = await nursery.fork(self.folder / f"worker-{place}.log")
        self._places[place] = Worker(pid, nursery)
        self.places[pid] = place

    def is_ready(self, pid: int) -> bool:
        """Whether this worker has put itself together and hears signals."""
        return (self.folder / "ready" / str(pid)).exists()

    def _is_up(self, worker: Worker) -> bool:
        return worker.nursery.lives(worker.pid) and self.is_ready(worker.pid)

    async def _all_ready(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not all(map(self._is_up, self._places.values())):
                await asyncio.sleep(0.02)

    async def tend(self) -> None:
        """Replace who ended by itself. One that finds no Redis when it starts does; nobody else may."""
        while True:
            await asyncio.sleep(0.05)
            for place in [place for place in self._places if place not in self._busy]:
                worker = self._places[place]
                if worker.nursery.lives(worker.pid) or self._ending:
                    continue
                (self.deserted if self.is_ready(worker.pid) else self.unborn).append(worker.pid)
                await self._fill(place)

    def _victims(self) -> list[int]:
        """Places whose workers are not being dealt with; rather those that are in the middle of something."""
        free = [place for place in self._places if place not in self._busy]
        ready = [place for place in free if self._is_up(self._places[place])]
        return [place for place in ready if self.at_work(self._places[place].pid)] or ready

    async def befall(self, kind: Kind) -> None:
        """One fault on one worker, which is replaced if it ended."""
        while not (victims := self._victims()):
            await asyncio.sleep(0.02)
        place = self.random.choice(victims)
        self._busy.add(place)
        try:
            self.faults.append(await self._deal(kind, self._places[place]))
            if kind != "stop":
                await self._fill(place)
        finally:
            self._busy.discard(place)

    async def _deal(self, kind: Kind, worker: Worker) -> Fault:
        at, hit = time.time(), self.at_work(worker.pid)
        match kind:
            case "kill":
                os.kill(worker.pid, signal.SIGKILL)
                await worker.nursery.end_of(worker.pid)
                return Fault(kind, worker.pid, at, time.time(), hit)
            case "stop":
                os.kill(worker.pid, signal.SIGSTOP)
                at = time.time()  # What it began before that stands still.
                lost = await self._lost_while_stopped(worker.pid)
                os.kill(worker.pid, signal.SIGCONT)
                return Fault(kind, worker.pid, at, time.time(), lost)
            case "roll":
                os.kill(worker.pid, signal.SIGTERM)
                status = await worker.nursery.end_of(worker.pid)
                return Fault(kind, worker.pid, at, time.time(), hit, status)

    async def _lost_while_stopped(self, pid: int) -> int:
        """How many threads this worker held when it was stopped and no longer holds."""
        before = await self._holds(pid)
        lease = float(self.environ["BOT_LEASE"].rstrip("s"))
        await asyncio.sleep(lease * 1.5 + 0.5)
        return len(before - await self._holds(pid))

    async def _holds(self, pid: int) -> set[tuple[str, bytes]]:
        client = Redis(unix_socket_path=self.socket, protocol=2)
        try:
            return await _held(client, f"-{pid}-".encode())
        except RedisError:
            return set()
        finally:
            await client.aclose()

    async def end(self) -> list[int]:
        """Everybody is told to end; how each did."""
        await self._all_ready()
        self._ending = True
        for worker in self._places.values():
            os.kill(worker.pid, signal.SIGTERM)
        return [await worker.nursery.end_of(worker.pid) for worker in self._places.values()]

    async def close(self) -> None:
        """Nobody is left, whatever happened."""
        for nursery in self._nurseries.values():
            await nursery.close()


async def _held(client: Redis, consumer: bytes) -> set[tuple[str, bytes]]:
    found: set[tuple[str, bytes]] = set()
    for partition in keys.partitions():
        rows = cast(
            "list[dict[str, bytes]]",
            await client.xpending_range(partition.ready, GROUP, "-", "+", 1000),
        )
        mine = [row["message_id"] for row in rows if consumer in row["consumer"]]
        found |= {(partition.ready, entry) for entry in mine}
    return found


def tools_at_work(running: Mapping[tuple[str, int], Line]) -> Callable[[int], bool]:
    """Whether a process has begun something outside that is not over, by the ledger."""
    return lambda pid: any(line.pid == pid and line.tool != "look" for line in running.values())
