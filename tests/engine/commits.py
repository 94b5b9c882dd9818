"""Commits as the engine's tests write them, and waiting for what they should bring about."""

import asyncio
import subprocess
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, TypeVar

from bot.engine.commit import Append, Lease
from bot.engine.server import _server_binary  # pyright: ignore[reportPrivateUsage]
from bot.engine.store import Store

PATIENCE_SECONDS = 10.0
T = TypeVar("T")


class Workers(Protocol):
    async def __call__(self, lease_seconds: float = 60) -> Store: ...


def arrival(thread: str, identity: str, *events: bytes) -> Append:
    return Append(thread=thread, kind="arrival", id=identity, events=events or (b"hello",))


def fact(lease: Lease, identity: str, *events: bytes) -> Append:
    return Append(thread=lease.thread, kind="fact", id=identity, lease=lease, events=events)


def claim(lease: Lease, head: int, identity: str = "claim") -> Append:
    return Append(
        thread=lease.thread, kind="claim", id=identity, lease=lease, head=head, events=(b"started",)
    )


def rest(lease: Lease, head: int, identity: str = "rest", *events: bytes) -> Append:
    return Append(
        thread=lease.thread,
        kind="fact",
        id=identity,
        lease=lease,
        head=head,
        events=events,
        rest=True,
    )


async def bodies(store: Store, thread: str) -> list[bytes]:
    return [row.body for row in await store.read(thread)]


async def take_one(store: Store, wait_seconds: float = 5) -> Lease:
    (lease,) = await store.take(1, wait_seconds)
    return lease


async def reclaim_one(store: Store) -> Lease:
    (lease,) = await until(lambda: store.reclaim(1))
    return lease


async def until(look: Callable[[], Awaitable[T | None]]) -> T:
    """What `look` gives once it is something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (seen := await look()):
        if time.monotonic() > deadline:
            raise AssertionError("what the test waits for did not come about")
        await asyncio.sleep(0.005)
    return seen


def start_server(home: Path, options: str) -> subprocess.Popen[bytes]:
    """A Redis server of the test's own; the caller ends it."""
    fixed = ["--save", "", "--dir", str(home), "--daemonize", "no"]
    command = [_server_binary(home), *options.split(), *fixed]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)
