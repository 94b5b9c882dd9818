"""Every generated history, told to the oracle and to the core: `python -m tests.decisions`, or `make decisions`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterable
from time import monotonic

from tests.decisions.choices import CHOICES
from tests.decisions.compare import compare
from tests.oracle.cases import Case
from tests.oracle.generate import COUNTS, exhaustive, lives, sampled

MOST_TOLD = 20


def main() -> int:
    """Compares them all; a number of the process for whoever asks."""
    wanted = argparse.ArgumentParser(prog="decisions", description=__doc__)
    wanted.add_argument("--step", type=int, default=1, help="take every so manieth case")
    wanted.add_argument("--sampled", type=int, default=0, help="so many of all combinations too")
    wanted.add_argument("--lives", type=int, default=0, help="so many long lives too")
    wanted.add_argument("--seed", type=int, default=1)
    asked = wanted.parse_args()
    cases = [
        exhaustive(asked.step),
        sampled(asked.seed, asked.sampled),
        lives(asked.seed, asked.lives),
    ]
    total = sum(COUNTS.values()) // asked.step + asked.sampled + asked.lives
    return asyncio.run(_run((case for each in cases for case in each), total))


async def _run(cases: Iterable[Case], total: int) -> int:
    chosen, different, begun, count = Counter[str](), 0, monotonic(), 0
    for count, case in enumerate(cases, start=1):
        parted, found = await compare(case)
        chosen.update({each.name for each in parted})
        if found:
            different += 1
            if different <= MOST_TOLD:
                _say(str(found))
        if count % 1000 == 0:
            _say(f"{count} of about {total}, {different} different, {monotonic() - begun:.0f} s")
    for name, times in chosen.most_common():
        _say(f"{times:7} part where {name}")
    expected = (each.name for each in CHOICES if not each.by_chance)
    needless = [name for name in expected if not chosen[name]] if count >= total else []
    for name in needless:
        _say(f"nothing needs the choice: {name}")
    _say(f"{count} histories, {different} different without a reason")
    return 1 if different or needless else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
