"""Bench: one run, one table: what the approval loop costs beside the least that it can cost. `python -m tests.bench`."""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pydantic import JsonValue
from redis.asyncio import Redis

from bot.engine.desk import thread_id
from bot.engine.server import Fsync, ensure_server, stop_server
from bot.kit.agent import Agent
from bot.model.claude import Claude
from tests.bench import figures, work
from tests.bench.figures import QUICK, Row, Sizes, Stage, part_of
from tests.bench.floor import Floor, Json
from tests.bench.ours import Ours
from tests.bench.tap import Tap
from tests.messages_api import KEY

if TYPE_CHECKING:
    from anthropic.types import Message

Table = Callable[[str, Sequence[Row]], None]
PART = "this share of the cycles, wakes and resumed threads; all else stays whole"


async def _template(url: str, agents: Mapping[str, Agent]) -> tuple[list[Json], Json]:
    """One round of a real log of ours, and the part of a request that never changes: the floor writes the same."""
    model = work.FreeModel()
    kept = model.kept = list[bytes]()
    async with Ours(url, agents, model) as ours:
        await ours.speak("template")
        rows = await ours.store.read(thread_id(work.address("template")))
    events = [json.loads(row.body) for row in rows[:4]]
    return events, {k: v for k, v in json.loads(kept[0]).items() if k != "messages"}


@asynccontextmanager
async def _stage(
    url: str, agents: Mapping[str, Agent], sizes: Sizes, tap: str = ""
) -> AsyncGenerator[Stage]:
    """Both sides with the free model in this process; `tap` is another way to the same server."""
    events, frame = await _template(url, agents)
    model = work.FreeModel()

    async def ask(body: Json) -> work.Chosen:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return model.choose(text.encode())

    async with (
        Redis.from_url(url, protocol=2) as redis,  # pyright: ignore[reportUnknownMemberType]
        Ours(tap or url, agents, model) as ours,
        Floor(tap or url, events, frame, ask) as floor,
    ):
        yield Stage(redis, ours, floor, model, sizes)


@asynccontextmanager
async def _http_stage(url: str, agents: Mapping[str, Agent], sizes: Sizes) -> AsyncGenerator[Stage]:
    """Both sides with the vendor's SDK and a server."""
    from anthropic import AsyncAnthropic

    events, frame = await _template(url, agents)
    with _messages_server() as address:
        client, model = (
            AsyncAnthropic(api_key=KEY, base_url=address),
            Claude(api_key=KEY, base_url=address),
        )

        async def ask(body: Json) -> work.Chosen:
            answer = cast("Message", await client.messages.create(**body))
            use = next(block for block in answer.content if block.type == "tool_use")
            return use.name, cast("dict[str, JsonValue]", use.input)

        async with (
            client,
            Redis.from_url(url, protocol=2) as redis,  # pyright: ignore[reportUnknownMemberType]
            Ours(url, agents, model) as ours,
            Floor(url, events, frame, ask) as floor,
        ):
            yield Stage(redis, ours, floor, work.FreeModel(), sizes)
        await model.close()


@contextmanager
def _messages_server() -> Generator[str]:
    command = [sys.executable, "-m", "tests.bench.server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None, "asked for"
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def _trips(folder: Path, url: str, agents: Mapping[str, Agent], sizes: Sizes) -> list[Row]:
    """Round trips a cycle, counted on the wire."""
    rows: list[Row] = []
    async with Tap(folder, url) as tap, _stage(url, agents, sizes, tap.url) as stage:
        for agent, what in ((work.CLERK, ""), (work.SCRIBE, ", one claim")):
            counts: list[float] = []
            sides: tuple[figures.Speak, ...] = (stage.floor.speak, stage.ours.speaking_to(agent))
            for speak in sides:
                await speak(f"trips-{agent}")
                before = tap.trips
                for _ in range(10):
                    await speak(f"trips-{agent}")
                counts.append((tap.trips - before) / 10)
            rows.append(Row(f"round trips a cycle{what}", counts[1], 7, 5, counts[0]))
    return rows


def _resident() -> int | None:
    """What this process holds now; None where the system does not say, for the most it ever held is another thing."""
    held = Path("/proc/self/statm")
    if not held.exists():
        return None
    return int(held.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def _measure(folder: Path, fsync: Fsync, url: str, sizes: Sizes, tell: Table) -> None:
    """What depends on when the disk is waited for; the rest where that does not matter."""
    agents = work.agents_in(folder / fsync)
    async with _stage(url, agents, sizes) as stage:
        await figures.cycles(
            Stage(stage.redis, stage.ours, stage.floor, stage.model, QUICK), "warm"
        )
        tell(fsync, await figures.cycles(stage, "t"))
        tell(fsync, await figures.wakes(stage, "t"))
        tell(fsync, await figures.resumes(stage, "t"))
    async with _http_stage(url, agents, sizes) as stage:
        await figures.over_http(stage, "warm")
        tell(fsync, await figures.over_http(stage, "t"))
    if fsync == "always":
        return
    tell("", await _trips(folder, url, agents, sizes))
    async with _stage(url, agents, sizes) as stage:
        tell("", await figures.stored(stage, "t"))
        tell("", await figures.written(stage, "t"))
        tell("", await figures.cacheable(stage, "t"))
        with _server(folder, "crowd", "everysec") as other:
            async with _stage(other, agents, sizes) as many:
                tell("", await figures.crowd(stage, many, "t", _resident))
    tell("", figures.folding(sizes.folds))


def _tell(fsync: str, rows: Sequence[Row]) -> None:
    for row in rows:
        floor = "" if row.floor is None else _number(row.floor)
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}x"
        must, goal = ("" if math.isinf(each) else f"{each:g}" for each in (row.must, row.goal))
        met = "" if math.isinf(row.must) else row.met
        cells = (row.figure, fsync, floor, _number(row.ours), ratio, must, goal, met)
        sys.stdout.write(f"| {' | '.join(cells)} |\n")
        sys.stdout.flush()


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def main() -> None:
    """The table, as Markdown, line by line as the figures come in."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="little of each: that it runs")
    parser.add_argument("--part", type=float, default=1.0, help=PART)
    given = parser.parse_args()
    sizes = QUICK if given.quick else part_of(given.part)
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    sys.stdout.write(f"{day}, {os.cpu_count()} cores, Python {platform.python_version()}\n\n")
    sys.stdout.write("| figure | fsync | floor | ours | ratio | must | goal | met |\n")
    sys.stdout.write("|---|---|---|---|---|---|---|---|\n")
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as name:
        folder = Path(name)
        settings: tuple[Fsync, ...] = ("always", "everysec")
        for fsync in settings:
            with _server(folder, fsync, fsync) as url:
                asyncio.run(_measure(folder, fsync, url, sizes, _tell))


@contextmanager
def _server(folder: Path, name: str, fsync: Fsync) -> Generator[str]:
    home = folder / f"redis-{name}"
    try:
        yield ensure_server(home, appendfsync=fsync)
    finally:
        stop_server(home)


if __name__ == "__main__":
    main()
