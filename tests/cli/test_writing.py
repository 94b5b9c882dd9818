"""Writing: all files or none, each in one go, and `.env` for its owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bot.cli.writing import with_settings, write


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_of_several_lines_for_a_name_the_one_that_counts_is_changed() -> None:
    text = "A=1\n# A=2\n  export A = 3\nAB=4"
    assert with_settings(text, {"A": "x", "C": "y"}) == "A=1\n# A=2\nA=x\nAB=4\nC=y\n"


def test_env_is_for_its_owner_alone_and_other_files_stay_as_open_as_they_were(
    tmp_path: Path,
) -> None:
    real, other = tmp_path / "shared.env", tmp_path / "people.yaml"
    for file in (real, other):
        file.write_text("old")
        file.chmod(0o664)
    (tmp_path / ".env").symlink_to(real)
    write({tmp_path / ".env": "new", other: "new", tmp_path / "made" / "file": "new"})
    assert (tmp_path / ".env").is_symlink()
    assert [real.read_text(), other.read_text()] == ["new", "new"]
    assert (mode(real), mode(other)) == (0o600, 0o664)
    assert sorted(each.name for each in tmp_path.rglob("*") if each.is_file()) == [
        ".env",
        "file",
        "people.yaml",
        "shared.env",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_where_one_cannot_be_written_none_is(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    with pytest.raises(OSError, match="denied"):
        write({tmp_path / "a": "new", locked / "b": "new"})
    assert list(tmp_path.iterdir()) == [locked]


def test_where_one_is_a_folder_none_is_written(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("no folder")
    with pytest.raises(OSError, match="b"):
        write({tmp_path / "a": "new", tmp_path / "b" / "c": "new"})
    assert [each.name for each in tmp_path.iterdir()] == ["b"]
