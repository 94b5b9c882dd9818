"""Clocks as processes, killed all the time: `python -m tests.channels.cron.crew CLOCKS TICKS [SEED]`, on a Redis of its own.

Their time is the store's, run so much faster that a minute's slot comes five times a second; each process is told a clock of its
own that is up to ten minutes wrong, which nobody may ask. At the end every slot is on record once, and has begun once.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path

from bot.engine.desk import Desk
from bot.engine.redis_store import RedisStore
from bot.engine.server import ensure_server, stop_server
from bot.engine.store import Store
from bot.kit.schedule import Missed
from bot.setup.slots import Slots
from tests.channels.cron.shop import MINUTE, clock, entry, opened, settled, ticks

FASTER = 300
SLOTS_A_KILL = 8
SKEW_SECONDS = 600
SCHEDULE = entry(missed=Missed(most=100), concurrency_policy="allow")


class Fast(Slots):
    """A slotbook whose time is the store's, run faster from `start` on; the store alone says how late it is."""

    def __init__(self, store: Store, start: int) -> None:
        super().__init__(store, Desk(store))
        self._started = store
        self._start = start

    async def now(self) -> int:
        return self._start + (await self._started.now() - self._start) * FASTER


async def _serve(url: str, start: int) -> None:
    async with opened(url) as store:
        works = clock(Fast(store, start), SCHEDULE)
        while True:
            await works.look()
            await asyncio.sleep(0.01)


async def _start(url: str, start: int, skew: int) -> Process:
    plan = json.dumps({"url": url, "start": start, "skew": skew})
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.channels.cron.crew", plan, stdout=DEVNULL
    )


async def storm(url: str, clocks: int, wanted: int, seed: int = 0) -> dict[str, int]:
    """So many clocks, of which one is killed at any moment and another takes its place, until so many slots have come."""
    chance, kills = random.Random(seed), 0
    async with opened(url) as store:
        start = await store.now()
        await clock(Fast(store, start), SCHEDULE).look()
        crew = [
            await _start(url, start, chance.randint(-SKEW_SECONDS, SKEW_SECONDS))
            for _ in range(clocks)
        ]
        try:
            while (reached := await _settled(store, start)) < wanted:
                # A clock takes a second to start: some of them must get there before the next one dies.
                while await _settled(store, start) < min(wanted, reached + SLOTS_A_KILL):
                    await asyncio.sleep(chance.uniform(0.01, 0.1))
                place = chance.randrange(clocks)
                crew[place].kill()
                await crew[place].wait()
                kills += 1
                crew[place] = await _start(url, start, chance.randint(-SKEW_SECONDS, SKEW_SECONDS))
        finally:
            for each in crew:
                each.kill()
                await each.wait()
        await clock(Fast(store, start), SCHEDULE).look()
        return {"kills": kills, **await _judged(store, start)}


async def _settled(store: RedisStore, start: int) -> int:
    kept = await Fast(store, start).kept(SCHEDULE.id)
    return (kept.until - start) // MINUTE if kept else 0


async def _judged(store: RedisStore, start: int) -> dict[str, int]:
    found = sorted(await settled(Fast(store, start), SCHEDULE.id), key=lambda each: each.after)
    entries = [slot for each in found for slot in each.slots]
    first, last = found[0].until // MINUTE + 1, found[-1].until // MINUTE
    said = [at for slot in entries for at in range(slot.at, (slot.last or slot.at) + 1, MINUTE)]
    ran = [slot.at for slot in entries if slot.outcome == "ran"]
    begun = [tick.id for tick in await ticks(store)]
    wanted = {f"{at}" for at in ran}
    got = [id.rpartition("@")[2] for id in begun]
    return {
        "slots": last - first + 1,
        "ran": len(ran),
        "missing": len(set(range(first, last + 1)) - {at // MINUTE for at in said}),
        "twice": len(said) - len(set(said)) + len(got) - len(set(got)),
        "not begun": len(wanted - set(got)),
        "begun for nothing": len(set(got) - wanted),
    }


def _skewed(seconds: int) -> None:
    """From here on this process is told another time, by whatever way it asks."""
    really, really_ns = time.time, time.time_ns
    time.time = lambda: really() + seconds
    time.time_ns = lambda: really_ns() + seconds * 1_000_000_000


async def _alone(clocks: int, wanted: int, seed: int) -> int:
    with tempfile.TemporaryDirectory(prefix="bt-", dir="/tmp") as folder:
        url = ensure_server(Path(folder), appendfsync="everysec")
        began = time.monotonic()
        try:
            found = await storm(url, clocks, wanted, seed)
        finally:
            stop_server(Path(folder))
    told = ", ".join(f"{count} {what}" for what, count in found.items())
    sys.stdout.write(f"{clocks} clocks, {told}; {time.monotonic() - began:.0f} s\n")
    return int(any(found[what] for what in ("missing", "twice", "not begun", "begun for nothing")))


if __name__ == "__main__":
    if sys.argv[1].startswith("{"):
        given = json.loads(sys.argv[1])
        _skewed(int(given["skew"]))
        asyncio.run(_serve(str(given["url"]), int(given["start"])))
    else:
        sys.exit(asyncio.run(_alone(*(int(each) for each in (*sys.argv[1:], "0")[:3]))))
