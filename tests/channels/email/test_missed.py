"""Mails that do not arrive: refused at once, or back later. What was refused is told to whoever asked and the other approvers; what comes back is marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from hashlib import sha256
from typing import Any

import pytest

from bot.core.outbox import Approval, Reminder, Say
from bot.core.values import Address
from bot.kit.channel import Undeliverable
from bot.kit.people import People
from bot.kit.person import Person
from channels.email.cards import body
from channels.email.letters import Us
from channels.email.send import Email
from channels.email.threads import Talk
from tests.channels.email.fakes import BOT, NOW, OWNER, Desk, Unsent

ANA, BEN, CAT, GONE = "ana@example.com", "ben@example.org", "cat@example.com", "gone@example.com"
PEOPLE = People({
    "ana": Person(email=ANA), "ben": Person(email=BEN), "cat": Person(email=CAT), "gone": Person(email=GONE),
})  # fmt: skip
US = Us(BOT)
PLACE, KEY = "abcdefghijklmnop", "tabcdefghijk-1-v1"
CARD = Approval(
    key=KEY, request=KEY, tool="ship", arguments={"tag": "v1.2.3"}, because="", text="", approvers=("ben", "cat", "gone"), quorum=1,
    votes=(), self_approval=False, typed=True, until=None, digest="d" * 64, quote="", editors=(), requester="ana",
)  # fmt: skip


class Refusing(Unsent):
    """A post whose server takes no mail for some."""

    def __init__(self, *refused: str) -> None:
        super().__init__()
        self.refused = set(refused)

    async def send(
        self, id: str, octets: bytes, sender: str, recipients: Sequence[str]
    ) -> Sequence[str]:
        if self.refused & set(recipients):
            message = "the mail server says 550 no such person"
            raise Undeliverable(message)
        return await super().send(id, octets, sender, recipients)

    def to(self, address: str) -> list[str]:
        """What went to this address, as it reads."""
        mails = (
            BytesParser(policy=default).parsebytes(raw)
            for raw, to in self.sent.values()
            if address in to
        )
        return [_body(each) for each in mails]


def _body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


async def channel(desk: Desk, post: Refusing, us: Us = US) -> Email:
    """The channel, in a conversation that Ana began."""
    await desk.talks.heard(
        PLACE, Talk("Release", ANA, (), ("<root@example.com>",), "<root@example.com>")
    )
    sends: Any = post
    no_files: Any = None
    returned = desk.taken.bounced if us.owner else None
    return Email(us, sends, PEOPLE, desk.safe, lambda: NOW, no_files, returned)


AT = Address(channel="email", locator=PLACE)


def report(original: bytes, action: str = "failed") -> bytes:
    """What a mail server tells of a mail of ours (RFC 3464)."""
    head = original.partition(b"\r\n\r\n")[0]
    lines = (
        "Return-Path: <>", "From: Mail Delivery System <mailer-daemon@example.com>", f"To: {BOT}", "Subject: Undelivered",
        "Message-ID: <report@example.com>", "MIME-Version: 1.0", 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "",
        "--b", "Content-Type: text/plain", "", "It could not be delivered.", "--b", "Content-Type: message/delivery-status", "",
        "Reporting-MTA: dns; mx.example.com", "", f"Final-Recipient: rfc822; {GONE}", f"Action: {action}", "Status: 5.1.1", "",
        "--b", "Content-Type: text/rfc822-headers", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n" + head + b"\r\n\r\n--b--\r\n"


async def test_who_cannot_be_asked_is_told_to_whoever_asked_and_to_the_other_approvers() -> None:
    post = Refusing(GONE)
    await (await channel(Desk(), post)).send(AT, CARD)
    for each, cards in ((ANA, 0), (BEN, 1), (CAT, 1)):
        read = post.to(each)
        assert len(read) == cards + 1
        assert GONE in read[-1]
        assert "tool: ship" in read[-1]
        assert "tag: v1.2.3" in read[-1]
        # Nothing is decided by a reply to this one, so it does not ask for one.
        assert "approve" not in read[-1]
        assert "This mail decides nothing" in read[-1]


async def test_who_is_refused_has_the_mark_of_what_came_back_and_the_thread_tells_the_others() -> (
    None
):
    desk, post = Desk(), Refusing(GONE)
    mail = await channel(desk, post, Us(BOT, owner=OWNER))
    for _ in range(2):
        await mail.send(AT, CARD)
    [mark] = desk.taken.bounces
    assert (mark.key, mark.person, mark.reason) == (KEY, GONE, "refused with 550")
    assert [GONE in each for each in post.to(OWNER)] == [True]
    assert (len(post.to(ANA)), len(post.to(BEN))) == (0, 1), "their thread tells them"


async def test_sent_again_it_is_told_once() -> None:
    post = Refusing(GONE)
    mail = await channel(Desk(), post)
    await mail.send(AT, CARD)
    await mail.send(AT, CARD)
    assert len(post.to(ANA)) == 1


async def test_where_nobody_can_be_asked_the_card_goes_elsewhere() -> None:
    post = Refusing(BEN, CAT, GONE)
    with pytest.raises(Undeliverable, match="550"):
        await (await channel(Desk(), post)).send(AT, CARD)
    assert post.sent == {}


async def test_a_reminder_reaches_whom_it_can() -> None:
    post = Refusing(GONE)
    reminder = Reminder("T-1~remind1", KEY, "Still waiting.", ("gone", "ben"), apart=True)
    await (await channel(Desk(), post)).send(AT, reminder)
    assert ["Still waiting." in each for each in post.to(BEN)] == [True]


async def test_a_card_that_comes_back_is_one_mark_for_whom_it_went_to_and_the_owner_is_told() -> (
    None
):
    desk, post = Desk(), Refusing()
    await (await channel(desk, post)).send(AT, CARD)
    original = next(raw for raw, to in post.sent.values() if to == (GONE,))
    assert await desk.intake.take(report(original)) == "bounced"
    later = report(original).replace(b"<report@", b"<another@")
    assert [await desk.intake.take(each) for each in (report(original), later)] == ["bounced"] * 2
    [mark] = desk.taken.bounces
    assert (mark.key, mark.person, mark.reason) == (KEY, GONE, "status 5.1.1")
    [(raw, to)] = desk.post.sent.values()
    assert to == (OWNER,)
    assert GONE.encode() in raw
    assert desk.taken.said == []


async def test_an_answer_that_comes_back_from_one_of_several_is_marked_for_that_one() -> None:
    desk, post = Desk(), Refusing()
    mail = await channel(desk, post)
    await desk.talks.heard(PLACE, Talk("Release", ANA, (GONE,), ("<next@example.com>",)))
    await mail.send(AT, Say("tabcdefghijk-2-0", "Done."))
    [(original, to)] = post.sent.values()
    assert to == (ANA, GONE)
    assert await desk.intake.take(report(original)) == "bounced"
    stranger = report(original).replace(GONE.encode(), b"zoe@example.net")
    assert await desk.intake.take(stranger) == "bounced"
    marks = [(each.key, each.person) for each in desk.taken.bounces]
    assert marks == [("tabcdefghijk-2-0", GONE), ("tabcdefghijk-2-0", "")]


async def test_of_an_address_that_takes_nothing_the_owner_is_told_once_in_a_conversation() -> None:
    desk, post = Desk(), Refusing()
    mail = await channel(desk, post)
    await desk.talks.heard(PLACE, Talk("Release", ANA, (GONE,), ("<next@example.com>",)))
    for number in range(3):
        await mail.send(AT, Say(f"tabcdefghijk-{number}-0", "Done."))
    for original, _ in tuple(post.sent.values()):
        assert await desk.intake.take(report(original)) == "bounced"
    assert len(desk.taken.bounces) == 3
    assert [to for _, to in desk.post.sent.values()] == [(OWNER,)]


async def test_what_the_chain_of_a_returned_mail_names_has_arrived() -> None:
    desk, post = Desk(), Refusing()
    mail = await channel(desk, post)
    await mail.send(AT, Say("tabcdefghijk-1-0", "One."))
    await mail.send(AT, Say("tabcdefghijk-2-0", "Two."))
    _, (original, _) = post.sent.values()
    assert original.count(b".bot@") > 1
    assert await desk.intake.take(report(original)) == "bounced"
    assert [each.key for each in desk.taken.bounces] == ["tabcdefghijk-2-0"]


async def test_a_card_that_is_only_late_is_told_to_nobody_and_one_that_is_not_ours_is_held() -> (
    None
):
    desk, post = Desk(), Refusing()
    await (await channel(desk, post)).send(AT, CARD)
    original = next(raw for raw, to in post.sent.values() if to == (GONE,))
    assert await desk.intake.take(report(original, "delayed")) == "held"
    assert await desk.intake.take(report(b"Message-ID: <other@example.com>")) == "held"
    assert desk.post.sent == {}


async def test_what_is_for_a_deputy_goes_to_them_alone() -> None:
    post = Refusing()
    copy = replace(CARD, key=f"{KEY}~@ben")
    await (await channel(Desk(), post)).send(AT, copy)
    assert [to for _, to in post.sent.values()] == [(BEN,)]


async def test_a_domain_may_begin_as_the_mark_of_an_outsider_does() -> None:
    dan = "dan@outsider.example.org"
    asked, post = replace(CARD, approvers=(f"email:{dan}",)), Refusing()
    await (await channel(Desk(), post)).send(AT, asked)
    assert len(post.to(dan)) == 1


async def test_what_names_a_card_that_it_cannot_have_had_marks_nothing() -> None:
    """Who is asked what, and in which conversation, others may know: the ID of the card follows from that, and from a key of ours."""
    desk, post = Desk(), Refusing()
    await (await channel(desk, post)).send(AT, CARD)
    mark = sha256(f"{KEY}\n{GONE}".encode()).hexdigest()[:24]
    made_up = f"Message-ID: <{mark}.{PLACE}.bot@example.test>\r\n".encode()
    assert await desk.intake.take(report(made_up)) == "held"
    assert (desk.post.sent, desk.taken.bounces) == ({}, [])


def test_no_line_of_an_argument_passes_for_another_argument() -> None:
    one = body(replace(CARD, arguments={"note": "ready\nnow", "env": "prod"}))
    other = body(replace(CARD, arguments={"note": "ready\nnow\nenv: prod"}))
    nested = body(replace(CARD, arguments={"note": ["ready\nnow\nenv: prod", "so"]}))
    assert "\nenv: prod\n" in one
    assert "\nenv: prod\n" not in other + nested
    assert "\n| env: prod\n" in other
