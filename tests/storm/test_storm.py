"""A small storm in every run of the suite: every promise is kept, and every kind of fault really landed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.engine.server import Fsync
from tests.storm.storm import Plan, storm

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


@pytest.mark.parametrize("fsync", ["always", "everysec"])
async def test_a_storm_breaks_no_promise(fsync: Fsync) -> None:
    plan = replace(SMALL, fsync=fsync)
    report = await storm(plan, print)
    assert report.violations == []
    assert report.missed(plan.certain) == []
