"""Nursery: a process that has imported everything and forks workers, because a storm needs hundreds of them.

It reads the path of a log a line and answers `born PID`; when a worker ends it says `ended PID STATUS`. At the end of its
input it kills whoever is left.
"""

from __future__ import annotations

import asyncio
import os
import random
import select
import signal
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from tests.storm.worker import work

LOOK_SECONDS = 0.01


def serve() -> None:
    """Forks and reaps until nobody asks any more."""
    alive: set[int] = set()
    while True:
        asked, _, _ = select.select([0], [], [], LOOK_SECONDS)
        if asked:
            line = _line()
            if not line:
                break
            alive.add(_fork(Path(line)))
        _reap(alive)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


def _line() -> str:
    """One line, unbuffered: what is buffered would not be seen by `select`."""
    read = bytearray()
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        read += byte
    return read.decode()


def _fork(log: Path) -> int:
    pid = os.fork()
    if pid == 0:
        _live(log)
    _say(f"born {pid}")
    return pid


def _live(log: Path) -> NoReturn:
    """The worker. It never returns into the nursery's own loop."""
    status = 1
    try:
        opened = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for descriptor in (1, 2):
            os.dup2(opened, descriptor)
        os.close(0)
        random.seed()
        asyncio.run(work())
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it was, the log says it and the process ends
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _reap(alive: set[int]) -> None:
    while alive:
        pid, how = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        alive.discard(pid)
        _say(f"ended {pid} {os.waitstatus_to_exitcode(how)}")


def _say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


if __name__ == "__main__":
    serve()
