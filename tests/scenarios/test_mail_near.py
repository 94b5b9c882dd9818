"""A near miss by mail costs one mail, which is replied to with `approve`; the model is not asked, and what may be a refusal holds the card back."""

from __future__ import annotations

import json

import pytest

from tests.mail_server import dovecot
from tests.scenarios.mail_office import MailOffice, body, until
from tests.scenarios.test_mail import post

__all__ = ["post"]
pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
HINT = "I read your mail as a message"
NOTED = '"became": "noted"'


@pytest.mark.parametrize("by", ["address", "tag"])
async def test_a_near_miss_costs_one_mail_whichever_part_is_dead_and_that_mail_is_approved(
    post: MailOffice, by: str
) -> None:
    post.environ["BOT_EMAIL_ANSWERS_BY"] = by
    post.smtp.deliveries.knows_pluses = by == "address"
    async with post.process("email"), post.process("worker"):
        await post.write("alice", "Please ship it.\n")
        await post.reply("alice", await post.inbox("alice", 1), "v1.2.3")
        cards = {each: await post.card(each) for each in ("bob", "carol")}
    await post.reply("bob", cards["bob"], "ok approve it")
    async with post.process("email"):
        near = await post.told("bob", HINT)
        assert "tag: v1.2.3" in body(near)
        await post.reply("carol", cards["carol"], "Nope!")
        await until(lambda: post.log("email").count(NOTED) == 2, "two that are noted")
    async with post.process("email"), post.process("worker"):
        again = await post.told("carol", HINT)
        assert "carol: Nope!" in body(again)
        # What bob was shown is no longer what counts: carol has spoken since.
        await post.reply("bob", near, "approve")
        newer = await post.told("bob", "carol: Nope!")
        assert post.ledger() == []
        await post.reply("carol", again, "Sieht gut aus, danke.")
        await post.inbox("carol", 4)
        await post.reply("bob", newer, "approve")
        await post.told("alice", "Shipped.")
    assert post.ledger() == ["v1.2.3"]
    [thread] = json.loads(await post.run("status", "--json"))
    log = json.loads(await post.run("show", thread["thread"], "--events", "--json"))
    assert sum(row["type"] == "StepDecided" for row in log) == 3
    mails = {each: [body(mail) for mail in post.mails(each)] for each in ("alice", "bob", "carol")}
    # The question, the card, and one for each mail of theirs that decided nothing.
    assert [len(mails[each]) for each in mails] == [2, 4, 4]
