"""Many lives, on all cores: `python -m tests.simulation --seeds 10000`; one with its story: `--seed 42`."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext

from rich.console import Console
from rich.progress import track

from tests.simulation.bugs import PLANTED
from tests.simulation.life import Lived, Plant, live
from tests.simulation.shrink import shrunk

CHUNK = 5
LINE_EVERY = 100
console = Console(soft_wrap=True, highlight=False)
PLANTS: dict[str, Plant] = {"": lambda _: nullcontext(), **PLANTED}


def main() -> int:
    said = _said()
    plant = PLANTS[said.bug]
    if said.seed is not None:
        lived = live(said.seed, plant)
        _tell(lived)
        return int(bool(lived.found))
    seen, seeds = Counter[str](), range(said.first, said.first + said.seeds)
    for lived in _lives(seeds, said.bug, said.jobs):
        seen += lived.seen
        if lived.found:
            console.print(f"\nseed {lived.seed}: {lived.found[0]}\nshrinking …")
            _tell(shrunk(lived, plant))
            return 1
    console.print(f"{said.seeds} lives, no promise broken")
    console.print("\n".join(f"{count:9,} {name}" for name, count in sorted(seen.items())))
    return 0


def _said() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="live this one life and tell its story")
    parser.add_argument("--seeds", type=int, default=10_000, help="how many lives (%(default)s)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (%(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes (%(default)s)")
    parser.add_argument("--bug", choices=PLANTS, default="", help="plant this bug in each life")
    return parser.parse_args()


def _lives(seeds: Iterable[int], bug: str, jobs: int) -> Iterator[Lived]:
    """All lives in the order of their seeds; who stops listening stops them."""
    seeds = list(seeds)
    with ProcessPoolExecutor(jobs) as pool:
        lives = pool.map(_life, seeds, [bug] * len(seeds), chunksize=CHUNK)
        try:
            yield from (
                track(lives, "lives", total=len(seeds)) if console.is_terminal else _counted(lives)
            )
        finally:
            pool.shutdown(cancel_futures=True)


def _counted(lives: Iterable[Lived]) -> Iterator[Lived]:
    """Progress where there is no terminal to draw it on."""
    for number, lived in enumerate(lives, start=1):
        yield lived
        if number % LINE_EVERY == 0:
            console.print(f"{number} lives")


def _life(seed: int, bug: str) -> Lived:
    lived = live(seed, PLANTS[bug])
    return lived if lived.found else Lived(seed, seen=lived.seen)


def _tell(lived: Lived) -> None:
    console.print("\n".join(lived.story), markup=False)
    verdict = "\n".join(lived.found) or "no promise broken"
    console.print(f"\nseed {lived.seed}: {verdict}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
