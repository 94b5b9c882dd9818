"""Lives: the whole core under deaths, oversleeping, redelivery and people; the outside ledger is the judge."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.life import live

LIVES, CHUNK = 400, 100
FAULTS = (
    "killed",
    "claim refused",
    "unknown",
    "redelivered after its ttl",
    "pin changed",
    "starts",
    "idempotent repetitions",
    "tries ordered again",
)


@pytest.mark.parametrize("begin", range(0, LIVES, CHUNK))
def test_no_life_breaks_a_promise_and_the_faults_really_landed(begin: int) -> None:
    seen = Counter[str]()
    for seed in range(begin, begin + CHUNK):
        seen += live(seed)
    assert {name: seen[name] for name in FAULTS if seen[name] < 5} == {}
