"""`bot new NAME`: an agent that works from its first minute."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.scaffold import NotMade, new_agent
from bot.kit.load import load_agents
from bot.kit.people import People

ROOT = Path(__file__).parents[2]


def test_a_new_agent_loads_with_a_read_and_a_gated_tool(tmp_path: Path) -> None:
    files = new_agent("notes", tmp_path / "agents")
    assert [file.name for file in files] == [
        "agent.md",
        "rehearsal.py",
        "test_notes.py",
        "tools.py",
    ]
    agent = load_agents([tmp_path / "agents"], People())["notes"]
    assert {name: agent.approval(name) for name in agent.tools} == {
        "add_note": "always",
        "list_notes": "never",
    }


def test_its_own_tests_pass(tmp_path: Path) -> None:
    new_agent("my-notes_2", tmp_path)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            str(tmp_path / "my-notes_2"),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


@pytest.mark.parametrize("name", ["", "Notes", "a b", "../up", "9", "_house", "await", "x" * 65])
def test_a_name_that_cannot_be_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotMade, match="cannot name an agent"):
        new_agent(name, tmp_path / "agents")
    assert not (tmp_path / "agents").exists()


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    with pytest.raises(NotMade, match="is there already"):
        new_agent("notes", tmp_path)
    assert list((tmp_path / "notes").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "agents").write_text("a file")
    with pytest.raises(NotMade, match="cannot be written"):
        new_agent("notes", tmp_path / "agents")
