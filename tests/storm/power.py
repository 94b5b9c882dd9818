"""Power: Redis killed with -9, and the end of its log cut off as a power loss would, where nothing vouches for it.

A killed process loses nothing that it wrote, for the kernel has it. What a power loss takes is what was not synced. With
`always` that is what was acknowledged to nobody: the wire is held, so that from a known length of the file on no reply
reaches anyone, and the cut falls behind that length. With `everysec` it is at most the last second, acknowledged or not.
Both cuts fall in the middle of a command as a rule.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import cast

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import RedisError

from bot.engine.server import Fsync, ensure_server
from tests.storm.wire import Wire

HELD_SECONDS = 0.1
LOST_SECONDS = 1.0
DARK_SECONDS = 3.0


@dataclass(frozen=True)
class Cut:
    """The time from which on nothing is vouched for, the time of the kill, and how many bytes were cut off."""

    since: float
    until: float
    taken: int
    back: float


@dataclass
class Power:
    """The server's supply."""

    home: Path
    fsync: Fsync
    random: Random
    wire: Wire
    cuts: list[Cut] = field(default_factory=list[Cut])
    pulse: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    _sizes: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=400))

    def log(self) -> Path:
        """The file that is being written: servers from 7.0 on keep it in a folder of its own."""
        redis = self.home / "redis"
        parts = sorted(
            redis.glob("appendonlydir/*.incr.aof"), key=lambda file: file.stat().st_mtime
        )
        return parts[-1] if parts else redis / "appendonly.aof"

    async def watch(self) -> None:
        """Write down how long the log was when, and when the server kept people waiting on this machine."""
        async with AsyncRedis(unix_socket_path=self.wire.upstream, protocol=2) as client:
            while True:
                begun = time.time()
                self._sizes.append((begun, self.log().stat().st_size))
                with suppress(RedisError):
                    await cast("asyncio.Future[bool]", client.ping())  # pyright: ignore[reportUnknownMemberType]
                await asyncio.sleep(0.02)
                self.pulse.append((begun, time.time() - begun))

    def slowest(self, since: float, until: float) -> float:
        """The longest that a look at Redis took between these times, which should take no time."""
        return max((took for at, took in self.pulse if since - took <= at <= until), default=0.0)

    async def fail(self) -> None:
        """The server is gone at once, the end of its log too; then it comes back."""
        file, pid = self.log(), self._pid()
        if self.fsync == "always":
            self.wire.hold()
            since, least = time.time(), file.stat().st_size
            await self._grown(file, least)
        else:
            since, least = self._a_moment_ago()
        os.kill(pid, signal.SIGKILL)
        while _lives(self.home):
            await asyncio.sleep(0.002)
        until = time.time()
        self.wire.release()
        taken = self._cut(file, least)
        await asyncio.sleep(self.random.uniform(0, DARK_SECONDS))
        await asyncio.to_thread(ensure_server, self.home, appendfsync=self.fsync)
        self.cuts.append(Cut(since, until, taken, time.time()))

    async def _grown(self, file: Path, least: int) -> None:
        """Wait until something was written that is acknowledged to nobody, and then for a little more."""
        deadline = time.time() + LOST_SECONDS
        while file.stat().st_size == least and time.time() < deadline:
            await asyncio.sleep(0.005)
        await asyncio.sleep(HELD_SECONDS)

    def _pid(self) -> int:
        with Redis(unix_socket_path=self.wire.upstream) as client:
            about = cast("dict[str, int]", client.info("server"))  # pyright: ignore[reportUnknownMemberType]
        return about["process_id"]

    def _a_moment_ago(self) -> tuple[float, int]:
        latest = time.time() - self.random.uniform(0.3, LOST_SECONDS)
        return max((seen for seen in self._sizes if seen[0] <= latest), default=self._sizes[0])

    def _cut(self, file: Path, least: int) -> int:
        """A log that was written anew meanwhile is shorter than it was, and is left whole."""
        size = file.stat().st_size
        if size <= least or file != self.log():
            return 0
        length = self.random.randint(least, (least + size) // 2)
        os.truncate(file, length)
        return size - length


def _lives(home: Path) -> bool:
    """Whether somebody holds the lock that a server inherits: one that nobody has buried yet answers to its number."""
    with (home / "redis" / "redis.lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
