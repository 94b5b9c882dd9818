"""A card that comes back: marked once, told by its thread to whoever else can decide, whoever is killed in between."""

from __future__ import annotations

import asyncio
import json
from email.message import EmailMessage

import pytest

from tests.mail_server import dovecot
from tests.mail_server.smtp import received
from tests.scenarios.mail_office import BOT, MailOffice, body, raw
from tests.scenarios.test_mail import post

__all__ = ["post"]
pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")


def report(card: EmailMessage, number: int) -> bytes:
    """What a mail server tells of a card that it gave up (RFC 3464)."""
    head = raw(card).partition(b"\r\n\r\n")[0]
    lines = (
        "From: Mail Delivery System <mailer-daemon@example.com>", f"To: {BOT}", "Subject: Undelivered", f"Message-ID: <r{number}@example.com>",
        "MIME-Version: 1.0", 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "",
        "--b", "Content-Type: text/plain", "", "It could not be delivered.", "--b", "Content-Type: message/delivery-status", "",
        "Reporting-MTA: dns; mx.example.com", "", f"Final-Recipient: rfc822; {card['To']}", "Action: failed", "Status: 5.1.1", "",
        "--b", "Content-Type: message/rfc822-headers", "",
    )  # fmt: skip
    mail = "\r\n".join(lines).encode() + b"\r\n" + head + b"\r\n\r\n--b--\r\n"
    return received(mail, "", passes=False)


async def test_a_card_that_came_back_is_marked_once_and_another_approver_decides(
    post: MailOffice,
) -> None:
    post.environ["BOT_OWNER"] = "email:olga@example.com"
    async with post.process("email"), post.process("worker"):
        await post.write("alice", "Please ship it.\n")
        await post.reply("alice", await post.inbox("alice", 1), "v1.2.3")
        card = await post.card("bob")
        await post.card("carol")
    for number in (1, 2):
        await asyncio.to_thread(post.dovecot.deliver, "bot", report(card, number))
    async with post.process("email"):
        assert "bob@example.com" in body(await post.inbox("olga", 1))
    # Whoever took the reports is dead before anybody told it on.
    async with post.process("email"), post.process("worker"):
        for person in ("alice", "carol"):
            said = body(await post.told(person, "came back"))
            assert "bob" in said
            assert "tag: v1.2.3" in said
        [pending] = json.loads(await post.run("pending", "--json"))
        name = pending["thread"]
        assert pending["unreached"] == ["bob"]
        for words in (("pending",), ("show", name), ("why", name), ("audit", name)):
            assert "came back" in await post.run(*words), words
        await post.reply("carol", await post.card("carol"), "approve")
        await post.told("alice", "Shipped.")
    log = json.loads(await post.run("show", name, "--events", "--json"))
    marks = [row for row in log if row["type"] == "Bounced"]
    assert [(row["person"], row["reason"]) for row in marks] == [("bob", "status 5.1.1")]
    rows = json.loads(await post.run("audit", name, "--json"))
    assert [row["person"] for row in rows if row["kind"] == "returned"] == ["bob"]
    said = [sum("came back" in body(each) for each in post.mails(who)) for who in ("alice", "bob", "carol", "olga")]  # fmt: skip
    assert said == [1, 0, 1, 1]
    assert sum("tool: ship" in body(each) for each in post.mails("bob")) == 1


async def test_a_card_refused_at_the_door_has_the_same_mark(post: MailOffice) -> None:
    people = post.folder / "people.yaml"
    people.write_text(people.read_text().replace("bob@", "nobody@"))
    post.environ["BOT_OWNER"] = "email:olga@example.com"
    async with post.process("email"), post.process("worker"):
        await post.write("alice", "Please ship it.\n")
        await post.reply("alice", await post.inbox("alice", 1), "v1.2.3")
        card = await post.card("carol")
        for person in ("alice", "carol"):
            said = body(await post.told(person, "tool: ship", after=card))
            assert "bob about this came back" in said
        assert "nobody@example.com has not been asked" in body(
            await post.told("olga", "tool: ship")
        )
        [pending] = json.loads(await post.run("pending", "--json"))
        assert pending["unreached"] == ["bob"]
        for words, said in (("show", "refused with 550"), ("why", "came back"), ("audit", "refused with 550")):  # fmt: skip
            assert said in await post.run(words, pending["thread"]), words
        await post.reply("carol", card, "approve")
        await post.told("alice", "Shipped.")
    # The card, and once that bob has none.
    ships = [sum("tool: ship" in body(each) for each in post.mails(who)) for who in ("alice", "carol", "olga")]  # fmt: skip
    assert ships == [1, 2, 1]


async def test_a_card_that_came_back_to_the_only_one_goes_to_its_next_address_and_both_count(
    post: MailOffice,
) -> None:
    people = post.folder / "people.yaml"
    people.write_text(people.read_text() + "places:\n  desk: email:bob@example.com\n")
    agent = post.folder / "agents" / "shipper" / "agent.md"
    only = "approvers: [bob]\npolicy: {ship: {address: desk}, '*': {quorum: 1}}"
    agent.write_text(agent.read_text().replace("approvers: [bob, carol]", only))
    async with post.process("email"), post.process("worker"):
        await post.write("alice", "Please ship it.\n")
        await post.reply("alice", await post.inbox("alice", 1), "v1.2.3")
        card = await post.card("bob")
        await asyncio.to_thread(post.dovecot.deliver, "bot", report(card, 1))
        next_one = await post.told("bob", "tool: ship", after=card)
        assert str(next_one["Subject"]) == "Re: Release"
        await post.reply("bob", card, "approve")
        await post.told("alice", "Shipped.")
    assert post.ledger() == ["v1.2.3"]
