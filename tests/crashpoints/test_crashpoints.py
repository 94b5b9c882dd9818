"""Crash points: every await of the engine that leads to the outside is one where a process may die, and nothing is lost."""

from __future__ import annotations

import pytest

from tests.crashpoints.enumeration import EXCUSED, Enumeration, share
from tests.crashpoints.plants import PLANTS
from tests.crashpoints.play import play
from tests.crashpoints.report import summary
from tests.crashpoints.sites import existing
from tests.crashpoints.stories import A_WRITE, STORIES


def test_a_story_without_a_death_ends_as_it_should() -> None:
    for story in STORIES:
        assert not play(story).found, story.name


def test_dying_anywhere_once_or_twice_loses_nothing_and_repeats_nothing() -> None:
    tally = share(STORIES)
    assert not tally.found, "\n".join(tally.found[:20])
    assert not tally.missing(), f"{summary(tally)}: {tally.missing()}"


def test_every_excuse_names_an_await_that_is_there() -> None:
    assert EXCUSED.keys() <= {(site.file, site.function) for site in existing()}


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_bug_comes_to_light_through_a_death_alone(plant: str) -> None:
    with PLANTS[plant]():
        assert not play(A_WRITE).found
        assert any(Enumeration(A_WRITE).wrong())
