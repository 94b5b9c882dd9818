"""The demo with a person at the terminal: keys in, a tag on the remote out."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.cli.sample import make_sample
from bot.engine.server import stop_server
from tests.channels.console.typing_at import Keys
from tests.scenarios.playing import (
    COMMAND,
    PATIENCE_SECONDS,
    head,
    keep_ledger,
    ledger,
    surroundings,
    tags,
)

AT_ONCE_SECONDS = 5.0


@pytest.fixture
async def remote(short_home: Path) -> Path:
    home = short_home / ".bot" / "demo"
    home.mkdir(parents=True)
    await make_sample(home)
    keep_ledger(home / "remote.git")
    return home / "remote.git"


@pytest.fixture
def folder(short_home: Path, remote: Path) -> Iterator[Path]:
    assert remote.is_dir()
    yield short_home
    stop_server(short_home / ".bot" / "demo")


@asynccontextmanager
async def playing(
    folder: Path, *words: str
) -> AsyncGenerator[tuple[Keys, asyncio.subprocess.Process]]:
    """The demo at a terminal of its own."""
    with Keys() as keys:
        process = await asyncio.create_subprocess_exec(
            *(*COMMAND, *words),
            cwd=folder,
            env={**surroundings(), "TERM": "xterm-256color"},
            stdin=keys.far,
            stdout=keys.far,
            stderr=keys.far,
            start_new_session=True,
        )
        os.close(keys.far)
        try:
            yield keys, process
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def ended(process: asyncio.subprocess.Process) -> int:
    """Its exit status, soon."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await process.wait()


async def test_a_person_asks_answers_denies_edits_and_approves(folder: Path, remote: Path) -> None:
    async with playing(folder) as (keys, process):
        await keys.see("you> ")
        keys.type("\n")
        await keys.see("a question for you")
        await keys.see("you> ")
        keys.type("1\n")
        await keys.see("approve push_tag?")
        await keys.see("you> ")
        keys.type("deny make it v1.6.0\n")
        await keys.see("v1.6.0")
        await keys.see("approve push_tag?")
        await keys.see("you> ")
        keys.type("edit tag=v1.7.0\n")
        await keys.see("approve push_tag?")
        await keys.see("you> ")
        keys.type("approve\n")
        assert await ended(process) == 0
    assert ledger(remote) == ["refs/tags/v1.7.0"]
    assert tags(remote)["v1.7.0"] == head(remote)


async def test_ctrl_c_works_at_once_and_the_next_run_goes_on(folder: Path, remote: Path) -> None:
    async with playing(folder) as (keys, process):
        await keys.see("you> ")
        keys.type("\n")
        await keys.see("a question for you")
        before = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert await ended(process) == 130
        assert time.monotonic() - before < AT_ONCE_SECONDS
        await keys.see("goes on from here")
        assert "Traceback" not in keys.seen
    async with playing(folder, "--plain") as (keys, process):
        await keys.see("Going on where it stopped")
        await keys.see("1.  Patch: v1.4.3")
        await keys.see("you> ")
        keys.type("2\n")
        await keys.see("approve push_tag?")
        await keys.see("you> ")
        keys.type("approve\n")
        assert await ended(process) == 0
        assert "\x1b" not in keys.raw
    assert ledger(remote) == ["refs/tags/v1.5.0"]


async def test_whoever_stops_the_work_has_pushed_nothing(folder: Path, remote: Path) -> None:
    async with playing(folder) as (keys, process):
        await keys.see("you> ")
        keys.type("ship it as v2.0.0\n")
        await keys.see("approve push_tag?")
        await keys.see("you> ")
        keys.type("stop\n")
        await keys.see("Nothing was pushed.")
        assert await ended(process) == 0
    assert ledger(remote) == []
