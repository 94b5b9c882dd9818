"""Fates: since when a card is as it is, and what is told to those whose words came too late for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.events import MessageNoted
from bot.engine.fates import changed, fate, told
from bot.kit.channel import Changed
from tests.core.build import HERE, Story, asking, card, gated


def minute(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def late(story: Story) -> str:
    """What the author of the last words is told."""
    refusal = story.thread.refusals[-1]
    return told(refusal.reason, refusal.request, story.log, refusal.verdict)


@pytest.mark.parametrize("typed", [False, True])
def test_whoever_comes_too_late_is_told_when_it_was_approved(*, typed: bool) -> None:
    story, request = asking(card(quorum=2, deadline_seconds=None))
    story.approve(request, "bob")
    story.wait(3_600)
    story.approve(request, "carol")
    approved = minute(story.now)
    story.wait(3_600)
    story.ran(request.removesuffix("-v1"))
    if typed:
        story.message(f"approve {request}", by="bob")
    else:
        story.approve(request, "bob")
    assert late(story) == f"This was already approved by bob, carol, {approved}."


def test_whoever_comes_too_late_is_told_when_it_was_denied() -> None:
    story, request = asking()
    story.deny(request, "bob", "no")
    denied = minute(story.now)
    story.wait(3_600)
    story.approve(request, "carol")
    assert late(story) == f"This was already denied by bob, {denied}."


def test_what_is_refused_for_another_reason_has_no_time() -> None:
    story, request = asking()
    story.approve(request, "mallory")
    reason = late(story)
    assert reason == story.refusal()
    story.approve(request, "bob")
    story.message(f"approve {request[:-1]}9", by="mallory")
    assert "already approved" in late(story)
    call = request.removesuffix("-v1")
    story.started(call)
    story.unknown(call)
    story.approve(story.call(call).request, "carol")
    assert late(story) == "This is a question; it takes an answer, not approve."
    story.answer("T-9-9-v1", "yes", "bob")
    assert late(story) == "There is no such request in this thread."


def remark(story: Story, id: str, by: str = "alice") -> None:
    story.tell(MessageNoted(id=id, at=story.now, actor=by, address=HERE, text="edited to: x"))


def test_what_became_of_messages_that_asked_is_told_while_the_card_waits() -> None:
    story, request = asking()
    call = story.call(request)
    story.noted("well")
    for id in ("e0/edited/1", "e0/edited/2", "e0/feedback/3", "e9/edited/4", "e0/edited"):
        remark(story, id)
    remark(story, f"{story.log[-6].id}/edited/1", "eve")
    remark(story, "e0/deleted", "bob")
    expected = (Changed("alice", False), Changed("bob", True))
    assert changed(call, story.log) == fate(story.thread, request, story.log).changed == expected
    story.deny(request, "bob")
    assert fate(story.thread, request, story.log).changed == ()


def test_what_was_edited_before_the_call_was_chosen_is_not_told() -> None:
    story = Story()
    story.message()
    remark(story, "e0/edited/1")
    (call,) = story.step(gated())
    story.previewed(call)
    assert changed(story.call(call), story.log) == ()
