"""Tail: the end of Redis's append-only file, where a power failure may have torn a transaction.

Redis takes a torn command off the end and leaves the transaction that it stood in open. What is written next becomes a part
of that one, and at the start after it the torn transaction comes about after all (seen with 6.2.14): a commit that nobody
was told of, and that was made again since, would stand on its log twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

BEGIN, END = b"*1\r\n$5\r\nMULTI\r\n", b"*1\r\n$4\r\nEXEC\r\n"
CHUNK_BYTES = 1 << 20


def mend(state: Path) -> None:
    """Takes an unfinished transaction off the end of the newest file; only while no server has it open."""
    for file in _newest(state):
        with file.open("r+b") as log:
            done = _done(log)
            log.seek(done)
            torn = log.read().find(BEGIN)
            if torn >= 0:
                log.truncate(done + torn)
                os.fsync(log.fileno())


def _newest(state: Path) -> Iterator[Path]:
    """Servers from 7.0 on keep their files in a folder."""
    parts = list(state.glob("appendonlydir/*.incr.aof")) or list(state.glob("appendonly.aof"))
    yield from sorted(parts, key=lambda file: file.stat().st_mtime)[-1:]


def _done(log: BinaryIO) -> int:
    """Where the last whole transaction ends; 0 if there is none."""
    at = log.seek(0, os.SEEK_END)
    later = b""
    while at:
        size = min(CHUNK_BYTES, at)
        at -= size
        log.seek(at)
        chunk = log.read(size) + later
        found = chunk.rfind(END)
        if found >= 0:
            return at + found + len(END)
        later = chunk[: len(END) - 1]
    return 0
