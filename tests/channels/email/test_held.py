"""Held mail: what is shown is what is let in."""

from __future__ import annotations

from tests.channels.email import hostile
from tests.channels.email.fakes import BOT, Desk

THERE = hostile.setting()


def mail(subject: str) -> bytes:
    body = "Please look at it.\n"
    return hostile.build(THERE, body, to=BOT, irt=None, auth="none", subject=subject)


async def test_a_twin_of_the_same_id_and_body_does_not_take_the_place_of_a_held_mail() -> None:
    desk = Desk()
    first, twin = mail("Invoice"), mail("Payroll")
    for each in (first, twin, first):
        assert await desk.intake.take(each) == "held"
    assert {each.octets for each in await desk.held.all()} == {first, twin}
