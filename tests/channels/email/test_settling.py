"""What settles something without being an approval: put off, or say what became of a call. By mail it takes the address of its card too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.core.outgoing import Hold, Question, UnknownOutcome, Waiting
from bot.core.values import Address
from bot.kit.arrival import Open
from bot.kit.people import People
from bot.kit.person import Person
from channels.email import ids
from channels.email.threads import Talk
from tests.channels.email import hostile
from tests.channels.email.fakes import ANA, BEN, BOT, KEY, NOW, Desk

UNKNOWN = UnknownOutcome(
    key="tabcdefghijk-1",
    request="tabcdefghijk-1-v1",
    tool="ship",
    arguments={},
    text="Nobody knows how it ended.",
    started_at=0,
    may_retry_at=0,
    choices=("It happened", "Try again", "Give up"),
    asked=(ANA,),
    quote="",
)
HOLD = Hold(
    key="tabcdefghijk-2",
    request="tabcdefghijk-2-v1",
    why="steps",
    reason="",
    text="It has taken many steps.",
    choices=("Go on", "Stop"),
    asked=(ANA,),
)
PUT_OFF = ("pass to ben", "later 2h", "ignore", "Hi Bot,\n\nweiter an ben")
WORDS = ("pass", "later", "ignore", "pass")
OLD = ids.ours(KEY, ids.locator("<root@example.com>"), "tabcdefghijk-1-v1", ANA, BOT)
SETTLING = ("2", "Try again.", "retry", "Give up", "Go on", "tabcdefghijk-1: retry")


async def everywhere(channel: str, person: str) -> Sequence[Open]:
    pytest.fail("a mail is looked at in its own thread: there may be thousands of others")


async def begun() -> tuple[Desk, str]:
    """A conversation with a card to Ana, and its reply address; the first mail has its subject above its words."""
    desk = Desk()
    token = await desk.card()
    arrivals: Any = desk.taken

    async def open_there(address: Address) -> Sequence[Waiting]:
        return (UNKNOWN, HOLD) if await desk.taken.knows(address) else ()

    arrivals.open, arrivals.waiting = open_there, everywhere
    there = hostile.setting(token=token, parent=desk.parent)
    first = hostile.build(there, "Hello.\n", to=BOT, mid="<first@example.com>")
    assert await desk.intake.take(first) == "asked"
    return desk, token


@pytest.mark.parametrize("text", [*PUT_OFF, *SETTLING])
async def test_without_the_address_of_its_card_it_is_only_noted(text: str) -> None:
    desk, token = await begun()
    there = hostile.setting(token=token, parent=desk.parent)
    assert await desk.intake.take(hostile.build(there, f"{text}\n", to=BOT)) == "noted"
    assert len(desk.taken.commands) == 1
    ((octets, _),) = desk.post.sent.values()
    assert b"Nothing is decided by that" in octets


@pytest.mark.parametrize("text", [*PUT_OFF, *SETTLING])
async def test_a_mail_that_is_let_in_settles_nothing(text: str) -> None:
    desk, token = await begun()
    there = hostile.setting(token=token, parent=desk.parent)
    raw = hostile.build(there, f"{text}\n", auth="none")
    assert await desk.intake.take(raw) == "held"
    assert await desk.intake.release(raw) == "noted"
    assert len(desk.taken.commands) == 1


@pytest.mark.parametrize(("text", "word"), list(zip(PUT_OFF, WORDS, strict=True)))
async def test_it_is_put_off_by_whom_it_was_put_to_and_that_very_request(
    text: str, word: str
) -> None:
    desk, token = await begun()
    await desk.card("tabcdefghijk-9-v1", kind="approval")  # Another one is open there by now.
    ana = hostile.setting(token=token, parent=OLD)
    ben = hostile.setting(token=token, parent=OLD, sender=BEN)
    by_ben = hostile.build(ben, f"{text}\n", frm=BEN, mid="<ben@example.org>")
    assert await desk.intake.take(by_ben) == "refused"
    assert desk.taken.presses == []
    assert await desk.intake.take(hostile.build(ana, f"{text}\n")) == word
    (press,) = desk.taken.presses
    assert (press.word, press.person, press.request) == (word, ANA, "tabcdefghijk-1-v1")
    assert press.to == ("ben" if word == "pass" else "")
    assert press.until == (NOW + 7_200_000 if word == "later" else None)
    assert len(desk.taken.commands) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("later 2h", "ask you again at 2026-03-03 12:20 EET"),
        ("pass to ben", "It is passed to ben."),
        ("ignore", "I leave it to the others"),
    ],
)
async def test_who_puts_it_off_is_told_once_what_became_of_that(text: str, said: str) -> None:
    people = People(
        {"ana": Person(email=ANA, time_zone="Europe/Helsinki"), "ben": Person(email=BEN)}
    )
    desk = Desk(people=people)
    token = await desk.card()
    await desk.talks.heard(
        ids.locator("<root@example.com>"), Talk("Release", "dora@example.com", is_in_bcc=True)
    )
    there = hostile.setting(token=token, parent=desk.parent)
    for _ in "twice":
        await desk.intake.take(hostile.build(there, f"{text}\n"))
    [(octets, to)] = desk.post.sent.values()
    assert to == (ANA,)
    assert said in " ".join(octets.decode().replace("=\r\n", "").split())


async def test_who_gets_what_the_thread_says_is_not_told_twice_that_it_is_passed() -> None:
    desk, token = await begun()
    there = hostile.setting(token=token, parent=desk.parent)
    assert await desk.intake.take(hostile.build(there, "pass to ben\n")) == "pass"
    assert desk.post.sent == {}


async def test_what_is_put_off_is_still_decided_by_its_address() -> None:
    desk, token = await begun()
    there = hostile.setting(token=token, parent=desk.parent)
    assert await desk.intake.take(hostile.build(there, "later 2h\n")) == "later"
    approval = hostile.build(there, "approve\n", mid="<later@example.com>")
    assert await desk.intake.take(approval) == "approve"


async def test_other_words_are_heard_as_before() -> None:
    desk, token = await begun()
    there = hostile.setting(token=token, parent=desk.parent)
    assert await desk.intake.take(hostile.build(there, "Go on then.\n", to=BOT)) == "asked"


QUESTION = Question(
    key="tabcdefghijk-3-v1",
    request="tabcdefghijk-3-v1",
    question="Which one?",
    context="",
    urgency="",
    format="",
    choices=(),
    until=None,
    asked=(ANA,),
    quote="",
)


@pytest.mark.parametrize(("home", "became"), [("here", "noted"), ("elsewhere", "asked")])
async def test_a_mail_that_is_let_in_is_no_answer_to_what_is_asked_there(
    home: str, became: str
) -> None:
    desk, _ = await begun()
    there = desk.taken.commands[0].address

    async def asked(address: Address) -> Sequence[Waiting]:
        return (QUESTION,) if (address == there) == (home == "here") else ()

    arrivals: Any = desk.taken
    arrivals.open = asked
    raw = hostile.build(
        hostile.setting(parent=desk.parent), "The second one.\n", to=BOT, auth="none"
    )
    assert await desk.intake.take(raw) == "held"
    assert await desk.intake.release(raw) == became


@pytest.mark.parametrize(
    ("text", "answer"),
    [("Hi bot,\n\n2", "2"), ("Hello,\n\nthat one.", "that one."), ("Hi,\n\n7", "7"), ("Hi Ana,\n\nneither", "Hi Ana,\n\nneither")],
)  # fmt: skip
async def test_a_choice_below_a_greeting_is_picked_and_other_words_stay_whole(
    text: str, answer: str
) -> None:
    desk = Desk()
    token = await desk.card(QUESTION.request, kind="question")

    async def asked(request: str) -> Waiting:
        return replace(QUESTION, choices=("This one", "That one"))

    arrivals: Any = desk.taken
    arrivals.asked = asked
    there = hostile.setting(token=token, parent=desk.parent)
    assert await desk.intake.take(hostile.build(there, f"{text}\n")) == "answer"
    assert [each.text for each in desk.taken.presses] == [answer]
