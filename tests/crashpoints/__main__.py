"""`make points`: every single death and every pair of every story, in parallel. JOBS says in how many processes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from functools import cache
from multiprocessing import Pool

from tests.crashpoints.enumeration import Enumeration, Tally, distinct
from tests.crashpoints.fate import Death
from tests.crashpoints.report import lines
from tests.crashpoints.stories import STORIES

PROGRESS_SECONDS = 10.0
MOST_FOUND = 50
Job = tuple[int, Death, bool]


@cache
def enumeration(story: int) -> Enumeration:
    return Enumeration(STORIES[story])


def jobs() -> Iterator[Job]:
    """Every first death; whether its second ones are taken too."""
    for story in range(len(STORIES)):
        firsts = enumeration(story).firsts()
        left = {death for death, _ in distinct(firsts)}
        yield from ((story, death, death in left) for death, _ in firsts)


def work(job: Job) -> Tally:
    story, first, with_pairs = job
    each = enumeration(story)
    each.tally = Tally()
    if not with_pairs:
        each.single(first)
        return each.tally
    for second, _ in each.after(first):
        each.pair(first, second)
    return each.tally


def main() -> int:
    total, todo, began, told = Tally(), list(jobs()), time.monotonic(), 0.0
    for story in range(len(STORIES)):
        total.add(enumeration(story).tally)
    with Pool(int(os.environ.get("JOBS", os.cpu_count() or 1))) as pool:
        for done, tally in enumerate(pool.imap_unordered(work, todo, chunksize=4), 1):
            total.add(tally)
            if time.monotonic() - told > PROGRESS_SECONDS:
                told = time.monotonic()
                say(
                    f"{done} of {len(todo)} first deaths, {sum(total.runs.values())} runs, {len(total.found)} violations, {told - began:.0f} s"
                )
    for line in (*lines(total), *total.found[:MOST_FOUND], f"{len(total.found)} violations"):
        say(line)
    return 1 if total.found or total.missing() else 0


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
