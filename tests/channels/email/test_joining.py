"""Who is on a conversation: who was asked joins it, who only holds the address of a card does not, and in Bcc one is answered alone."""

from __future__ import annotations

from channels.email import ids
from tests.channels.email import hostile
from tests.channels.email.fakes import ANA, BEN, Desk

PLACE = ids.locator("<root@example.com>")


async def test_who_was_asked_joins_and_who_only_holds_the_address_does_not() -> None:
    desk = Desk()
    token = await desk.card(person=BEN)
    there = hostile.setting(token=token, parent=desk.parent)
    by_ana = hostile.build(there, "What is this?\n", mid="<ana@example.com>")
    before = await desk.talks.get(PLACE)
    assert before
    assert await desk.intake.take(by_ana) == "refused"
    assert await desk.talks.get(PLACE) == before
    assert desk.taken.commands == []
    ((octets, to),) = desk.post.sent.values()
    assert to == (ANA,)
    assert b"put to somebody else" in octets
