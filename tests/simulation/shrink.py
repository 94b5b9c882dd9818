"""Shrink: the fewest deeds with which a life still fails. A deed left out shifts no other, so each can be tried alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.simulation.life import Lived, Plant, live
from tests.simulation.plan import DEEDS

Fails = Callable[[Sequence[int]], bool]


def shrunk(lived: Lived, plant: Plant) -> Lived:
    """The same seed's shortest life that still breaks a promise."""

    def alone(kept: Sequence[int]) -> Lived:
        return live(lived.seed, plant, without=set(range(DEEDS)) - set(kept))

    kept = fewest(lived.landed, lambda kept: bool(alone(kept).found))
    shortest = alone(kept)
    return shortest if shortest.found else lived


def fewest(deeds: Sequence[int], fails: Fails) -> list[int]:
    """Delta debugging: leave out halves, then quarters, down to single deeds, for as long as it goes on failing."""
    kept, size = list(deeds), len(deeds)
    while size > 1:
        size, at = (size + 1) // 2, 0
        while at < len(kept):
            fewer = kept[:at] + kept[at + size :]
            if fails(fewer):
                kept = fewer
            else:
                at += size
    return kept
