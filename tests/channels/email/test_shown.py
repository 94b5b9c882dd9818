"""A card that is asked anew only since somebody spoke: it is mailed to whoever answers the old one, and to nobody else."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest

from bot.core.outbox import Approval, Outgoing, Question, UnknownOutcome, Waiting
from bot.core.values import Address
from bot.kit.people import People
from bot.kit.person import Person
from channels.email.letters import Us
from channels.email.send import Email
from channels.email.shown import drop_old
from channels.email.threads import Talk
from channels.email.tokens import By
from tests.channels.email import hostile
from tests.channels.email.fakes import ANA, BEN, BOT, NOW, Desk, MemorySafe
from tests.channels.email.test_missed import CARD, KEY

PEOPLE = People({"ana": Person(email=ANA), "ben": Person(email=BEN)})
AT = Address(channel="email", locator="abcdefghijklmnop")
DAY = 24 * 3600
FIRST = replace(CARD, approvers=("ana", "ben"), requester="")


ASKED = Question(
    key=KEY, request=KEY, question="Which tag?", context="", urgency="low", format="free_text", choices=(), until=None, asked=("ana", "ben"), quote="",
)  # fmt: skip
LOST = UnknownOutcome(
    key=KEY, request=KEY, tool="ship", arguments={}, text="Did it happen?", started_at=NOW, may_retry_at=NOW, choices=("It happened", "Give up"), asked=("ana", "ben"), quote="",
)  # fmt: skip


def showing(version: int, quote: str = "dora: hurry", **changed: Any) -> Approval:
    """The same card as it is asked anew."""
    name = FIRST.request.replace("-v1", f"-v{version}")
    return replace(FIRST, key=name, request=name, quote=quote, **changed)


class Office:
    """A desk and the channel at the same mailbox; `now` is what is asked by now."""

    def __init__(self, by: By = "address") -> None:
        self.desk = Desk(people=PEOPLE, by=by)
        self.now: Waiting | None = FIRST
        taken, post, no_files = self.desk.taken, self.desk.post, None
        arrivals, sends, files = (each for each in (taken, post, no_files))
        self._channel = _channel(sends, self.desk, files, by)
        _asked(arrivals, self)

    async def send(self, card: Outgoing) -> str:
        await self.desk.talks.heard(AT.locator, Talk("Release", "dora@example.com"))
        return await self._channel.send(AT, card)

    def to(self, person: str) -> list[EmailMessage]:
        """What this person was mailed."""
        read = BytesParser(policy=default).parsebytes
        return [read(raw) for raw, to in self.desk.post.sent.values() if person in to]

    async def answers(self, mail: EmailMessage, text: str, id: str) -> str:
        """What becomes of ana's reply to a mail."""
        there = hostile.setting(token=str(mail["Reply-To"]), parent=str(mail["Message-ID"]))
        return await self.desk.intake.take(
            hostile.build(there, f"{text}\n", to=str(mail["Reply-To"]), mid=f"<{id}@example.com>")
        )


def _channel(post: Any, desk: Desk, no_files: Any, by: By) -> Email:
    return Email(Us(BOT, answers_by=by), post, PEOPLE, desk.safe, lambda: NOW, no_files)


def _asked(arrivals: Any, office: Office) -> None:
    async def asked(request: str) -> Waiting | None:
        return office.now

    arrivals.asked = asked


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return "\n".join(str(part.get_content()).splitlines())


async def test_what_somebody_said_mails_the_card_to_nobody_who_has_it() -> None:
    office = Office()
    sent = await office.send(FIRST)
    assert [await office.send(showing(each)) for each in (2, 3)] == [sent, sent]
    assert (len(office.to(ANA)), len(office.to(BEN))) == (1, 1)


async def test_what_would_run_otherwise_is_mailed_to_everybody() -> None:
    office = Office()
    await office.send(FIRST)
    await office.send(showing(2, digest="e" * 64))
    await office.send(showing(3, digest="e" * 64, arguments={"tag": "v2"}))
    assert (len(office.to(ANA)), len(office.to(BEN))) == (3, 3)


async def test_whoever_decides_on_the_old_one_is_mailed_what_counts_and_decides_on_that() -> None:
    office = Office()
    await office.send(FIRST)
    await office.send(showing(2, "dora: after the backup"))
    office.now = showing(3)
    await office.send(office.now)
    [first] = office.to(ANA)
    office.desk.taken.refuses = "That card is out of date."
    assert await office.answers(first, "approve", "one") == "refused"
    again = office.to(ANA)[1]
    assert "dora: after the backup\ndora: hurry" in text_of(again), "all of it, not the last alone"
    assert "That card is out of date." in text_of(again)
    assert again["Reply-To"] != first["Reply-To"]
    office.desk.taken.refuses = ""
    assert await office.answers(again, "approve", "two") == "approve"
    assert [each.request for each in office.desk.taken.presses] == [
        FIRST.request,
        office.now.request,
    ]
    assert len(office.to(BEN)) == 1


