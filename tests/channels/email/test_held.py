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


async def test_a_mailbox_that_is_read_anew_brings_back_nothing_that_was_seen_to() -> None:
    desk = Desk()
    for each in (mail("Invoice"), mail("Payroll")):
        assert await desk.intake.take(each) == "held"
    payroll, invoice = sorted(await desk.held.all(), key=lambda each: each.subject, reverse=True)
    await desk.held.drop(invoice.id)
    desk.now += 1_000_000
    for each in (mail("Invoice"), mail("Payroll")):
        assert await desk.intake.take(each) == "held"
    assert await desk.held.all() == [payroll]
