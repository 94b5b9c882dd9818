"""The sizes of a storm, as they are typed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from tests.storm.__main__ import Wrong, plan
from tests.storm.storm import Plan

ROOT = Path(__file__).parents[2]


def test_words_change_the_plan() -> None:
    assert plan(["THREADS=5", "FSYNC=everysec", "SECONDS=0.5"]) == Plan(
        threads=5, fsync="everysec", seconds=0.5
    )


@pytest.mark.parametrize(
    "word",
    [
        "TREADS=5",
        "threads=5",
        "THREADS",
        "THREADS=many",
        "THREADS=0",
        "SECONDS=nan",
        "SHARE_LOST=1",
        "FSYNC=sometimes",
        "NEWER=/nowhere",
    ],
)
def test_a_word_that_makes_no_plan_is_named_in_one_sentence(word: str) -> None:
    with pytest.raises(Wrong, match=rf"^[^\n]*{word.partition('=')[0]}[^\n]*\.$"):
        plan([word])


def test_a_wrong_word_ends_with_2_and_no_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.storm", "THREADS=many"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_make_names_every_size() -> None:
    lines = (ROOT / "Makefile").read_text().splitlines()
    line = next(line for line in lines if line.startswith("storm:"))
    sizes = [f"{field.name.upper()}=" for field in fields(Plan)]
    assert [size for size in sizes if size not in line] == []