async def test_it_is_mailed_once_and_then_only_said() -> None:
    office = Office()
    await office.send(FIRST)
    office.now = showing(2)
    office.desk.taken.refuses = "That card is out of date."
    [first] = office.to(ANA)
    for each in ("one", "two"):
        await office.answers(first, "approve", each)
    cards = [each["Reply-To"] for each in office.to(ANA)]
    assert [bool(each) for each in cards] == [True, True, False]


async def test_whoever_says_something_to_the_old_one_is_mailed_the_next() -> None:
    office = Office()
    await office.send(FIRST)
    [first] = office.to(ANA)
    assert await office.answers(first, "Why today, and not on Monday", "one") == "asked"
    await office.send(showing(2))
    await office.send(showing(3))
    assert [bool(each["Reply-To"]) for each in office.to(ANA)] == [True, True]
    assert len(office.to(BEN)) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I approve of it, but why today", "I read your mail as a message"),
        ("Edit tag=v2", "Nothing was changed."),
        ("edit\n\ntag: 5", "tag is to be a text"),
        ("Nope", "I read your mail as a message"),
    ],
)
async def test_what_they_are_told_stands_on_the_next_showing_and_is_no_mail_of_its_own(
    text: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def complaints(request: str, arguments: object) -> str:
        return "tag is to be a text."

    office = Office()
    monkeypatch.setattr(office.desk.taken, "complaints", complaints)
    await office.send(FIRST)
    [first] = office.to(ANA)
    await office.answers(first, text, "one")
    assert len(office.to(ANA)) == 1
    await office.send(showing(2))
    again = office.to(ANA)[1]
    assert text_of(again).startswith(said)
    assert "tag: v1.2.3" in text_of(again)
    assert (len(office.to(ANA)), len(office.to(BEN))) == (2, 1)
    await office.answers(first, text, "one")  # Read again: we ended before it was marked as read.
    await office.send(showing(3))
    assert len(office.to(ANA)) == 2, "they have not written to that one"


async def test_a_near_miss_is_answered_by_the_card_that_counts_once_and_decided_by_that() -> None:
    office = Office()
    await office.send(FIRST)
    [first] = office.to(ANA)
    for _ in range(2):
        assert await office.answers(first, "LGTM, thanks", "one") == "noted"
    near = office.to(ANA)[1]
    assert text_of(near).startswith("I read your mail as a message")
    assert near["Reply-To"] not in (None, first["Reply-To"])
    assert await office.answers(near, "approve", "two") == "approve"
    assert len(office.to(ANA)) == 2
    [press] = office.desk.taken.presses
    assert (press.request, press.digest) == (FIRST.request, FIRST.digest)


async def test_a_near_miss_without_an_address_or_of_whoever_has_approved_is_told_what_holds() -> (
    None
):
    office = Office()
    await office.send(replace(FIRST, quorum=2))
    [first] = office.to(ANA)
    office.now = replace(FIRST, quorum=2, votes=("ana",))
    arrivals: Any = office.desk.taken

    async def there(address: Address) -> list[Waiting | None]:
        return [office.now]

    arrivals.open = there
    parent = str(first["Message-ID"])
    mail = hostile.build(hostile.setting(token=BOT, parent=parent), "Great, thanks!\n", to=BOT)
    assert await office.desk.intake.take(mail) == "noted"
    assert text_of(office.to(ANA)[1]).startswith("You have approved this already; it needs 1 more")
    assert office.desk.taken.commands == []


async def test_what_may_be_a_refusal_is_answered_at_once_under_a_halt_and_not_again_on_the_card() -> (
    None
):
    office = Office()
    arrivals: Any = office.desk.taken

    async def halted(request: str) -> str:
        return "alice: it misbehaves"

    arrivals.halted = halted
    await office.send(FIRST)
    [first] = office.to(ANA)
    for _ in "twice":
        assert await office.answers(first, "Nope", "one") == "noted"
    [_, told] = office.to(ANA)
    assert text_of(told).startswith("I read your mail as a message")
    await office.send(showing(2))
    assert not text_of(office.to(ANA)[2]).startswith("I read your mail")


async def test_a_near_miss_without_an_address_that_can_be_read_in_two_ways_is_a_message() -> None:
    office = Office()
    await office.send(FIRST)
    [first] = office.to(ANA)
    arrivals: Any = office.desk.taken

    async def there(address: Address) -> list[Waiting | None]:
        return [office.now]

    arrivals.open = there
    parts = (("plain", "Great, thanks!"), ("html", "<p>Hold everything until tomorrow.</p>"))
    body = "".join(f"--b\nContent-Type: text/{name}\n\n{said}\n" for name, said in parts)
    setting = hostile.setting(token=BOT, parent=str(first["Message-ID"]))
    mail = hostile.build(
        setting, f"{body}--b--\n", to=BOT, ctype="multipart/alternative; boundary=b"
    )
    assert await office.desk.intake.take(mail) == "asked"
    assert len(office.desk.taken.commands) == 1


async def test_the_time_of_the_old_one_is_over_and_the_one_that_counts_is_mailed() -> None:
    office = Office()
    await office.send(replace(FIRST, until=NOW - 1))
    office.now = showing(2, until=NOW + 3_600_000)
    [first] = office.to(ANA)
    assert await office.answers(first, "approve", "one") == "refused"
    assert office.desk.taken.presses == []
    assert "hurry" in text_of(office.to(ANA)[-1])


async def test_whom_it_is_passed_to_is_mailed_a_card_with_an_address_of_its_own() -> None:
    office = Office()
    await office.send(FIRST)
    [mine], [before] = office.to(ANA), office.to(BEN)
    for _ in "twice":
        assert await office.answers(mine, "pass to ben", "one") == "pass"
    passed = office.to(BEN)[-1]
    assert len(office.to(BEN)) == 2
    assert text_of(passed).startswith("ana passes this to you.")
    assert "tag: v1.2.3" in text_of(passed)
    assert passed["Reply-To"] != before["Reply-To"]
    assert [bool(each["Reply-To"]) for each in office.to(ANA)] == [True, False], (
        "her own, and what became of it"
    )


@pytest.mark.parametrize("first", [ASKED, LOST], ids=["question", "unknown"])
async def test_a_question_too_is_mailed_anew_to_whoever_answers_the_old_one_alone(
    first: Question | UnknownOutcome,
) -> None:
    office = Office()
    sent = await office.send(first)
    name = KEY.replace("-v1", "-v3")
    between = replace(first, key=f"{KEY[:-1]}2", request=f"{KEY[:-1]}2", quote="dora: in English")
    office.now = replace(first, key=name, request=name, quote="dora: hurry")
    assert [await office.send(each) for each in (between, office.now)] == [sent, sent]
    [mail] = office.to(ANA)
    office.desk.taken.refuses = "That question is out of date."
    assert await office.answers(mail, "1", "one") == "refused"
    again = office.to(ANA)[-1]
    assert "dora: in English\ndora: hurry" in text_of(again)
    office.desk.taken.refuses = ""
    assert await office.answers(again, "1", "two") == "answer"
    assert (len(office.to(ANA)), len(office.to(BEN))) == (2, 1)


async def test_a_question_that_asks_something_else_is_mailed_to_everybody() -> None:
    office = Office()
    await office.send(ASKED)
    await office.send(replace(ASKED, key=f"{KEY[:-1]}2", request=f"{KEY[:-1]}2", quote="dora: no", choices=("v1", "v2")))  # fmt: skip
    assert (len(office.to(ANA)), len(office.to(BEN))) == (2, 2)


@pytest.mark.parametrize("until", [None, NOW + 400 * DAY * 1000])
async def test_what_is_kept_of_a_card_outlives_it_and_is_forgotten_then(until: int | None) -> None:
    office = Office()
    safe = office.desk.safe
    await office.send(replace(FIRST, until=NOW + DAY * 1000))
    await office.send(showing(2, until=until))
    [mail] = office.to(ANA)
    await office.answers(mail, "Why today", "one")
    named = ("email/shown/", "email/since/", "email/answered/")
    lives = {each: seconds for each, seconds in safe.lives.items() if each.startswith(named)}
    assert {each.split("/")[1] for each in lives} == {"shown", "since", "answered"}
    assert all(400 * DAY <= seconds < 500 * DAY for seconds in lives.values())


async def test_what_was_kept_for_good_before_is_dropped_and_nothing_else() -> None:
    safe = MemorySafe()
    for name in ("email/shown/a/b/c", "email/since/x", "email/answered/x", "email/card/x", "email/talk/x"):  # fmt: skip
        await safe.put(name, "1")
    await drop_old(safe)
    assert await safe.names() == ["email/talk/x"]
