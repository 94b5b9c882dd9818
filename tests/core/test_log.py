"""Log: events that are folded and rendered once each as they are added, and what is known of every earlier head."""

from __future__ import annotations

from bot.core.events import Compacted, Event, MessageReceived, StepDecided, ToolEnded
from bot.core.log import Log, blocks, log_of
from bot.core.reducer import replay
from bot.core.values import Picture
from tests.core.conversation import BEGAN, SLACK


def words(count: int, first: int = 0) -> list[Event]:
    """Messages, each of which gives a block."""
    return [
        MessageReceived(id=f"m{n}", at=BEGAN, address=SLACK, text=f"word {n}", actor="alice")
        for n in range(first, first + count)
    ]


def test_a_log_that_grows_says_at_every_event_what_a_whole_rendering_says() -> None:
    story = [
        *words(3),
        words(1)[0],
        Compacted(id="c", upto=3, summary="three words"),
        *words(2, 3),
        Compacted(id="d", upto=6, summary="more words"),
    ]
    log = Log("T")
    for head, event in enumerate(story, 1):
        log.add(event)
        assert log.blocks() == blocks(story[:head], "T")
        assert log.thread == replay("T", story[:head])
    heads = range(len(story) + 1)
    assert [log.blocks_at(head) for head in heads] == [
        len(blocks(story[:head], "T")) for head in heads
    ]
    assert list(log) == story
    assert log[1:3] == story[1:3]


def test_a_head_beyond_the_log_had_the_blocks_there_are() -> None:
    assert log_of(words(2), "T").blocks_at(9) == 2


def test_the_request_before_had_the_blocks_that_it_saw_unless_a_summary_stands_for_them_now() -> (
    None
):
    asked = StepDecided(id="s", actor="model", seen=2, calls=(), request="digest")
    log = log_of([*words(2), StepDecided(id="p", actor="prefetch", seen=2, calls=())], "T")
    assert log.blocks_before() == 0
    log.add(asked)
    log.add(words(1, 2)[0])
    assert log.blocks_before() == 2
    log.add(Compacted(id="c", upto=1, summary="a word"))
    assert log.blocks_before() == 0


def test_a_log_knows_the_places_of_the_pictures_that_came_out() -> None:
    picture = Picture(ref="r", size=1, type="image/png", width=1, height=1)
    plain = ToolEnded(id="e", call="T-1-0", n=1, outcome="returned")
    log = log_of([plain, plain.model_copy(update={"id": "f", "picture": picture})], "T")
    assert log.pictured == log.snapshot().pictured == [1]
    assert [event.id for event in reversed(log)] == ["f", "e"]


def test_a_snapshot_stays_as_it_was_and_is_taken_as_it_is() -> None:
    log = log_of(words(2), "T")
    then = log.snapshot()
    log.add(words(1, 2)[0])
    assert (len(then), then.thread.head, len(then.blocks())) == (2, 2, 2)
    assert log_of(then, "T") is then
    then.add(Compacted(id="c", upto=1, summary="a word"))
    assert log.blocks() == blocks(words(3), "T")


def test_a_log_foresees_what_facts_to_come_will_make_of_it_and_stays_as_it_is() -> None:
    first, *more = words(3)
    log = log_of([first], "T")
    assert log.ahead(more) == replay("T", [first, *more])
    assert log.ahead(()) is log.thread
    assert list(log) == [first]
