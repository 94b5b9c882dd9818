"""Clocks are processes that die at any moment, with clocks of their own that are wrong; `make ticks` is the long run."""

from __future__ import annotations

from tests.channels.cron.crew import storm


async def test_killed_clocks_leave_no_slot_out_and_begin_none_twice(redis_server: str) -> None:
    found = await storm(redis_server, clocks=3, wanted=60)
    assert found["kills"] > 0
    assert found["slots"] >= 60
    wrong = {name: found[name] for name in ("missing", "twice", "not begun", "begun for nothing")}
    assert not any(wrong.values()), found
