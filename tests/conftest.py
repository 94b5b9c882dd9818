"""What every test may ask for, and the guard that keeps the suite on this machine."""

from __future__ import annotations

import ipaddress
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import hypothesis
import pytest
import redis
import structlog

from bot.engine.server import ensure_server, stop_server

# What structlog does by itself draws every local of every frame, and holds up whoever else waits in the same loop for seconds.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)
# Shared machines stall at times; a slow example is no failure. One tree always gets the same examples, so that it passes or fails
# for what is in it; `--hypothesis-profile=explore` looks for others.
hypothesis.settings.register_profile("default", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, print_blob=True, max_examples=1_000)
hypothesis.settings.load_profile("default")


class NetworkRefused(Exception):
    """A test tried to leave this machine."""


def _is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    """Every connection and every name looked up passes here, whichever library asks."""
    match event:
        case "socket.connect" | "socket.sendto":
            target = arguments[1]
            host = cast("tuple[object, ...]", target)[0] if isinstance(target, tuple) else None
        case "socket.getaddrinfo" | "socket.gethostbyname":
            host = arguments[0]
        case _:
            return
    if not _is_here(host):
        raise NetworkRefused(f"tests stay on this machine: {event} {host!r}")


sys.addaudithook(_stay_here)

# A suite that a shell runs in the background ignores Ctrl-C, and so would every program that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in the developer's shell must neither be spent nor change what a test sees."""
    ours = ("BOT_", "ANTHROPIC_", "REDIS_URL", "SLACK_", "SMTP_", "IMAP_", "EMAIL_")
    for name in [name for name in os.environ if name.startswith(ours)]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """pytest's own folders are too deep for unix sockets."""
    folder = Path(tempfile.mkdtemp(prefix="bt-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def short_home(short_folder: Path) -> Path:
    """An empty state directory for this test, short enough for a unix socket."""
    return Path(tempfile.mkdtemp(dir=short_folder))


@pytest.fixture(scope="session")
def _redis_url(short_folder: Path) -> Iterator[str]:
    home = short_folder / "redis-home"
    url = ensure_server(home, appendfsync="everysec")
    with redis.Redis.from_url(url) as connection:  # pyright: ignore[reportUnknownMemberType]
        # It is never killed, and a disk that is busy for seconds holds up whoever waits for it.
        connection.config_set("appendfsync", "no")  # pyright: ignore[reportUnknownMemberType]
    yield url
    stop_server(home)


@pytest.fixture
def redis_server(_redis_url: str) -> str:
    """The URL of a real Redis that is empty: one server for the whole run, wiped before each test."""
    with redis.Redis.from_url(_redis_url) as connection:  # pyright: ignore[reportUnknownMemberType]
        connection.execute_command("FLUSHALL")  # pyright: ignore[reportUnknownMemberType]
    return _redis_url


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Gives ports on loopback that nobody listened on a moment ago."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            _, port = probe.getsockname()
            return port

    return find
