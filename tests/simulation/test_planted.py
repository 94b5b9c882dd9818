"""Planted bugs: each is found within the seeds of the run, so the judge can be believed when it finds nothing."""

from __future__ import annotations

import pytest

from tests.simulation.bugs import PLANTED
from tests.simulation.life import Plant, live
from tests.simulation.shrink import fewest
from tests.simulation.test_lives import LIVES


def first_found(plant: Plant) -> int | None:
    return next((seed for seed in range(LIVES) if live(seed, plant).found), None)


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str) -> None:
    seed = first_found(PLANTED[bug])
    assert seed is not None
    print(f"{bug} is found by seed {seed}")  # noqa: T201 - `pytest -rP` shows it


def test_what_does_not_matter_is_shrunk_away() -> None:
    assert fewest(range(40), lambda kept: {3, 17, 39} <= set(kept)) == [3, 17, 39]
