"""A deploy takes its time: workers of two versions share a store, and are killed meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.storm.newer import ROOT, newer

SIZES = (
    *("THREADS=20", "WORKERS=4", "KILLS=8", "STOPS=1", "ROLLS=2", "OUTAGES=1"),
    *("AT_ONCE=10", "SECONDS=10", "LEASE_SECONDS=2"),
)


def test_old_and_new_code_work_side_by_side_on_one_store(tmp_path: Path) -> None:
    """The judge is of the newer code, which alone can read everything."""
    tree = newer(tmp_path)
    path = os.pathsep.join((str(tree), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-m", "tests.storm", f"NEWER={tree}", *SIZES],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    late = 3  # on a busy machine, and that breaks no promise
    assert done.returncode in (0, late), done.stdout + done.stderr
    shares = ("started by older code", "started by newer code", "left to newer", "of a new kind")
    found = {share: line for line in done.stdout.splitlines() for share in shares if share in line}
    assert all(int(found[share].split()[-1]) > 0 for share in shares), done.stdout
