"""Spend: the logs alone are the books."""

from __future__ import annotations

from bot.core.log import blocks
from bot.core.measures import HOUR_MS
from bot.core.spend import spent, used
from tests.core.build import Story, begun, gated, read, working, write


def test_every_answer_counts_once_be_it_void_or_failed() -> None:
    story = begun()
    story.step(read(), micro_usd=5, tokens=7, model="m")
    story.step(read(), seen=1, micro_usd=2, model="m")
    story.undecided(model="m", usage={"micro_usd": 3})
    story.tell(story.log[1])
    found = list(spent(story.log))
    assert [each.usage.micro_usd for each in found] == [5, 2, 3]
    assert {(each.person, each.model) for each in found} == {("alice", "m")}
    assert [each.at for each in found] == sorted(each.at for each in found)


def test_what_configuration_wrote_is_no_answer() -> None:
    story = begun()
    story.step(read(), by="prefetch")
    assert list(spent(story.log)) == []


def test_a_copy_does_not_pay_for_its_parent() -> None:
    story = begun()
    story.step(read(), micro_usd=5, model="m")
    story.forked()
    story.message("go on")
    story.step(read(), micro_usd=1, model="m")
    assert [each.usage.micro_usd for each in spent(story.log)] == [1]


def test_a_price_that_is_not_known_is_said_only_of_what_used_something() -> None:
    story = Story()
    story.ticked()
    story.undecided(model="m", usage={"input": 3})
    story.undecided(model="rehearsal", usage={})
    assert [each.is_unpriced for each in spent(story.log)] == [True, False]


def test_a_day_counts_what_was_chosen_be_it_void_but_not_what_a_limit_closed_at_once() -> None:
    story = begun()
    over = read().model_copy(update={"beyond": "the limit is reached"})
    (_, _, closed) = story.step(read(), gated(), over, model="m")
    assert story.outcome(closed) == "voided"
    assert "Not done: the limit is reached." in "".join(blocks(story.log, "T"))
    story.step(read(), seen=1, model="m")
    story.undecided(model="m")
    now = used(story.log, story.now)
    assert (now["steps"], now["calls"], now["cards"]) == (2, 3, 1)
    later = used(story.log, story.now + HOUR_MS)
    assert (later["steps"], later["cards"]) == (2, 0)


def test_work_is_the_model_s_time_and_that_of_tools_reads_side_by_side_once() -> None:
    story = begun()
    first, second = story.step(read(), read(), model="m")
    story.log[-1] = story.log[-1].model_copy(update={"took": 500})
    story.wait(4)
    story.ended(first)
    story.wait(1)
    story.ended(second)
    assert used(story.log, story.now)["wall_ms"] == 500 + 7_000


def test_waiting_for_a_human_or_a_worker_is_no_work() -> None:
    story, (call,) = working(write(time_limit_seconds=5))
    story.wait(600)
    story.started(call)
    story.wait(600)
    story.unknown(call)
    assert used(story.log, story.now)["wall_ms"] == 5_000
    story.wait(60)
    story.ended(call)
    assert used(story.log, story.now)["wall_ms"] == 5_000
