"""Lives: the real engine under deaths, lies, oversleeping and people; the outside's ledger is the judge."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.life import live

LIVES, CHUNK = 300, 50
# What must really have happened in every fifty lives, and how often at least.
LANDED = {
    "starts": 200,
    "duplicates delivered": 300,
    "redeliveries after the key expired": 50,
    "crash before": 50,
    "crash after": 100,
    "crash within an effect": 10,
    "lose after": 100,
    "resend after": 100,
    "stall before": 20,
    "stall after": 50,
    "refuse before": 30,
    "bounce before": 20,
    "delay before": 20,
    "leases overslept": 50,
    "taken over": 300,
    "facts from a lapsed lease": 20,
    "claim refused": 10,
    "unknown": 20,
    "started again by a human": 10,
    "idempotent repetitions": 5,
    "agents changed": 30,
    "asked anew": 5,
    "reminded": 20,
    "expired after an hour": 3,
    "forked": 20,
    "pass said": 5,
    "later said": 5,
    "ignore said": 5,
    "impersonated": 10,
    "grants said": 30,
}


@pytest.mark.parametrize("begin", range(0, LIVES, CHUNK))
def test_no_life_breaks_a_promise_and_the_faults_really_landed(begin: int) -> None:
    seen = Counter[str]()
    for seed in range(begin, begin + CHUNK):
        lived = live(seed)
        assert not lived.found, "\n".join([*lived.story, f"seed {seed}", *lived.found])
        seen += lived.seen
    assert {name: seen[name] for name, least in LANDED.items() if seen[name] < least} == {}


# Each once broke a promise, or was judged to: 21 a reminder of what was put aside, 85 and 219 one told twice, 2181 a write under words, 3066 a stopped thread, 6752 an earlier card recorded later,
# 1660 a thread that a lifted halt held for two minutes, since a worker died between its rest and its second look, 4384 a halt that
# was heard after everything had been lifted, 7108 a claim under a grant that was over, which was made again after an approval,
# 7155 a repetition of what began under one, 1042 a worker that turned without end over a reminder that had nowhere to go,
# 5502 what others were to be told of a card's first showing and of its second, told of the second, 697 a reminder of what was
# decided long ago, which took the place of the call under way, 1202 others were told of a question before it was shown anew,
# 1622 and 2603 whoever is asked, or was, was called by what others were owed of the showing before; in 777 and 778 words were the answer
# to a question, and in 5518 an edit had made the same call before, which the judge did not know, 7614 a read that a worker began
# under a halt which it had slept through.
@pytest.mark.parametrize(
    "seed",
    [
        21,
        85,
        219,
        697,
        1042,
        2181,
        3066,
        6752,
        1660,
        4384,
        7108,
        7155,
        5502,
        1202,
        1622,
        2603,
        777,
        778,
        5518,
        7614,
    ],
)
def test_a_life_that_failed_once_breaks_no_promise_any_more(seed: int) -> None:
    assert live(seed).found == []
