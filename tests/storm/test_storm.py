"""A small storm in every run of the suite: every promise is kept, and the faults really landed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.engine.server import Fsync
from tests.storm.storm import Plan, Report, storm

SMALL = Plan(
    threads=30,
    workers=3,
    kills=12,
    stops=3,
    rolls=3,
    outages=1,
    at_once=15,
    seconds=12,
    share_lost=0.02,
    lease_seconds=2,
)
FLOORS = {
    "jobs": 30,
    "workers killed": 12,
    "killed while a tool ran": 3,
    "workers stopped": 3,
    "stops that lost a lease": 1,
    "workers told to end": 3,
    "Redis killed": 1,
    "logs cut": 1,
    "replies lost": 2,
    "outcomes unknown": 1,
}


def below_floor(report: Report) -> dict[str, float]:
    """The figures that are too low for the storm to have shown anything."""
    return {name: report.figures[name] for name in FLOORS if report.figures[name] < FLOORS[name]}


@pytest.mark.parametrize("fsync", ["always"])
async def test_a_storm_breaks_no_promise(fsync: Fsync) -> None:
    report = await storm(replace(SMALL, fsync=fsync), print)
    assert report.violations == []
    assert below_floor(report) == {}
