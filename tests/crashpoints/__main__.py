"""`make points`: every single death and every pair of every story, in parallel. JOBS says in how many processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable
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


def jobs() -> list[Job]:
    """Every single death, and then the pairs: all stories side by side, so that whoever stops early has seen some of each."""
    singles, pairs = list[Job](), list[Job]()
    for story in range(len(STORIES)):
        firsts = enumeration(story).firsts()
        singles += [(story, death, False) for death, _ in firsts]
        pairs += [(story, death, True) for death, _ in distinct(firsts)]
    return [*singles, *sorted(pairs, key=lambda job: (job[1], job[0]))]


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
    say(f"{len(STORIES)} stories are lived once, to number their awaits")
    total, todo = Tally(), jobs()
    for story in range(len(STORIES)):
        total.add(enumeration(story).tally)
    with Pool(int(os.environ.get("JOBS", os.cpu_count() or 1)), _leave_interrupts) as pool:
        try:
            _add_all(total, pool.imap_unordered(work, todo, chunksize=2), len(todo))
        except KeyboardInterrupt:
            say("stopped early; this is what was tried")
    for line in (*lines(total), *total.found[:MOST_FOUND], f"{len(total.found)} violations"):
        say(line)
    return 1 if total.found or total.missing() else 0


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _add_all(total: Tally, tallies: Iterable[Tally], jobs: int) -> None:
    began = told = time.monotonic()
    for done, tally in enumerate(tallies, 1):
        total.add(tally)
        if time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            runs, found = sum(total.runs.values()), len(total.found)
            say(f"{done} of {jobs} jobs, {runs} runs, {found} violations, {told - began:.0f} s")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
