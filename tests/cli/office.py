"""An office to test the commands in: one agent that does what the first word of a message says, and who is who."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast
from unittest.mock import patch

from bot.cli.start import run
from bot.engine.server import stop_server

PATIENCE_SECONDS = 20.0
PEOPLE = """\
people:
  alice: {name: Alice Example}
  bob: {name: Bob Example}
groups:
  cashiers: [alice, bob]
"""
AGENT = """\
---
description: Gives money back.
approvers: [cashiers]
policy: {settle: {quorum: 2}}
prefetch: [charges]
---
You give money back.
"""
TOOLS = '''\
"""Refunds, on paper."""

from pydantic import Field

from bot.kit import Args, Card, Refused, tool
from bot.kit.call import Unsure


class Refund(Args):
    charge: str = Field(pattern=r"^ch_\\w+$")
    cents: int = Field(gt=0, le=1000)


@tool(reads=True)
async def charges():
    """The charges there are."""
    return ["ch_1", "ch_2"]


@tool(approval="always", reversible=False)
async def refund(r: Refund):
    """Give the money of a charge back."""
    return {"refunded": r.cents}


@refund.preview
async def show(r: Refund) -> Card:
    return Card(f"{r.cents} cents of {r.charge} go back.", pins={"left": 1000})


@tool(approval="always")
async def settle():
    """Close the books."""
    return "closed"


@tool(approval="never", seconds=1)
async def wire():
    """Send money by wire."""
    raise Unsure("the line broke")
'''
REHEARSAL = '''\
"""Does what the first word of the first message says, once a message; when that is over, says so."""

import re

REFUND = {"charge": "ch_1", "cents": 5, "because": "the customer asked"}
FIRST = {
    "ask": ("request_human_input", {
        "question": "Which charge?",
        "options": {"format": "multiple_choice", "choices": ["ch_1", "ch_2"]},
    }),
    "refund": ("refund", REFUND),
    "settle": ("settle", {"because": "the month is over"}),
    "wire": ("wire", {}),
    "wait": ("await", {"seconds": 3600, "reason": "nobody is there"}),
}


def rehearse(request):
    text = "\\n".join(block["text"] for block in request["messages"][0]["content"])
    word = re.search(r"<(?:message|schedule)[^>]*>(\\w+)", text)[1]
    tool, arguments = FIRST[word]
    if text.count(f"<{tool}") >= text.count("<message") + text.count("<schedule"):
        return [("done_for_now", {"message": "That is done."})]
    return [(tool, arguments)]
'''
T = TypeVar("T")
Json = dict[str, object]


def furnish(folder: Path) -> Path:
    """Writes the agent and the people file under this folder."""
    desk, house = folder / "agents" / "desk", folder / "agents" / "_house"
    desk.mkdir(parents=True)
    house.mkdir()
    (house / "people.yaml").write_text(PEOPLE)
    (desk / "agent.md").write_text(AGENT)
    (desk / "tools.py").write_text(TOOLS)
    (desk / "rehearsal.py").write_text(REHEARSAL)
    return folder


@dataclass(frozen=True)
class Said:
    """What a command line came to."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> list[Json]:
        return cast("list[Json]", json.loads(self.out))


@dataclass(frozen=True)
class Office:
    """A folder to stand in and the environment there."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict[str, str])

    @contextmanager
    def start(self, *words: str) -> Generator[subprocess.Popen[str]]:
        """A command as a process of its own, which does not outlive the block."""
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *words],
            cwd=self.folder,
            env={**os.environ, **self.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                process.kill()

    def process(self, *words: str) -> Said:
        """What came of a process of its own."""
        with self.start(*words) as process:
            out, err = process.communicate(timeout=60)
        return Said(process.returncode, out, err)

    def run(self, *words: str, **environ: str) -> Said:
        """The same command line in this process, which saves the imports."""
        with self._inside(environ) as (out, err):
            status = run(words)
        return Said(status, _text(out), _text(err))

    @contextmanager
    def _inside(
        self, environ: dict[str, str]
    ) -> Generator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        with ExitStack() as stack:
            stack.enter_context(chdir(self.folder))
            stack.enter_context(patch.dict(os.environ, {**self.environ, **environ}))
            stack.enter_context(redirect_stdout(out))
            stack.enter_context(redirect_stderr(err))
            yield out, err


@contextmanager
def running(folder: Path, home: Path) -> Generator[Office]:
    """This folder's office with everything up, in a process of its own, which ends well when it is told to."""
    here = Office(folder, {"BOT_HOME": str(home), "BOT_APPENDFSYNC": "everysec"})
    try:
        with here.start("up") as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready up\n"
            yield here
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
        assert process.returncode == 0
    finally:
        stop_server(home)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def eventually(look: Callable[[], T]) -> T:
    """What `look` gives once it is something; it fails where that takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (seen := look()):
        assert time.monotonic() < deadline, "this never came about"
        time.sleep(0.02)
    return seen


def launched(office: Office, text: str, *more: str) -> str:
    """A new thread, as carol begins it."""
    said = office.run("launch", "desk", text, "--as", "carol", *more)
    assert (said.status, said.err) == (0, "")
    return said.out.strip()


def waiting(office: Office, thread: str) -> Json:
    """The one request of this thread, once there is one."""

    def look() -> list[Json]:
        return [row for row in office.run("pending", "--json").json if row["thread"] == thread]

    [row] = eventually(look)
    return row
