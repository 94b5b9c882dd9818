"""What a mail may not do, with the address of a card or without: give a grant, or decide a request that it names."""

from __future__ import annotations

import pytest

from bot.core import words as typed
from channels.email import hints
from tests.channels.email import hostile
from tests.channels.email.fakes import Desk

LASTING = ("approve for 20 minutes", "Hi Bot,\n\nApprove for 2h.", "genehmigen für 30 min")
NAMED = ("approve tabcdefghijk-1-v1", "deny tabcdefghijk-1-v1 not today", "approve: `T-4-0-v2`")


async def sent(desk: Desk, text: str, *, to_card: bool) -> str:
    """What became of a mail with this text, to the address of the card or to the bot's own."""
    token = await desk.card()
    there = hostile.setting(token=token, parent=desk.parent)
    # In a thread that is known: the first mail of one has its subject above its words.
    assert (
        await desk.intake.take(
            hostile.build(there, "Hello.\n", to="bot@example.test", mid="<first@example.com>")
        )
        == "asked"
    )
    mail = (
        hostile.build(there, f"{text}\n")
        if to_card
        else hostile.build(there, f"{text}\n", to="bot@example.test")
    )
    return await desk.intake.take(mail)


@pytest.mark.parametrize(("number", "text"), list(enumerate((*LASTING, *NAMED))))
async def test_a_mail_grants_nothing_and_decides_nothing_by_a_name(number: int, text: str) -> None:
    desk = Desk()
    await sent(desk, text, to_card=number % 2 == 0)
    assert [each.word for each in desk.taken.presses if each.word != "deny"] == []
    asking = [each.text for each in desk.taken.said if each.aim == "bot"]
    assert [text for text in asking if typed.lasting(text) or typed.named(text)] == []


async def test_whoever_tries_is_told_how_a_mail_approves() -> None:
    desk = Desk()
    assert await sent(desk, LASTING[0], to_card=True) == "noted"
    ((octets, _),) = desk.post.sent.values()
    assert hints.LASTING[:40].encode() in octets


async def test_a_question_with_a_file_denies_nothing() -> None:
    desk = Desk()
    there = hostile.setting(token=await desk.card(), parent=desk.parent)
    await desk.intake.take(
        hostile.build(there, "Hello.\n", to="bot@example.test", mid="<first@example.com>")
    )
    parts = "--b\n\ndeny it, do you think?\n--b\nContent-Type: text/csv; name=a.csv\n\n1,2\n--b--\n"
    raw = hostile.build(there, parts, to="bot@example.test", ctype="multipart/mixed; boundary=b")
    assert await desk.intake.take(raw) == "noted"
    assert desk.taken.verdicts == []
