"""Tail: a transaction that a power failure tore comes about neither then nor later."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.engine.commit import Append
from bot.engine.redis_store import RedisStore
from bot.engine.server import ensure_server, stop_server
from bot.engine.tail import BEGIN, CHUNK_BYTES, END, mend

WRITTEN = b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n"


async def put(url: str, *names: str) -> list[bytes]:
    """Append these arrivals; the rows of the log then."""
    async with RedisStore(url, lease_seconds=5) as store:
        for name in names:
            arrival = Append(thread="t", kind="arrival", id=name, events=(name.encode(),))
            await store.append(arrival)
        return [row.body for row in await store.read("t")]


def log_of(home: Path) -> Path:
    redis = home / "redis"
    return next(redis.glob("appendonlydir/*.incr.aof"), redis / "appendonly.aof")


async def test_a_torn_commit_that_was_made_again_stands_once_after_any_restart(
    short_home: Path,
) -> None:
    await put(ensure_server(short_home), "a")
    before = log_of(short_home).stat().st_size
    await put(ensure_server(short_home), "b")
    stop_server(short_home)
    log = log_of(short_home)
    torn = log.read_bytes().index(b":seen:", log.read_bytes().index(b"RPUSH", before))
    os.truncate(log, torn)
    assert await put(ensure_server(short_home), "b") == [b"a", b"b"]
    stop_server(short_home)
    assert await put(ensure_server(short_home)) == [b"a", b"b"]
    stop_server(short_home)


@pytest.mark.parametrize(
    ("log", "left"),
    [
        (b"", b""),
        (WRITTEN, WRITTEN),
        (BEGIN + WRITTEN + END, BEGIN + WRITTEN + END),
        (BEGIN + WRITTEN + END + WRITTEN, BEGIN + WRITTEN + END + WRITTEN),
        (BEGIN + WRITTEN + END + BEGIN + WRITTEN[:9], BEGIN + WRITTEN + END),
        (BEGIN + WRITTEN + END[:-3], b""),
        (BEGIN + END + WRITTEN + BEGIN + b"x" * CHUNK_BYTES * 2, BEGIN + END + WRITTEN),
    ],
)
def test_only_what_no_end_was_written_for_is_taken_off(
    tmp_path: Path, log: bytes, left: bytes
) -> None:
    (tmp_path / "appendonly.aof").write_bytes(log)
    mend(tmp_path)
    assert (tmp_path / "appendonly.aof").read_bytes() == left
