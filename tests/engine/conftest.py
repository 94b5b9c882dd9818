"""Stores to test: several workers over one memory, one Redis server, or one node of a Redis Cluster."""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import cast

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NoConnection

from bot.engine.memory_store import MemoryServer, MemoryStore
from bot.engine.redis_store import RedisStore
from bot.engine.store import Store
from tests.engine.commits import PATIENCE_SECONDS, Workers, start_server

BUS_OFFSET = 10_000
SLOTS = 16_384


def _free_port() -> int:
    """A port for a cluster node, which listens 10,000 ports higher too."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            _, port = probe.getsockname()
        if port + BUS_OFFSET < 65_536:
            return port


@pytest.fixture(scope="session")
def _cluster_url(short_folder: Path) -> Iterator[str]:
    home, port = Path(tempfile.mkdtemp(dir=short_folder)), _free_port()
    node = start_server(home, f"--bind 127.0.0.1 --port {port} --cluster-enabled yes")
    try:
        with Redis(port=port, protocol=2) as client:
            _ask_until(client, "PING", b"PONG")
            client.execute_command("CLUSTER", "ADDSLOTS", *range(SLOTS))  # pyright: ignore[reportUnknownMemberType]
            _ask_until(client, "CLUSTER INFO", b"ok")
        yield f"redis://127.0.0.1:{port}"
    finally:
        node.kill()
        node.wait()


def _ask_until(client: Redis, question: str, answer: bytes) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with suppress(NoConnection):
            said = cast(object, client.execute_command(*question.split()))  # pyright: ignore[reportUnknownMemberType]
            if said is True or answer.decode() in str(said):
                return
        time.sleep(0.01)
    raise AssertionError(f"{question} was not answered with {answer!r}")


@pytest.fixture
def cluster_server(_cluster_url: str) -> str:
    """The URL of a cluster of one node, emptied: it refuses whatever crosses slots."""
    with Redis.from_url(_cluster_url) as client:  # pyright: ignore[reportUnknownMemberType]
        client.execute_command("FLUSHALL")  # pyright: ignore[reportUnknownMemberType]
    return _cluster_url


@pytest.fixture(params=["memory", "redis", "cluster"])
async def workers(request: pytest.FixtureRequest) -> AsyncIterator[Workers]:
    """Opens as many stores as a test wants, each another worker of the same threads."""
    names = iter(f"worker-{n}" for n in range(1000))
    memory = MemoryServer()
    kind = cast(str, request.param)
    url = "" if kind == "memory" else cast(str, request.getfixturevalue(f"{kind}_server"))

    async with AsyncExitStack() as stack:

        async def hire(lease_seconds: float = 60) -> Store:
            store: Store = (
                RedisStore(url, lease_seconds=lease_seconds)
                if url
                else MemoryStore(memory, lease_seconds=lease_seconds, consumer=next(names))
            )
            await store.open()
            stack.push_async_callback(store.close)
            return store

        yield hire
