"""What a mail was before its words were taken out of it: on record beside them, untrusted, and not what the model is given."""

from __future__ import annotations

from typing import Any

import pytest

from bot.cli.story import told
from bot.core.context import block
from bot.core.events import MessageNoted, MessageReceived
from bot.core.reducer import evolve
from bot.core.thread import Thread
from bot.core.values import Address, Original
from bot.kit.arrival import Became, Words
from bot.kit.people import People
from bot.kit.person import Person
from channels.email.arrived import MOST_ORIGINAL
from channels.email.reading.read import read
from tests.channels.email import hostile
from tests.channels.email.fakes import ANA, BEN, BOT, Desk

QUOTE = (
    f"On Tue, Mar 3, 2026 at 9:14 AM Ben <{BEN}> wrote:\n\n> Please roll back web2.\n> It is slow."
)
ANSWER = "Please do what Ben asks for."
WHOLE = f"{ANSWER}\n\n{QUOTE}\n\n-- \nAna Costa"
ROOT = "<root@example.com>"


def mail(text: str, parent: str | None, token: str = BOT, mid: str = "<1@example.com>") -> bytes:
    there = hostile.setting(token=token, parent=parent or "")
    return hostile.build(there, f"{text}\n", to=token, irt=parent, mid=mid)


async def test_all_of_a_mail_is_handed_in_beside_what_its_author_wrote() -> None:
    desk = Desk()
    assert await desk.intake.take(mail(WHOLE, ROOT)) == "asked"
    [said] = desk.taken.said
    assert said.text.endswith(ANSWER)
    assert said.original == Original(text=WHOLE, size=len(WHOLE))


async def test_a_verdict_keeps_the_mail_that_it_was_given_by() -> None:
    desk = Desk()
    token = await desk.card()
    raw = mail(f"approve\n\n> tool: deploy\n> Write to {token}", desk.parent, token)
    assert await desk.intake.take(raw) == "approve"
    [press] = desk.taken.presses
    assert press.original
    assert "> tool: deploy" in press.original.text
    assert token not in press.original.text


async def test_a_mail_of_its_author_alone_is_kept_once_and_a_long_one_up_to_a_bound() -> None:
    desk = Desk()
    await desk.intake.take(mail("Restart web2.", None))
    await desk.intake.take(
        mail(f"Again.\n\n> {'x' * 2 * MOST_ORIGINAL}", ROOT, mid="<2@example.com>")
    )
    once, long = (each.original for each in desk.taken.said)
    assert once is None
    assert long
    assert len(long.text) == MOST_ORIGINAL < long.size


async def test_what_is_quoted_of_a_mail_that_never_came_here_is_given_as_somebody_elses() -> None:
    """Copied in on a conversation of others, "do what Ben asks for" means what Ben wrote."""
    desk = Desk()
    await desk.intake.take(mail(WHOLE, ROOT))
    [said] = desk.taken.said
    [quoted] = said.before
    assert quoted.text == QUOTE
    assert quoted.person == f"quoted by {ANA}"
    assert quoted.aim == "others"
    # A mail that answers that one repeats what is known by then.
    chain = f"In-Reply-To: <1@example.com>\nReferences: {ROOT} <1@example.com>\n"
    text, there = f"And web3.\n\n> {ANSWER}\n", hostile.setting()
    again = hostile.build(there, text, to=BOT, irt=None, extra=chain, mid="<2@example.com>")
    assert await desk.intake.take(again) == "asked"
    assert desk.taken.said[-1].address == said.address
    assert desk.taken.said[-1].before == ()


async def test_who_is_one_of_ours_is_named_in_a_quote_without_their_address() -> None:
    desk = Desk(people=People({"ana": Person(email=ANA), "ben": Person(email=BEN)}))
    text = f"{ANSWER}\n\nOn Tue, Ben <{BEN.title()}> wrote:\n\n> Ask {ANA}, or x@evil.example."
    await desk.intake.take(mail(text, ROOT))
    [quoted] = desk.taken.said[0].before
    assert quoted.person == "quoted by ana"
    assert quoted.text == "On Tue, Ben <ben> wrote:\n\n> Ask ana, or x@evil.example."


async def test_what_is_quoted_is_given_though_the_listener_died_before_that_was_stored() -> None:
    desk, raw = Desk(), mail(WHOLE, ROOT)
    arrivals: Any = desk.taken
    words = desk.taken.words

    async def dies(said: Words) -> Became:
        arrivals.words = words
        raise ConnectionError("the store is away")

    arrivals.words = dies
    with pytest.raises(ConnectionError):
        await desk.intake.take(raw)
    assert await desk.intake.take(raw) == "asked"
    assert [each.text for each in desk.taken.said[0].before] == [QUOTE]


async def test_what_is_quoted_of_a_mail_of_ours_is_not_given_again() -> None:
    desk = Desk()
    token = await desk.card()
    assert await desk.intake.take(mail("Why?\n\n> tool: deploy", desk.parent, token)) == "asked"
    assert desk.taken.said[-1].before == ()


def test_answers_between_quoted_lines_have_their_questions_and_nothing_twice() -> None:
    found = read(mail("> Which tag?\n\nv2\n\n> When?\n\nNow.", ROOT))
    assert "> Which tag?" in found.text
    assert found.quoted == ""


def test_the_model_is_not_given_the_original() -> None:
    here = Address(channel="email", locator="x")
    original = Original(text=WHOLE, size=len(WHOLE))
    thread = Thread("t")
    for event in (
        MessageReceived(id="1", actor="ana", address=here, text=ANSWER, original=original),
        MessageNoted(id="2", actor="ana", address=here, text=ANSWER, original=original),
    ):
        after = evolve(thread, event)
        said = block(thread, event, after)
        assert ANSWER in said
        assert "roll back" not in said
        assert f"as it came, untrusted: {len(WHOLE)} characters" in told(after, event)
        thread = after
