"""Playing the demo as somebody would: the command in a process of its own, in an empty folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 90.0
# A kill that falls between the claim and the push leaves a try that may be repeated only after the tool's time limit.
RUN_SECONDS = 330.0
COMMAND = (sys.executable, "-c", "from bot.cli import main; main()", "demo")
ROOT = Path(__file__).parents[2]

_LEDGER = """#!/bin/sh
while read old new ref; do echo "$ref" >> "$PWD/ledger"; done
"""
_SLOW = """#!/bin/sh
touch "$PWD/inside"
while [ ! -e "$PWD/go" ]; do sleep 0.05; done
"""


def surroundings() -> dict[str, str]:
    """Enough of the world to run in, and nothing that sets the bot."""
    kept = ("PATH", "HOME", "LANG", "TERM", "VIRTUAL_ENV")
    found = {name: os.environ[name] for name in kept if name in os.environ}
    return {**found, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "USER": "ana"}


@dataclass(frozen=True)
class Ended:
    """How a whole run ended."""

    status: int
    out: str
    err: str


def play(folder: Path, *words: str, settings: Mapping[str, str] | None = None) -> Ended:
    """One run to its end, with nobody at the terminal; `settings` are of its environment."""
    done = subprocess.run(
        [*COMMAND, *words],
        cwd=folder,
        env={**surroundings(), **(settings or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@contextmanager
def started(folder: Path, *words: str) -> Generator[subprocess.Popen[str]]:
    """A run that is still going; killed in the end, if it has not ended by itself."""
    with subprocess.Popen(
        [*COMMAND, *words],
        cwd=folder,
        env=surroundings(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def read_until(process: subprocess.Popen[str], mark: str) -> str:
    """What it prints, up to the line with this mark."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if mark in line:
            return seen
    raise AssertionError(f"it ended before {mark!r}:\n{seen}")


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def keep_ledger(remote: Path) -> None:
    """The remote writes down every ref that it took, by itself."""
    _hook(remote, "post-receive", _LEDGER)


def hold_pushes(remote: Path) -> None:
    """Pushes wait in the remote until the file `go` is there; the file `inside` says that one does."""
    _hook(remote, "pre-receive", _SLOW)


def refuse_pushes(remote: Path) -> None:
    """The remote takes nothing."""
    _hook(remote, "pre-receive", "#!/bin/sh\necho closed on Sundays >&2\nexit 1\n")


def ledger(remote: Path) -> list[str]:
    file = remote / "ledger"
    return file.read_text().split() if file.exists() else []


def tags(remote: Path) -> dict[str, str]:
    """Every tag of a bare repository with its commit."""
    listed = subprocess.run(
        ["git", "for-each-ref", "--format=%(refname:short) %(*objectname)", "refs/tags"],
        cwd=remote,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return dict(line.split(" ", 1) for line in listed.splitlines())


def head(remote: Path) -> str:
    return subprocess.run(
        ["git", "rev-parse", "main"], cwd=remote, check=True, capture_output=True, text=True
    ).stdout.strip()


def _hook(remote: Path, name: str, text: str) -> None:
    file = remote / "hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)
