"""What the tests of deploybot stand on: a sample repository with a bare remote, on a machine where nobody set git up."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.sample import make_sample


@pytest.fixture(autouse=True)
def _bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@example.com")


@pytest.fixture
async def clone(tmp_path: Path) -> Path:
    return await make_sample(tmp_path / "demo")


@pytest.fixture
def remote(clone: Path) -> Path:
    return clone.with_name("remote.git")
