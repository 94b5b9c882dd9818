"""A mail to one person about a request of a thread that lives elsewhere: there it is decided, and nothing else is taken."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest

from bot.core.outbox import Approval, Hold, Outgoing
from bot.core.values import Address
from bot.kit.people import People, Person
from channels.email.letters import Us
from channels.email.send import Email
from tests.channels.email import hostile
from tests.channels.email.fakes import ANA, BEN, BOT, NOW, Desk
from tests.channels.email.test_missed import CARD

AT = Address(channel="email", locator="@ana")
PEOPLE = People(
    {"ana": Person(email=ANA, time_zone="Europe/Berlin"), "ben": Person(email=BEN)},
)


def channel(desk: Desk) -> Email:
    post: Any = desk.post
    no_files: Any = None
    return Email(Us(BOT), post, PEOPLE, desk.safe, lambda: NOW, no_files)


def mails(desk: Desk) -> list[EmailMessage]:
    return [BytesParser(policy=default).parsebytes(raw) for raw, _ in desk.post.sent.values()]


async def put(card: Outgoing = CARD) -> tuple[Desk, EmailMessage]:
    """A desk, and the mail that ana has."""
    desk = Desk(people=PEOPLE)
    await channel(desk).send(AT, card)
    [mail] = mails(desk)
    return desk, mail


async def answered(desk: Desk, mail: EmailMessage, text: str, to: str = "") -> str:
    """What becomes of ana's reply."""
    there = hostile.setting(token=str(mail["Reply-To"]), parent=str(mail["Message-ID"]))
    raw = hostile.build(there, f"{text}\n", to=to or str(mail["Reply-To"]))
    return await desk.intake.take(raw)


async def test_it_is_asked_in_a_conversation_of_its_own_and_decided_there() -> None:
    desk, mail = await put()
    assert (mail["To"], mail["Subject"]) == (ANA, f"Your approval is needed: {CARD.tool}")
    assert "elsewhere" in str(mail.get_body(("plain",)))
    assert await answered(desk, mail, "approve") == "approve"
    [press] = desk.taken.presses
    assert (press.request, press.person, press.digest) == (CARD.request, ANA, CARD.digest)


async def test_what_comes_too_late_is_told_who_decided() -> None:
    """A mail cannot be changed after it went out: its copy is closed by what its reply is told."""
    desk, mail = await put()
    desk.taken.refuses = "This was already approved by ben, 2026-03-03 08:00 UTC."
    assert await answered(desk, mail, "approve") == "refused"
    assert "already approved by ben" in str(mails(desk)[-1].get_body(("plain",)))


@pytest.mark.parametrize(
    ("text", "word", "to"),
    [("pass to ben", "pass", "ben"), ("ignore", "ignore", ""), ("later 2h", "later", "")],
)
async def test_it_is_put_off_there(text: str, word: str, to: str) -> None:
    desk, mail = await put()
    assert await answered(desk, mail, text) == word
    [press] = desk.taken.presses
    assert (press.word, press.to, bool(press.until)) == (word, to, word == "later")


@pytest.mark.parametrize("text", ["what is this?", "LGTM, ship it", "approve for 20 minutes"])
async def test_other_words_begin_nothing_and_are_told_where_they_belong(text: str) -> None:
    desk, mail = await put()
    for to in ("", BOT):
        await answered(desk, mail, text, to)
    assert desk.taken.said == []
    assert desk.taken.presses == []
    assert "nothing is decided" in str(mails(desk)[-1].get_body(("plain",))).lower()


async def test_a_new_showing_goes_on_in_the_same_conversation() -> None:
    desk, mail = await put()
    request = CARD.request.replace("-v1", "-v2")
    await channel(desk).send(AT, replace(CARD, key=request, request=request))
    again = mails(desk)[1]
    assert again["Subject"] == f"Re: {mail['Subject']}"
    assert str(mail["Message-ID"]) in str(again["References"])


async def test_a_new_showing_goes_to_where_that_person_gets_mail_by_then() -> None:
    """What was asked of ana at her old place of work is nothing for whoever has that mailbox now."""
    desk, _ = await put()
    post: Any = desk.post
    no_files: Any = None
    people = People({"ana": Person(email="ana@new.example")})
    request = CARD.request.replace("-v1", "-v2")
    moved = Email(Us(BOT), post, people, desk.safe, lambda: NOW, no_files)
    await moved.send(AT, replace(CARD, key=request, request=request))
    assert [mail["To"] for mail in mails(desk)] == [ANA, "ana@new.example"]


async def test_a_policy_that_takes_no_mail_is_said_on_the_card() -> None:
    _, mail = await put(replace(CARD, channels=("slack",)))
    said = " ".join(str(mail.get_body(("plain",))).split())
    assert "No mail approves this or changes it: its policy takes slack alone." in said
    assert "mailto:" not in str(mail.get_body(("html",)))


async def test_a_policy_that_wants_the_button_is_not_met_by_a_mail() -> None:
    desk, mail = await put(replace(CARD, typed=False))

    async def asked(request: str) -> Approval:
        return replace(CARD, typed=False)

    arrivals: Any = desk.taken
    arrivals.asked = asked
    assert await answered(desk, mail, "approve") == "refused"
    assert desk.taken.presses == []
    assert "wants a button" in str(mails(desk)[-1].get_body(("plain",)))
    assert await answered(desk, mail, "deny not now") == "deny"


async def test_an_owner_answers_by_mail_what_is_asked_in_the_house() -> None:
    """A day's limit is asked about in no thread."""
    desk, mail = await put(
        Hold(
            key="house-1-hold-v1",
            request="house-1-hold-v1",
            why="day",
            reason="all: 1.00 USD",
            text="The limit of the day is reached: all: 1.00 USD.",
            choices=("Extend", "Stop"),
            asked=("ana",),
        )
    )
    assert mail["Subject"] == "A limit is reached"
    assert await answered(desk, mail, "1") == "answer"
    [press] = desk.taken.presses
    assert (press.request, press.text) == ("house-1-hold-v1", "1")
