"""Hostile mails: none commands, none approves, none costs more than it may, none keeps the next one from being read."""

from __future__ import annotations

import resource
import time

import pytest

from tests.channels.email import hostile
from tests.channels.email.fakes import ANA, BOT, Desk
from tests.channels.email.hostile import Hostile

OTHER = "tabcdefghijk-2-v1"
SECONDS = 25.0
# Reading the next mail takes a child of its own: after the first mail of each kind it is tried.
KINDS = {item.name.partition("-")[0]: item.name for item in reversed(hostile.ALL)}


async def delivered(item: Hostile) -> tuple[Desk, bytes]:
    """A desk where this mail was taken, and the mail."""
    desk = Desk()
    other = await desk.card(OTHER)
    other_parent = desk.parent
    token = await desk.card()
    raw = item.build(token=token, parent=desk.parent, other_token=other, other_parent=other_parent)
    await desk.intake.take(raw)
    return desk, raw


@pytest.mark.parametrize("item", hostile.ALL, ids=[item.name for item in hostile.ALL])
async def test_a_hostile_mail_gets_nothing(item: Hostile) -> None:
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    desk, raw = await delivered(item)
    after, took = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - begun
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    approving = [
        word for word in desk.taken.verdicts if word in ("approve", "edit", "typed", "answer")
    ]
    if "once" in item.must:
        await desk.intake.take(raw)
        assert len(desk.taken.presses) <= 1
    else:
        assert approving == []
    if "no-verdict" in item.must:
        assert desk.taken.verdicts == []
    if "no-command" in item.must:
        assert desk.taken.commands == []
    recipients = {each for _, to in desk.post.sent.values() for each in to}
    assert recipients <= (
        {ANA, "ben@example.org"} if item.passes and "no-answer" not in item.must else set()
    )
    if "kept" in item.must:
        assert (
            desk.taken.said
            or desk.taken.presses
            or desk.taken.buried
            or await desk.held.all()
            or desk.post.sent
        )
    assert used < 2.0, f"{used:.1f} s of CPU with starting the child"
    assert took < SECONDS
    if item.name in KINDS.values():
        assert await desk.intake.take(hostile.plain_mail()) == "asked"
        assert desk.taken.commands[-1].text.endswith("Please run the weekly report.")


async def test_the_same_token_approves_where_the_mail_is_honest() -> None:
    """What keeps hostile mails out must let the others in."""
    desk = Desk()
    token = await desk.card()
    raw = hostile.build(hostile.setting(token=token, parent=desk.parent), "approve\n")
    assert await desk.intake.take(raw) == "approve"
    assert [each.word for each in desk.taken.presses] == ["approve"]
    again = hostile.build(
        hostile.setting(token=token, parent=desk.parent), "approve\n", mid="<again@example.com>"
    )
    assert await desk.intake.take(again) == "refused"
    assert len(desk.taken.presses) == 1
    assert await desk.intake.take(raw) == "approve"
    assert len(desk.taken.presses) == 1


async def test_what_one_mail_of_two_with_one_id_says_is_not_lost() -> None:
    desk = Desk()
    first = hostile.build(hostile.setting(), "One.\n", to=BOT, irt=None)
    second = hostile.build(hostile.setting(), "Two.\n", to=BOT, irt=None)
    assert [await desk.intake.take(each) for each in (first, second, first)] == [
        "asked",
        "asked",
        "ignored",
    ]
