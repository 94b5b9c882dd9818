"""Ledger: what the outside world saw. One file a thread, one line a happening, each line one write at the file's end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bot.core.names import call_id


class Line(BaseModel):
    """A tool that started or ended, or a message shown. `at` is the time in seconds, `pid` who did it."""

    model_config = ConfigDict(frozen=True)

    what: str
    thread: str
    key: str
    at: float
    pid: int
    tool: str = ""
    kind: str = ""
    request: str = ""
    digest: str = ""
    text: str = ""
    retry_at: float = 0.0

    @property
    def call(self) -> str:
        """The call that a tool's key or a message's request belongs to."""
        return call_id(self.request) if self.request else self.key.rpartition("-")[0]


def note(folder: Path, line: Line) -> None:
    """One line more. Whoever is killed leaves the whole line or none."""
    descriptor = os.open(folder / line.thread, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line.model_dump_json(exclude_defaults=True).encode() + b"\n")
    finally:
        os.close(descriptor)


def lines(folder: Path, thread: str) -> list[Line]:
    """All that was seen of one thread, oldest first."""
    file = folder / thread
    if not file.exists():
        return []
    return [Line.model_validate_json(line) for line in file.read_bytes().splitlines()]


class Tail:
    """Reads what is new in every file of the ledger."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, int] = {}

    def new(self) -> Iterator[Line]:
        """The lines since the last time."""
        for file in os.scandir(self._folder):
            done = self._read.get(file.name, 0)
            if file.stat().st_size == done:
                continue
            with Path(file.path).open("rb") as opened:
                opened.seek(done)
                whole = opened.read()
            whole = whole[: whole.rfind(b"\n") + 1]
            self._read[file.name] = done + len(whole)
            yield from (Line.model_validate_json(line) for line in whole.splitlines())
