"""The sample repository: the same everywhere, whole or absent, never out of things to ship."""

import subprocess
from pathlib import Path

import pytest

from bot.cli.sample import grow_sample, make_sample

NEWEST = "538568d55641c2b95846a1ea694ccabac1deee73"


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def tag_everything(folder: Path) -> None:
    git(folder / "remote.git", "tag", "v1.5.0", "main")


async def test_a_release_can_be_cut_from_it_and_its_number_is_a_real_question(
    tmp_path: Path,
) -> None:
    clone = await make_sample(tmp_path / "demo")
    assert git(clone, "tag").split() == ["v1.4.0", "v1.4.1", "v1.4.2"]
    assert git(clone, "log", "--format=%s", "v1.4.2..origin/main").splitlines() == [
        "Add CSV export of a day's orders",
        "Fix totals a cent short after a discount",
    ]
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "rev-list", "--count", "origin/main") == "8"


async def test_it_is_the_same_to_the_last_commit_id_whatever_the_user_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / ".gitconfig"
    config.write_text("[init]\ndefaultBranch = trunk\n[user]\nname = X\n[core]\nautocrlf = true\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    clone = await make_sample(tmp_path / "demo")
    monkeypatch.delenv("GIT_DIR")
    assert git(clone, "rev-parse", "origin/main") == NEWEST


async def test_a_second_call_leaves_it_alone(tmp_path: Path) -> None:
    clone = await make_sample(tmp_path)
    (clone / "note").write_text("mine")
    tag_everything(tmp_path)
    assert await make_sample(tmp_path) == clone
    assert (clone / "note").read_text() == "mine"
    assert "v1.5.0" in git(tmp_path / "remote.git", "tag")


async def test_a_call_killed_while_building_is_made_good_by_the_next(tmp_path: Path) -> None:
    (tmp_path / ".building" / "remote.git").mkdir(parents=True)
    (tmp_path / ".building" / "remote.git" / "HEAD").write_text("half")
    clone = await make_sample(tmp_path)
    assert git(clone, "rev-parse", "origin/main") == NEWEST
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backend", "remote.git"]


async def test_a_call_killed_between_remote_and_clone_keeps_the_remote(tmp_path: Path) -> None:
    clone = await make_sample(tmp_path)
    tag_everything(tmp_path)
    clone.rename(tmp_path / ".building")
    assert await make_sample(tmp_path) == clone
    assert "v1.5.0" in git(clone, "tag")


async def test_it_still_finds_its_remote_after_the_folder_is_moved(tmp_path: Path) -> None:
    await make_sample(tmp_path / "before")
    (tmp_path / "before").rename(tmp_path / "after")
    assert NEWEST in git(tmp_path / "after" / "backend", "ls-remote", "origin", "main")


async def test_it_does_not_grow_while_something_is_left_to_ship(tmp_path: Path) -> None:
    clone = await make_sample(tmp_path)
    await grow_sample(tmp_path)
    assert NEWEST in git(clone, "ls-remote", "origin", "main")


async def test_it_grows_by_one_commit_each_time_everything_is_shipped(tmp_path: Path) -> None:
    clone = await make_sample(tmp_path)
    for number, release in enumerate(["v1.5.0", "v1.5.1"], start=9):
        git(tmp_path / "remote.git", "tag", release, "main")
        await grow_sample(tmp_path)
        git(clone, "fetch", "--quiet")
        assert git(clone, "rev-list", "--count", "origin/main") == str(number)
        assert git(clone, "rev-list", "--count", f"{release}..origin/main") == "1"
    assert git(clone, "ls-files").count("README.md") == 1
