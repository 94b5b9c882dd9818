"""The bench runs, and its table has every figure. What they are is not judged here: other work runs on this machine."""

from __future__ import annotations

import subprocess
import sys

FIGURES = """
cycle K=5|cycle K=6|cycle K=5, one claim|cycle K=6, one claim|wake p50|wake p99|resumes a second|cycle over HTTP
round trips a cycle|round trips a cycle, one claim|log alone|parked thread|written over bare JSON
input on cacheable blocks|wake with 200 parked|memory in this process|fold of 20 events|fold of 2000 events
"""


def test_the_bench_prints_every_figure() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    rows = [line for line in ran.stdout.splitlines() if line.startswith("| ")]
    for figure in FIGURES.replace("\n", "|").strip("|").split("|"):
        assert any(row.startswith(f"| {figure}") for row in rows), figure
