"""Figures: each is measured on both sides in turn, a step of ours beside a step of the floor, so that noise hits both."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from typing import Any, Literal, cast

from redis.asyncio import Redis

from bot.engine import keys
from bot.engine.commit import COMMIT_SEEN_SECONDS
from bot.engine.desk import thread_id
from tests.bench import fold, work
from tests.bench.floor import Floor
from tests.bench.ours import Ours

AT_ONCE = 50
REPEATS = 3
Speak = Callable[[str], Awaitable[float]]


@dataclass(frozen=True)
class Sizes:
    """How much of each is done."""

    cycles: int = 150
    long: int = 50
    wakes: int = 200
    parked: int = 1_000
    resumed: int = 1_000
    crowd: int = 100_000
    http: int = 10
    folds: int = fold.REPEATS
    settle_seconds: float = 4.0


def part_of(share: float) -> Sizes:
    """A shorter run: fewer cycles, wakes and resumed threads; all else stays whole."""
    whole = Sizes()
    parts = ("cycles", "wakes", "resumed")
    return replace(whole, **{name: max(1, int(getattr(whole, name) * share)) for name in parts})


QUICK = Sizes(
    cycles=6, long=6, wakes=5, parked=20, resumed=20, crowd=200, http=2, folds=1, settle_seconds=0
)


@dataclass(frozen=True)
class Row:
    """One figure. Judged is the ratio to the floor where there is one, else ours itself."""

    figure: str
    ours: float
    must: float
    goal: float
    floor: float | None = None
    ratio: float | None = None
    better: Literal["lower", "higher"] = "lower"

    @property
    def met(self) -> str:
        """Which of the two thresholds is kept."""
        sign = 1 if self.better == "lower" else -1
        judged = sign * (self.ours if self.ratio is None else self.ratio)
        if judged <= sign * self.goal:
            return "goal"
        return "must" if judged <= sign * self.must else "no"


@dataclass(frozen=True)
class Stage:
    """Both sides on one server."""

    redis: Redis
    ours: Ours
    floor: Floor
    model: work.FreeModel
    sizes: Sizes

    async def command(self, *words: str | bytes | int) -> object:
        """The server's reply."""
        return cast(object, await self.redis.execute_command(*words))  # pyright: ignore[reportUnknownMemberType]

    async def info(self, section: str, name: str) -> int:
        """One number of the server's own account."""
        about = cast("dict[str, int]", await self.command("INFO", section))
        return int(about[name])

    async def bodies(self, name: str) -> list[bytes]:
        """The bare JSON of our thread's events."""
        return [row.body for row in await self.ours.store.read(thread_id(work.address(name)))]


def ratio_row(
    figure: str,
    pairs: Sequence[tuple[float, float]],
    must: float,
    goal: float,
    better: Literal["lower", "higher"] = "lower",
) -> Row:
    """The median of the ratios of pairs (floor, ours) measured one after the other, and the medians of both."""
    ratio = statistics.median(ours / floor for floor, ours in pairs)
    floor, ours = (statistics.median(side) for side in zip(*pairs, strict=True))
    return Row(figure, ours, must, goal, floor, ratio, better)


# ---- time ------------------------------------------------------------------------------------------------------------
Cost = tuple[float, float]
"""Milliseconds a cycle: how long it took, and this process's own work in it."""


async def _lives(sides: Sequence[Speak], name: str, rounds: int) -> list[Cost]:
    """A thread of each side from its first message to its last question, a cycle of one after a cycle of the other."""
    costs = [(0.0, 0.0) for _ in sides]
    for _ in range(rounds):
        for place, speak in enumerate(sides):
            begun, worked = time.perf_counter(), time.process_time()
            await speak(name)
            took, work = time.perf_counter() - begun, time.process_time() - worked
            costs[place] = (costs[place][0] + took, costs[place][1] + work)
    return [(took / rounds * 1000, work / rounds * 1000) for took, work in costs]


async def _live(speak: Speak, name: str, rounds: int) -> None:
    for _ in range(rounds):
        await speak(name)


