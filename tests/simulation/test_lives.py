"""Lives: the real engine under deaths, lies, oversleeping and people; the outside's ledger is the judge."""

from __future__ import annotations

import pytest

from tests.simulation.life import live

SEEDS = 20


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_life_breaks_no_promise(seed: int) -> None:
    lived = live(seed)
    assert not lived.found, "\n".join(lived.story)
