"""Storm: real worker processes on a real Redis, faults upon faults, and then a judgement by the outside ledger."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from random import Random
from typing import Annotated

from pydantic import DirectoryPath, Field

from bot.core import outbox, status
from bot.core.effects import next_effects
from bot.core.events import OutcomeUnknown
from bot.core.thread import Thread
from bot.engine.desk import Desk
from bot.engine.redis_store import RedisStore
from bot.engine.server import Fsync, ensure_server, stop_server
from tests.storm.crew import Crew, Kind, tools_at_work
from tests.storm.judge import Evidence, late, nothing_is_excused, told, violations, within
from tests.storm.ledger import Tail, lines
from tests.storm.people import People
from tests.storm.power import Power
from tests.storm.wall import line_of
from tests.storm.wire import Wire, wire_before

HERE = Path(__file__).parent
REST_SECONDS = 60.0
LEFT = "written by a newer version"
FORGOTTEN_SECONDS = 3.0
Tell = Callable[[str], None]


Some = Annotated[int, Field(ge=0)]
One = Annotated[int, Field(ge=1)]


@dataclass(frozen=True)
class Plan:
    """How large a storm is, and how long its faults go on."""

    threads: One = 500
    workers: One = 6
    kills: Some = 200
    stops: Some = 40
    rolls: Some = 12
    outages: Some = 8
    at_once: One = 100
    seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 420.0
    share_lost: Annotated[float, Field(ge=0, lt=1)] = 0.01
    lease_seconds: One = 4
    fsync: Fsync = "always"
    seed: int = 1
    newer: DirectoryPath | None = None

    @property
    def faults(self) -> dict[Kind | str, int]:
        return {"kill": self.kills, "stop": self.stops, "roll": self.rolls, "outage": self.outages}

    @property
    def certain(self) -> dict[str, float]:
        """What lands on any machine, for the storm waits until it can."""
        return {
            "workers killed": self.kills,
            "workers stopped": self.stops,
            "workers told to end": self.rolls,
            "Redis killed": self.outages,
        }

    @property
    def floors(self) -> dict[str, float]:
        """What lands at least, where chance has had its time: a storm that hit nothing shows nothing."""
        return {
            **self.certain,
            "killed while a tool ran": self.kills // 6,
            "stops that lost a lease": self.stops // 3,
            "logs cut": (self.outages + 1) // 2,
            "replies lost": self.threads // 20,
            "outcomes unknown": self.kills // 12,
        }


@dataclass(frozen=True)
class Report:
    """What happened, in figures, what broke, and what took too long, which says as much of the machine."""

    figures: dict[str, float]
    violations: list[str]
    late: list[str]

    def missed(self, floors: Mapping[str, float]) -> list[str]:
        """The figures that stayed below these floors."""
        low = [name for name, floor in floors.items() if self.figures[name] < floor]
        return [f"{name}: {self.figures[name]}, not {floors[name]}" for name in low]


async def storm(plan: Plan, tell: Tell) -> Report:
    """One storm in a folder of its own, of which nothing is left but the report; `KEEP=1` leaves it to be looked at."""
    folder = Path(tempfile.mkdtemp(prefix="storm-", dir="/tmp"))
    (folder / "ledger").mkdir()
    (folder / "ready").mkdir()
    try:
        return await _in(folder, plan, tell)
    finally:
        await asyncio.to_thread(stop_server, folder / "home")
        if not os.environ.get("KEEP"):
            shutil.rmtree(folder)


async def _in(folder: Path, plan: Plan, tell: Tell) -> Report:
    url = await asyncio.to_thread(ensure_server, folder / "home", appendfsync=plan.fsync)
    random = Random(plan.seed)
    async with (
        wire_before(url, folder, plan.share_lost, random) as wire,
        RedisStore(f"unix://{folder / 'wire'}", lease_seconds=60) as through,
        RedisStore(url, lease_seconds=60) as straight,
    ):
        weather = Weather(plan, folder, random, wire, Desk(through), Desk(straight))
        return await weather.run(tell)


class Weather:
    """The storm itself: who is there, what befalls them when, and what is known afterwards."""

    def __init__(
        self, plan: Plan, folder: Path, random: Random, wire: Wire, desk: Desk, look: Desk
    ) -> None:
        self._plan, self._folder, self._random = plan, folder, random
        self._wire, self._look = wire, look
        self._people = People(desk, Tail(folder / "ledger"), random)
        self._power = Power(folder / "home", plan.fsync, random, wire)
        self._crew = Crew(
            trees=[plan.newer if place % 2 else None for place in range(plan.workers)],
            environ=_environ(plan, folder),
            folder=folder,
            socket=wire.upstream,
            random=random,
            at_work=tools_at_work(self._people.running),
        )
        self._powered = asyncio.Lock()
        self._restless: list[str] = []
        self._some_awake = asyncio.Semaphore(max(1, plan.workers // 2))

    async def run(self, tell: Tell) -> Report:
        """All of it, judged."""
        watching = [
            asyncio.create_task(each)
            for each in (self._people.watch(), self._power.watch(), self._crew.tend())
        ]
        try:
            return await self._lived(tell)
        finally:
            for task in watching:
                task.cancel()
            await self._people.go_home()
            await self._crew.close()

    async def _lived(self, tell: Tell) -> Report:
        await self._crew.start()
        self._people.begin(self._plan.threads, self._plan.at_once)
        await self._faults(tell)
        calm, rested = time.time(), await self._rest(tell)
        ends = await self._crew.end()
        return await self._judged(rested - calm, ends)

    # ---- the faults --------------------------------------------------------------------------------
    async def _faults(self, tell: Tell) -> None:
        kinds = [kind for kind, times in self._plan.faults.items() for _ in range(times)]
        self._random.shuffle(kinds)
        begun, under_way = time.time(), list[asyncio.Task[None]]()
        for number, kind in enumerate(kinds, 1):
            due = begun + self._plan.seconds * number / (len(kinds) + 1)
            await asyncio.sleep(max(0.0, due - time.time()))
            under_way.append(asyncio.create_task(self._fault(kind)))
            if number % 20 == 0:
                jobs = sum(self._people.jobs.values())
                tell(f"{time.time() - begun:4.0f} s: {number} faults of {len(kinds)}, {jobs} jobs")
        await asyncio.gather(*under_way)
        while 0 in self._people.jobs.values():
            await asyncio.sleep(0.1)
        self._people.over = True

    async def _fault(self, kind: Kind | str) -> None:
        match kind:
            case "kill":
                await self._crew.befall("kill")
            case "stop":
                async with self._some_awake:
                    await self._crew.befall("stop")
            case "roll":
                async with self._powered:
                    await self._crew.befall("roll")
            case _:
                async with self._powered:
                    await self._outage()

    async def _outage(self) -> None:
        await self._power.fail()
        if self._plan.fsync == "everysec":
            await self._say_again()

    async def _say_again(self) -> None:
        """A source that was acknowledged within the second that is lost is read again, as people say again."""
        lost = within(self._power.cuts[-1:])
        for said in [said for said in self._people.said if lost(said.at)]:
            await self._people.post(said.thread, said.event)

    # ---- the calm ----------------------------------------------------------------------------------
    async def _rest(self, tell: Tell) -> float:
        """When the last thread came to rest, or when patience ended; those that are not are late."""
        calm, left = time.time(), set(self._people.jobs)
        while left and time.time() < calm + REST_SECONDS:
            await asyncio.sleep(0.5)
            left = {thread for thread in left if not await self._is_at_rest(thread)}
            if self._plan.fsync == "everysec":
                await self._look_again(left)
        tell(f"at rest after {time.time() - calm:.1f} s; {len(left)} are not")
        self._restless = [f"{name} was not at rest after {REST_SECONDS:g} s" for name in left]
        return time.time()

    async def _is_at_rest(self, name: str) -> bool:
        if not self._people.jobs[name]:
            return False
        thread = await self._look.thread(name)
        if name in self._people.working and not self._is_swallowed(thread):
            return False
        return status.phase(thread) == "resting" and not next_effects(thread)

    def _is_swallowed(self, thread: Thread) -> bool:
        """Where a power loss took an answer, the next job's words were taken for it, and nothing more comes of them."""
        return self._plan.fsync == "everysec" and thread.at / 1000 < time.time() - FORGOTTEN_SECONDS

    async def _look_again(self, names: set[str]) -> None:
        """Where a power loss took an answer, people find the question open and answer once more."""
        long_ago = time.time() - FORGOTTEN_SECONDS
        for name in [name for name in names if self._people.jobs[name]]:
            thread = await self._look.thread(name)
            if thread.at / 1000 < long_ago:
                for waiting in outbox.pending(thread):
                    await self._people.react(line_of(name, waiting))

    async def _judged(self, rested: float, ends: Sequence[int]) -> Report:
        names = self._people.jobs
        logs = {name: await self._look.events(name) for name in names}
        ledger = {name: lines(self._folder / "ledger", name) for name in names}
        sync = self._plan.fsync == "everysec"
        excused = within(self._power.cuts) if sync else nothing_is_excused
        seen = Evidence(
            logs, ledger, self._people.said, self._crew.faults, excused, self._power.slowest
        )
        found = violations(seen) + [f"a worker ended with {end}" for end in ends if end != 0]
        found += [f"process {pid} ended by itself" for pid in self._crew.deserted]
        return Report(self._figures(seen, rested), found, [*self._restless, *late(seen)])

    def _figures(self, seen: Evidence, rested: float) -> dict[str, float]:
        faults = Counter(fault.kind for fault in seen.faults)
        hits = Counter(fault.kind for fault in seen.faults if fault.hit)
        cuts = self._power.cuts
        all_lines = [line for lines in seen.ledger.values() for line in lines]
        unknown = sum(isinstance(e, OutcomeUnknown) for log in seen.logs.values() for e in log)
        return {
            "threads": len(seen.logs),
            "jobs": sum(self._people.jobs.values()),
            "events": sum(map(len, seen.logs.values())),
            "arrivals acknowledged": len(seen.said),
            "tools started": sum(line.what == "start" for line in all_lines),
            "workers killed": faults["kill"],
            "killed while a tool ran": hits["kill"],
            "workers stopped": faults["stop"],
            "stops that lost a lease": hits["stop"],
            "workers told to end": faults["roll"],
            "told to end while a tool ran": hits["roll"],
            "workers that found no Redis": len(self._crew.unborn),
            "Redis killed": len(cuts),
            "logs cut": sum(cut.taken > 0 for cut in cuts),
            "bytes cut": sum(cut.taken for cut in cuts),
            "replies lost": self._wire.lost,
            "outcomes unknown": unknown,
            **self._of_versions(seen, [line.pid for line in all_lines if line.what == "start"]),
            "slowest unknown surfaced, s": _slowest(seen),
            "at rest after, s": round(rested, 1),
        }

    def _of_versions(self, seen: Evidence, starts: Sequence[int]) -> dict[str, float]:
        """How two versions of the code shared the work; every other place is of the newer one."""
        if self._plan.newer is None:
            return {}
        left = sum(log.read_text().count(LEFT) for log in self._folder.glob("worker-*.log"))
        newer = sum(self._crew.places[pid] % 2 for pid in starts)
        kinds = Counter(event.type for log in seen.logs.values() for event in log)
        return {
            "tools started by older code": len(starts) - newer,
            "tools started by newer code": newer,
            "left to newer code": left,
            "events of a new kind": kinds["Breathed"],
        }


def _slowest(seen: Evidence) -> float:
    waits = [wait for ledger in seen.ledger.values() for _, wait in told(ledger, seen)]
    return round(max((wait for wait in waits if isfinite(wait)), default=0.0), 1)


def _environ(plan: Plan, folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "REDIS_URL": f"unix://{folder / 'wire'}",
        "BOT_LEASE": f"{plan.lease_seconds}s",
        "BOT_AGENTS_PATH": str(HERE / "agents"),
        "BOT_PROVIDER": "rehearsal",
        "LEDGER": str(folder / "ledger"),
    }