async def cycles(stage: Stage, mark: str) -> list[Row]:
    """The whole cycle, a read or a claimed write in it, of short and long threads."""
    rows: list[Row] = []
    for agent, what, must, goal in (
        (work.CLERK, "", 3.0, 2.0),
        (work.SCRIBE, ", one claim", 4.0, 2.5),
    ):
        for rounds in (5, stage.sizes.long):
            sides = (stage.floor.speak, stage.ours.speaking_to(agent))
            pairs = [
                await _lives(sides, f"{mark}-{agent}-{rounds}-{number}", rounds)
                for number in range(max(1, stage.sizes.cycles // rounds))
            ]
            name = f"cycle K={rounds}{what}, ms"
            rows += [
                ratio_row(name, [(floor[0], ours[0]) for floor, ours in pairs], must, goal),
                ratio_row(
                    f"{name} of CPU", [(floor[1], ours[1]) for floor, ours in pairs], inf, inf
                ),
            ]
    return rows


async def _wake(speak: Speak, name: str, model: work.FreeModel) -> float:
    model.asked_at, begun = None, time.perf_counter()
    await speak(name)
    assert model.asked_at is not None, "a parked thread that hears an answer asks the model"
    return (model.asked_at - begun) * 1000


async def wakes(stage: Stage, mark: str) -> list[Row]:
    """From the human's answer to the model being asked, of threads parked at their first question."""
    names = [f"{mark}-wake-{number}" for number in range(stage.sizes.wakes)]
    for name in names:
        await stage.floor.speak(name)
        await stage.ours.speak(name)
    pairs = [
        (
            await _wake(stage.floor.speak, name, stage.model),
            await _wake(stage.ours.speak, name, stage.model),
        )
        for name in names
    ]
    last = [sorted(side)[int(len(pairs) * 0.99)] for side in zip(*pairs, strict=True)]
    return [
        ratio_row("wake p50, ms", pairs, 4.0, 2.5),
        Row("wake p99, ms", last[1], inf, inf, last[0], last[1] / last[0]),
    ]


async def _at_once(speak: Speak, names: Sequence[str]) -> float:
    """All of them, 50 at a time: threads a second."""
    waiting = iter(names)

    async def one_by_one() -> None:
        for name in waiting:
            await speak(name)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(one_by_one())
    return len(names) / (time.perf_counter() - begun)


async def resumes(stage: Stage, mark: str) -> list[Row]:
    """Parked threads answered 50 at once, each until it is parked again; all of it in this one process."""
    names = [f"{mark}-many-{number}" for number in range(stage.sizes.resumed)]
    await _at_once(stage.floor.speak, names)
    await _at_once(stage.ours.speak, names)
    pairs = [
        (await _at_once(stage.floor.speak, names), await _at_once(stage.ours.speak, names))
        for _ in range(REPEATS)
    ]
    return [ratio_row("resumes a second, 50 at once", pairs, 0.4, 0.6, "higher")]


async def over_http(stage: Stage, mark: str) -> list[Row]:
    """The cycle with the vendor's SDK on both sides and a server of its own process."""
    sides, rounds = (stage.floor.speak, stage.ours.speak), stage.sizes.http
    lives = [await _lives(sides, f"{mark}-http-{number}", rounds) for number in range(REPEATS)]
    pairs = [(floor[0], ours[0]) for floor, ours in lives]
    return [ratio_row(f"cycle over HTTP, K={stage.sizes.http}, ms", pairs, 1.3, 1.1)]


def folding(repeats: int) -> list[Row]:
    """What replaying a log costs, by its length."""
    rows: list[Row] = []
    for rounds in (4, 40, 400):
        events = fold.loop(rounds)
        cost = fold.microseconds(lambda e=events: fold.replay("bench", e), len(events), repeats)
        rows.append(Row(f"fold of {len(events)} events, µs an event", cost, 12.0, 6.0))
    return rows


# ---- bytes -----------------------------------------------------------------------------------------------------------
async def stored(stage: Stage, mark: str) -> list[Row]:
    """Redis bytes of threads parked at their first question: the log alone, and all that Redis grew by."""
    names = [f"{mark}-stored-{number}" for number in range(stage.sizes.parked)]
    sizes: list[float] = []
    for speak in (stage.floor.speak, stage.ours.speak):
        before = await _settled(stage)
        await _at_once(speak, names)
        sizes.append((await _settled(stage) - before) / len(names))
    await _forget_commits(stage)
    later = (await _settled(stage) - before) / len(names)
    logs, bare = 0, 0
    for name in names[:100]:
        log = keys.of_thread(thread_id(work.address(name))).log
        logs += cast(int, await stage.command("MEMORY", "USAGE", log))
        bare += sum(map(len, await stage.bodies(name)))
    return [
        Row("log alone over its bare JSON", logs / bare, 1.35, 1.2),
        Row("parked thread with all indexes, bytes", later, 2200, 1300, sizes[0]),
        Row("the same in its first ten minutes, bytes", sizes[1], inf, inf),
    ]


async def _settled(stage: Stage) -> int:
    """What Redis holds, once it has let go of the buffers of what was just done."""
    await asyncio.sleep(stage.sizes.settle_seconds)
    return await stage.info("memory", "used_memory")


async def _forget_commits(stage: Stage) -> None:
    """What happens ten minutes later: the identities of commits expire, those of arrivals stay."""
    cursor = b"0"
    while True:
        reply = await stage.command("SCAN", cursor, "MATCH", "bot:*:seen:*", "COUNT", 1000)
        cursor, names = cast("tuple[bytes, list[bytes]]", reply)
        for name in names:
            if cast(int, await stage.command("TTL", name)) <= COMMIT_SEEN_SECONDS:
                await stage.command("DEL", name)
        if not int(cursor):
            return


async def written(stage: Stage, mark: str) -> list[Row]:
    """Growth of the append-only file over the bare JSON of the events."""
    rows: list[Row] = []
    for rounds in (5, stage.sizes.long):
        name, grown = f"{mark}-written-{rounds}", list[float]()
        for speak in (stage.floor.speak, stage.ours.speak):
            before = await stage.info("persistence", "aof_current_size")
            await _live(speak, name, rounds)
            grown.append(await stage.info("persistence", "aof_current_size") - before)
        bare = sum(map(len, await stage.bodies(name)))
        theirs = sum(map(len, await stage.floor.bodies(name)))
        rows.append(
            Row(f"written over bare JSON, K={rounds}", grown[1] / bare, 3.0, 2.0, grown[0] / theirs)
        )
    return rows


async def cacheable(stage: Stage, mark: str) -> list[Row]:
    """Input that lies in blocks of the request before, up to a breakpoint of it: a share of all over the thread's life."""
    rows: list[Row] = []
    for rounds, must, goal in ((5, 0.93, 0.94), (stage.sizes.long, 0.98, 0.984)):
        # Tools and instructions are the same in all threads of an agent, so another thread's request came before.
        kept = stage.model.kept = list[bytes]()
        await stage.ours.speak(f"{mark}-cache-before-{rounds}")
        del kept[:-1]
        await _live(stage.ours.speak, f"{mark}-cache-{rounds}", rounds)
        stage.model.kept = None
        requests = [_blocks(json.loads(body)) for body in kept]
        hit = sum(_served(before, after) for before, after in pairwise(requests))
        sent = sum(len(text) for request in requests[1:] for text, _ in request)
        rows.append(
            Row(f"input on cacheable blocks, K={rounds}", hit / sent, must, goal, better="higher")
        )
    return rows


def _blocks(body: dict[str, Any]) -> list[tuple[str, bool]]:
    """Everything that the cache compares, in its order, and whether it is kept up to there."""
    content = body["messages"][0]["content"]
    return [
        (_text({k: v for k, v in block.items() if k != "cache_control"}), "cache_control" in block)
        for block in (*body["tools"], *body["system"], *content)
    ]


def _text(block: dict[str, Any]) -> str:
    return block.get("text") or json.dumps(block, separators=(",", ":"), ensure_ascii=False)


def _served(before: Sequence[tuple[str, bool]], after: Sequence[tuple[str, bool]]) -> int:
    served = passed = 0
    for (old, kept), (new, _) in zip(before, after, strict=False):
        if old != new:
            break
        passed += len(new)
        served = passed if kept else served
    return served


# ---- many ------------------------------------------------------------------------------------------------------------
async def crowd(few: Stage, many: Stage, mark: str, memory: Callable[[], int | None]) -> list[Row]:
    """Wakes with few parked threads beside them and with 100,000, in turn; and what this process keeps of those."""
    names = [f"{mark}-few-{number}" for number in range(min(100, few.sizes.wakes))]
    for name in names:
        await few.ours.speak(name)
        await many.ours.speak(name)
    await _copy(many, names[0], f"{mark}-first", 1000)
    before = memory()
    await _copy(many, names[0], mark, many.sizes.crowd)
    after = memory()
    pairs = [
        (
            await _wake(few.ours.speak, name, few.model),
            await _wake(many.ours.speak, name, many.model),
        )
        for name in names
    ]
    rows = [ratio_row(f"wake with {many.sizes.crowd:,} parked over 100, ms", pairs, 1.25, 1.1)]
    if before is not None and after is not None:
        grown = (after - before) / many.sizes.crowd
        rows.append(Row("memory in this process a parked thread, bytes", grown, 16, 1))
    return rows


async def _copy(stage: Stage, name: str, mark: str, count: int) -> None:
    """Parked threads by the thousand: the first events of a real one under other names, with its indexes."""
    like = thread_id(work.address(name))
    rows = (await stage.ours.store.read(like))[:5]
    timers = [f"{like}-{place}-0-v1" for place in (3,)]
    for first in range(0, count, 1000):
        pipe = stage.redis.pipeline(transaction=False)
        for number in range(first, min(first + 1000, count)):
            thread = thread_id(work.address(f"{mark}-crowd-{number}"))
            names = keys.of_thread(thread)
            bodies = [
                b"%013d" % row.at + row.body.replace(like.encode(), thread.encode()) for row in rows
            ]
            pipe.rpush(names.log, *bodies)
            pipe.zadd(names.threads, {thread: rows[-1].at})
            member = f"{thread}\0{timers[0].replace(like, thread)}"
            pipe.zadd(names.timers, {member: rows[-1].at + 7 * 86_400_000})
        await pipe.execute()
