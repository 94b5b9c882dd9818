"""Crash points: wherever the engine waits for the outside a process may die, and nothing is lost or done twice."""

from __future__ import annotations

import pytest

from tests.crashpoints.enumeration import Enumeration, share
from tests.crashpoints.plants import PLANTS
from tests.crashpoints.play import Played, play
from tests.crashpoints.report import summary
from tests.crashpoints.sites import existing, overlooked
from tests.crashpoints.stories import A_WRITE, PARTS, STORIES


def sites(played: Played) -> set[int]:
    return {site for each in played.passes for site in each.sites}


def test_no_await_of_the_engine_escapes_the_numbering() -> None:
    assert not list(overlooked())


def test_the_stories_end_as_they_should_and_pass_every_await() -> None:
    lived = [play(story) for story in STORIES]
    assert not [played.found for played in lived if played.found]
    doubt = next(death for death, of in Enumeration(A_WRITE).firsts() if of.port == "tool")
    passed = set[int]().union(*map(sites, [*lived, play(A_WRITE, (doubt,))]))
    assert not [str(site) for site in existing() if site.number not in passed]


@pytest.mark.parametrize("part", PARTS)
def test_dying_once_or_twice_at_any_await_loses_nothing_and_repeats_nothing(part: str) -> None:
    tally = share(PARTS[part])
    assert not tally.found, "\n".join(tally.found[:20])
    alive = [f"{site} {phase}" for site, phase in tally.missing() if site.number in tally.passed]
    assert not alive, f"{summary(tally)}: nobody dies in {alive}"


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_bug_comes_to_light_through_a_death_alone(plant: str) -> None:
    with PLANTS[plant]():
        assert not play(A_WRITE).found
        assert any(Enumeration(A_WRITE).wrong())
