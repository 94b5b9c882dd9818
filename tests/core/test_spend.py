"""Spend: the logs alone are the books."""

from __future__ import annotations

from bot.core.spend import spent
from tests.core.build import Story, begun, read


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
