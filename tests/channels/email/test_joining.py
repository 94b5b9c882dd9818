"""Who is on a conversation: who was asked joins it, who only holds the address of a card does not, and in Bcc one is answered alone."""

from __future__ import annotations

from typing import Any

from bot.core.outbox import Say
from bot.core.values import Address
from bot.kit.people import People
from channels.email import ids
from channels.email.send import Email, Us
from tests.channels.email import hostile
from tests.channels.email.fakes import ANA, BEN, BOT, NOW, Desk

DAN = "dan@example.net"
PLACE = ids.locator("<root@example.com>")
AT = Address(channel="email", locator=PLACE)


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


async def test_who_writes_with_us_in_bcc_is_answered_alone_and_is_shown_to_nobody() -> None:
    desk = Desk()

    async def answered(number: int, sender: str, to: str) -> tuple[str, ...]:
        """Whom the answer to this mail goes to."""
        there = hostile.setting(sender=sender)
        id = f"<{number}@example.com>"
        raw = hostile.build(there, "Hm.\n", frm=sender, to=to, mid=id, irt="<root@example.com>")
        assert await desk.intake.take(raw) == "asked"
        post: Any = desk.post
        no_files: Any = None
        mail = Email(Us(BOT), post, People(), desk.safe, lambda: NOW, no_files)
        id = await mail.send(AT, Say(f"{number}", "Done."))
        return desk.post.sent[id][1]

    assert await answered(1, ANA, f"{BOT}, {DAN}") == (ANA, DAN)
    assert await answered(2, BEN, f"{ANA}, {DAN}") == (BEN,)
    assert await answered(3, ANA, BOT) == (ANA, DAN)
    assert await answered(4, BEN, f"{ANA}, {BOT}") == (BEN, DAN, ANA)
