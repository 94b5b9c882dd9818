"""The bench runs, and its table has every figure. What they are is not judged here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BY_FSYNC = """
cycle K=5, ms
cycle K=5, ms of CPU
cycle K=6, ms
cycle K=6, ms of CPU
cycle K=5, one claim, ms
cycle K=5, one claim, ms of CPU
cycle K=6, one claim, ms
cycle K=6, one claim, ms of CPU
wake p50, ms
wake p99, ms
resumes a second, 50 at once
cycle over HTTP, K=2, ms
""".strip().splitlines()
ONCE = """
round trips a cycle
round trips a cycle, one claim
log alone over its bare JSON
parked thread with all indexes, bytes
the same in its first ten minutes, bytes
written over bare JSON, K=5
written over bare JSON, K=6
input on cacheable blocks, K=5
input on cacheable blocks, K=6
wake with 200 parked over 100, ms
memory in this process a parked thread, bytes
fold of 20 events, µs an event
fold of 200 events, µs an event
fold of 2000 events, µs an event
""".strip().splitlines()
ONLY_LINUX = "memory in this process"


def test_the_bench_prints_every_figure() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    rows = [line.split(" | ") for line in ran.stdout.splitlines() if line.startswith("| ")]
    found = [(row[0].removeprefix("| "), row[1]) for row in rows[1:]]
    linux = Path("/proc/self/statm").exists()
    once = [figure for figure in ONCE if linux or not figure.startswith(ONLY_LINUX)]
    by_fsync = [(figure, fsync) for fsync in ("always", "everysec") for figure in BY_FSYNC]
    assert found == [*by_fsync, *((figure, "") for figure in once)]
