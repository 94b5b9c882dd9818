"""The demo: a real tag on a real remote, once, whatever is killed on the way."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from bot.cli.demo_stage import REAL_AGENT
from bot.cli.sample import make_sample
from bot.engine.server import stop_server
from bot.kit.modules import import_from
from tests.messages_api import KEY, MessagesApi, Reply
from tests.messages_refusal import Json
from tests.messages_rules import Asked
from tests.scenarios.playing import (
    head,
    hold_pushes,
    keep_ledger,
    ledger,
    play,
    read_until,
    refuse_pushes,
    started,
    tags,
    wait_for,
)

Rehearse = Callable[[Json], list[tuple[str, Json]]]


@pytest.fixture
def folder(short_home: Path) -> Iterator[Path]:
    """Where the demo is played; its Redis ends with the test."""
    yield short_home
    for home in (short_home / ".bot").glob("demo*"):
        stop_server(home)


@pytest.fixture
async def remote(folder: Path) -> Path:
    """The sample's remote, which keeps its own ledger of what was pushed."""
    home = folder / ".bot" / "demo"
    home.mkdir(parents=True)
    await make_sample(home)
    keep_ledger(home / "remote.git")
    return home / "remote.git"


def test_without_a_terminal_a_release_is_asked_for_denied_planned_anew_and_pushed(
    folder: Path, remote: Path
) -> None:
    ended = play(folder)
    assert (ended.status, ended.err) == (0, "")
    assert "rehearsal: a script stands in for the model" in ended.out
    assert "denied by ana" in ended.out
    assert ledger(remote) == ["refs/tags/v1.5.0"]
    assert tags(remote)["v1.5.0"] == head(remote)
    assert f"v1.5.0 is on the remote at {head(remote)}" in ended.out


def test_a_second_run_finds_something_new_to_ship(folder: Path, remote: Path) -> None:
    first, second = play(folder), play(folder)
    assert (first.status, second.status) == (0, 0)
    assert ledger(remote) == ["refs/tags/v1.5.0", "refs/tags/v1.6.0"]
    assert tags(remote)["v1.6.0"] == head(remote)


@pytest.mark.parametrize(
    "moment", ["setting the stage", "a question for you", "denied by", "is done"]
)
def test_killed_at_any_moment_it_goes_on_and_pushes_once(
    folder: Path, remote: Path, moment: str
) -> None:
    with started(folder) as process:
        read_until(process, moment)
        process.kill()
    ended = play(folder)
    assert ended.status == 0, ended
    assert ledger(remote) == ["refs/tags/v1.5.0"]


def test_killed_inside_the_push_a_human_is_asked_who_finds_it_on_the_remote(
    folder: Path, remote: Path
) -> None:
    hold_pushes(remote)
    with started(folder) as process:
        wait_for((remote / "inside").exists)
        process.kill()
    (remote / "go").touch()
    ended = play(folder)
    assert ended.status == 0, ended
    assert "did push_tag happen?" in ended.out
    assert "It happened" in ended.out
    assert ledger(remote) == ["refs/tags/v1.5.0"]


def test_a_remote_that_takes_no_tag_ends_it_with_one_sentence_and_status_1(
    folder: Path, remote: Path
) -> None:
    refuse_pushes(remote)
    ended = play(folder)
    assert ended.status == 1
    assert ended.err == "The release is not on the remote.\n"
    assert "Nothing was pushed." in ended.out
    assert ledger(remote) == []


def test_a_killed_redis_is_started_again_and_nothing_is_lost(folder: Path, remote: Path) -> None:
    hold_pushes(remote)
    with started(folder) as process:
        wait_for((remote / "inside").exists)
        _kill_redis(folder / ".bot" / "demo")
        (remote / "go").touch()
        assert process.stdout is not None
        out = process.stdout.read()
        assert process.wait() == 0, out
    assert ledger(remote) == ["refs/tags/v1.5.0"]


def test_a_server_that_speaks_the_messages_api_decides_where_one_is_named(
    folder: Path, remote: Path
) -> None:
    rehearse = cast("Rehearse", import_from(REAL_AGENT, "rehearsal").rehearse)

    def chosen(asked: Asked) -> Reply:
        return Reply(uses=rehearse(asked.body))

    with MessagesApi(chosen) as api:
        named = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": api.url}
        ended = play(folder, settings=named)
    assert ended.status == 0, ended
    assert "Claude decides: claude-sonnet-5-5 at 127.0.0.1" in ended.out
    assert "rehearsal" not in ended.out
    assert KEY not in (folder / ".bot" / "demo" / "bot.log").read_text()
    assert ledger(remote) == ["refs/tags/v1.5.0"]


