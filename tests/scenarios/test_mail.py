"""By mail, end to end: a mail, a question, its answer, an approval by reply, done; against real servers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from tests.mail_server import dovecot
from tests.scenarios.mail_office import BOT, MailOffice, body, opened, until

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")


@pytest.fixture
async def post(
    redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncGenerator[MailOffice]:
    async with opened(redis_server, tmp_path, free_port) as office:
        yield office


@pytest.mark.parametrize("by", ["address", "tag"])
async def test_mail_question_reply_approval_by_reply_done(post: MailOffice, by: str) -> None:
    post.environ["BOT_EMAIL_ANSWERS_BY"] = by
    post.smtp.deliveries.knows_pluses = by == "address"
    async with post.process("email"), post.process("worker"):
        first = await post.write("alice", "Please ship it.\n", "Release of today")
        question = await post.inbox("alice", 1)
        assert str(question["Subject"]) == "Re: Release of today"
        assert question["In-Reply-To"] == first["Message-ID"]
        assert "Which tag?" in body(question)
        answer = await post.reply("alice", question, "v1.2.3")
        card = await post.card("bob")
        assert "tag: v1.2.3" in body(card)
        assert "tool: ship" in body(card)
        assert (card["Reply-To"] is None) == (by == "tag")
        assert post.ledger() == []
        await post.reply("bob", card, "Hi,\n\napprove")
        done = await post.told("alice", "Shipped.")
    assert str(done["Subject"]) == "Re: Release of today"
    assert done["In-Reply-To"] == answer["Message-ID"]
    chain = [first["Message-ID"], question["Message-ID"], answer["Message-ID"]]
    assert str(done["References"]).split() == chain
    assert post.ledger() == ["v1.2.3"]


async def test_a_token_counts_for_its_person_and_once(post: MailOffice) -> None:
    async with post.process("email"), post.process("worker"):
        await post.write("alice", "Please ship it.\n")
        await post.reply("alice", await post.inbox("alice", 1), "v1.2.3")
        bob, carol = await post.card("bob"), await post.card("carol")
        await post.reply("carol", bob, "approve")
        await post.told("carol", "put to somebody else")
        assert post.ledger() == []
        await post.reply("bob", bob, "LGTM, ship it")
        await post.told("bob", "I read your mail as a message")
        assert post.ledger() == []
        assert carol["Reply-To"] != bob["Reply-To"]


async def test_who_is_not_vouched_for_is_held_and_not_answered(post: MailOffice) -> None:
    async with post.process("email"), post.process("worker"):
        await post.write("eve", "Please ship it.\n")
        await post.write("alice", "Please ship it.\n")
        await post.inbox("alice", 1)
        assert "mail held back" in post.log("email")
        assert post.mails("eve") == []


async def test_the_story_goes_on_whichever_pause_both_are_killed_at(post: MailOffice) -> None:
    async with post.process("email"), post.process("worker"):
        await post.write("alice", "Please ship it.\n")
        question = await post.inbox("alice", 1)
    await post.reply("alice", question, "v1.2.3")
    async with post.process("email"), post.process("worker"):
        card = await post.card("bob")
    await post.reply("bob", card, "approve")
    async with post.process("email"), post.process("worker"):
        await until(lambda: post.ledger() == ["v1.2.3"], post.log("worker"))
        await post.told("alice", "Shipped.")
    assert [body(each).count("Shipped.") for each in post.mails("alice")] == [0, 1]


async def test_a_plain_reply_answers_the_one_open_question_and_decides_no_approval(
    post: MailOffice,
) -> None:
    async with post.process("email"), post.process("worker"):
        await post.write("alice", "Please ship it.\n")
        question = await post.inbox("alice", 1)
        await post.write("alice", "v1.2.3", "Re: Release", BOT, question)
        card = await post.card("bob")
        assert "tag: v1.2.3" in body(card)
        await post.write("bob", "approve", "Re: Release", BOT, card)
        await post.told("bob", "Nothing is decided by that")
        assert post.ledger() == []
