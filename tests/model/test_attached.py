"""Attached: each file that comes with a message is read once, before the model is asked about it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.events import Event, MessageNoted, MessageReceived, StepDecided, ToolEnded
from bot.core.values import Address, Attachment, Proposal
from bot.kit.intents import ATTACHMENT
from bot.model.attached import MOST_AT_ONCE, reads

HERE = Address(channel="slack", locator="T/C/1.2")
THREAD = "t1"


def files(*names: str) -> tuple[Attachment, ...]:
    return tuple(Attachment(id=name, name=f"{name}.txt") for name in names)


def said(id: str, *names: str) -> MessageReceived:
    return MessageReceived(id=id, actor="alice", address=HERE, text="look", files=files(*names))


def noted(id: str, *names: str) -> MessageNoted:
    return MessageNoted(id=id, actor="eve", address=HERE, text="look", files=files(*names))


def prefetched(events: list[Event]) -> StepDecided:
    seen, calls = len(events), reads(THREAD, events)
    return StepDecided(id=f"step{seen}", actor="prefetch", seen=seen, calls=calls)


def ended(step: StepDecided) -> Iterator[ToolEnded]:
    for index in range(len(step.calls)):
        call = f"{THREAD}-{step.seen}-{index}"
        yield ToolEnded(id=f"end:{call}", call=call, n=1, outcome="returned", result="hi")


def chosen(seen: int) -> StepDecided:
    done = Proposal(kind="say", tool="done_for_now", arguments={"message": "hello"})
    return StepDecided(id=f"step{seen}", actor="model", seen=seen, calls=(done,))


def wanted(events: list[Event]) -> list[str]:
    return [str(each.arguments["file"]) for each in reads(THREAD, events)]


def test_a_message_without_files_wants_none() -> None:
    assert reads(THREAD, [said("1")]) == ()


def test_the_files_of_a_message_and_of_what_was_said_before_are_read() -> None:
    events: list[Event] = [noted("0", "a"), said("1", "b", "c")]
    assert wanted(events) == ["a", "b", "c"]
    (first, *_) = reads(THREAD, events)
    assert (first.kind, first.tool) == ("read", ATTACHMENT)
    assert first.arguments == {"channel": "slack", "file": "a", "name": "a.txt"}


def test_what_was_read_is_not_read_again() -> None:
    events: list[Event] = [said("1", "a", "b")]
    step = prefetched(events)
    events += [step, *ended(step)]
    assert wanted(events) == []
    events += [chosen(len(events)), said("2", "c")]
    assert wanted(events) == ["c"]


def test_a_read_that_words_made_void_is_done_anew() -> None:
    events: list[Event] = [said("1", "a")]
    step = prefetched(events)
    events += [step, said("2"), *ended(step)]
    assert wanted(events) == ["a"]


def test_a_file_that_came_while_the_model_chose_is_read_next_whether_its_step_counted_or_not() -> (
    None
):
    assert wanted([said("1"), noted("2", "a"), chosen(1), said("3")]) == ["a"]
    assert wanted([said("1"), said("2", "a"), chosen(1)]) == ["a"]


def test_what_the_model_went_on_without_is_left_alone() -> None:
    assert wanted([said("1", "a"), chosen(1), said("2")]) == []


def test_the_newest_few_are_read_and_never_more() -> None:
    names = [f"f{number}" for number in range(MOST_AT_ONCE + 3)]
    events: list[Event] = [said("1", *names)]
    assert wanted(events) == names[3:]
    step = prefetched(events)
    events += [step, *ended(step)]
    assert wanted(events) == []