def test_it_works_on_a_repository_of_ones_own(folder: Path) -> None:
    remote, clone = _own_repository(folder)
    ended = play(folder, "--repo", "work")
    assert ended.status == 0, ended
    assert len(ledger(remote)) == 1
    (tag,) = tags(remote)
    assert tags(remote)[tag] == head(remote)
    assert not list((folder / ".bot").glob("*/remote.git"))
    assert clone.name == "work"


def test_where_there_is_nothing_to_ship_that_is_no_failure(folder: Path) -> None:
    remote, clone = _own_repository(folder)
    subprocess.run(["git", "tag", "v1.0.0"], cwd=clone, check=True)
    subprocess.run(["git", "push", "--quiet", "origin", "v1.0.0"], cwd=clone, check=True)
    ended = play(folder, "--repo", "work")
    assert (ended.status, ended.err) == (0, "")
    assert "\nNothing to ship.\n" in ended.out
    assert list(tags(remote)) == ["v1.0.0"]


@pytest.mark.parametrize("url", ["ssh://git@127.0.0.1:9/own.git", "example.com:own.git", "own/git"])
def test_without_a_terminal_nothing_is_begun_that_could_push_to_another_machine(
    folder: Path, url: str
) -> None:
    _, clone = _own_repository(folder)
    subprocess.run(["git", "remote", "set-url", "origin", url], cwd=clone, check=True)
    ended = play(folder, "--repo", "work")
    assert ended.status == 1
    assert ended.err.startswith("Nobody is at the terminal to approve a push to ")
    assert ended.err.endswith("; run it at a terminal.\n")
    assert ended.err.count("\n") == 1
    assert not (folder / ".bot").exists()


def test_without_a_terminal_a_file_address_will_do(folder: Path) -> None:
    remote, clone = _own_repository(folder)
    subprocess.run(
        ["git", "remote", "set-url", "origin", f"file://{remote}"], cwd=clone, check=True
    )
    assert play(folder, "--repo", "work").status == 0
    assert len(ledger(remote)) == 1


def test_a_folder_that_is_no_repository_is_refused_in_one_sentence(folder: Path) -> None:
    (folder / "plain").mkdir()
    ended = play(folder, "--repo", "plain")
    assert ended.status != 0
    assert "git repository" in ended.err
    assert ended.err.count("\n") == 1


def test_a_repository_without_a_remote_is_refused_in_one_sentence(folder: Path) -> None:
    subprocess.run(["git", "init", "--quiet", "lonely"], cwd=folder, check=True)
    ended = play(folder, "--repo", "lonely")
    assert ended.status != 0
    assert "remote" in ended.err
    assert ended.err.count("\n") == 1


def test_fresh_forgets_what_was_played_before(folder: Path, remote: Path) -> None:
    assert play(folder).status == 0
    assert play(folder, "--fresh").status == 0
    assert set(tags(remote)) == {"v1.4.0", "v1.4.1", "v1.4.2", "v1.5.0"}


def _kill_redis(home: Path) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(home / "redis" / "redis.sock"))
        connection.sendall(b"INFO server\r\n")
        lines = connection.recv(65_536).splitlines()
    (pid,) = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"process_id:")]
    os.kill(pid, signal.SIGKILL)


def _own_repository(folder: Path) -> tuple[Path, Path]:
    """A remote with one commit and no tag, and a clone of it."""

    def git(*words: str, within: Path) -> None:
        who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
        subprocess.run(["git", *who, *words], cwd=within, check=True, capture_output=True)

    remote, clone = folder / "own.git", folder / "work"
    git("init", "--bare", "--initial-branch=main", str(remote), within=folder)
    git("clone", str(remote), str(clone), within=folder)
    git("checkout", "-b", "main", within=clone)
    git("commit", "--allow-empty", "-m", "Begin", within=clone)
    git("push", "origin", "main", within=clone)
    keep_ledger(remote)
    return remote, clone
