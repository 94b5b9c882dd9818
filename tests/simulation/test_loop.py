"""The loop: time that jumps, processes that stop and die, and a life that is the same wherever it is lived."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

from tests.simulation.life import live
from tests.simulation.loop import NothingLeft, run
from tests.simulation.plan import plan
from tests.simulation.process import Process
from tests.simulation.world import World

ROOT = Path(__file__).parents[2]
WEEK_SECONDS = 7 * 24 * 3600.0


def test_time_jumps_to_what_comes_next() -> None:
    async def week() -> float:
        await asyncio.sleep(WEEK_SECONDS)
        return asyncio.get_running_loop().time()

    assert run(week()) == pytest.approx(WEEK_SECONDS)


def test_waiting_for_what_cannot_come_is_an_error() -> None:
    async def stuck() -> None:
        await asyncio.Event().wait()

    with pytest.raises(NothingLeft):
        run(stuck())


async def _beats(process: Process, heard: list[float]) -> None:
    async def beat() -> None:
        try:
            while True:
                heard.append(asyncio.get_running_loop().time())
                await asyncio.sleep(1)
        finally:
            heard.append(-1.0)

    process.start(beat())


def test_a_killed_process_does_not_even_clean_up() -> None:
    async def killed() -> list[float]:
        heard, process = list[float](), Process(World(0), "one")
        await _beats(process, heard)
        await asyncio.sleep(1.5)
        process.kill()
        await asyncio.sleep(10)
        return list(heard)

    assert run(killed()) == pytest.approx([0, 1])


def test_a_stopped_process_goes_on_as_if_no_time_had_passed() -> None:
    async def stopped() -> list[float]:
        heard, process = list[float](), Process(World(0), "one")
        await _beats(process, heard)
        await asyncio.sleep(1.5)
        process.stop(10)
        await asyncio.sleep(12)
        return list(heard)

    assert run(stopped()) == pytest.approx([0, 1, 11.5, 12.5])


def _told(hash_seed: str) -> str:
    """Seed 7 as another process lives it."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--seed", "7"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout


def test_a_life_is_the_same_in_every_process() -> None:
    one, other = _told("1"), _told("2")
    assert one == other
    assert "\n".join(live(7).story) in one


def _deeds(seed: int, without: Collection[int] = ()) -> list[tuple[object, ...]]:
    """What is planned, with the state of each deed's own chance."""
    planned = plan(World(seed), without)
    return [(deed.number, deed.at, deed.act, deed.chance.getstate()) for deed in planned]


def test_leaving_a_deed_out_shifts_no_other() -> None:
    whole = _deeds(7)
    assert _deeds(7, without={0}) == [deed for deed in whole if deed[0] != 0]
    assert len(_deeds(7, without={0})) == len(whole) - 1
