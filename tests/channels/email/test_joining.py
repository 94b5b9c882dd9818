"""Who is on a conversation: who was asked joins it, who only holds the address of a card does not, and in Bcc one is answered alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from bot.core.outbox import Question, Say, Waiting
from bot.core.values import Address
from bot.kit.people import People
from bot.kit.person import Person
from channels.email import ids
from channels.email.letters import Us
from channels.email.send import Email
from channels.email.threads import Talk
from tests.channels.email import hostile
from tests.channels.email.fakes import ANA, BEN, BOT, NOW, Desk

DAN = "dan@example.net"
ASKS = Question(
    key="t-1-0-v1", request="t-1-0-v1", question="Which?", context="", urgency="low", format="free_text", choices=(), until=None,
    asked=("ana",), quote="",
)  # fmt: skip
PLACE = ids.locator("<root@example.com>")
AT = Address(channel="email", locator=PLACE)


async def test_who_was_asked_joins_and_who_only_holds_the_address_does_not() -> None:
    desk = Desk()
    token = await desk.card(person=BEN)
    there = hostile.setting(token=token, parent=desk.parent)
    by_ana = hostile.build(there, "What is this?\n", mid="<ana@example.com>")
    before = await desk.talks.get(PLACE)
    assert before
    assert await desk.intake.take(by_ana) == "refused"
    assert await desk.talks.get(PLACE) == before
    assert desk.taken.commands == []
    ((octets, to),) = desk.post.sent.values()
    assert to == (ANA,)
    assert b"put to somebody else" in octets


async def _asked_by_ana(desk: Desk) -> None:
    there = hostile.setting()
    asks = hostile.build(
        there, "Deploy it.\n", to=f"{BOT}, {DAN}", mid="<root@example.com>", irt=None
    )
    assert await desk.intake.take(asks) == "asked"


async def test_two_mails_of_one_person_begin_two_conversations_and_each_reply_finds_its_own() -> (
    None
):
    desk = Desk()
    roots = ("<one@example.com>", "<two@example.com>")
    for root in roots:
        there = hostile.setting()
        assert await desk.intake.take(hostile.build(there, "Deploy it.\n", mid=root, irt=None)) == (
            "asked"
        )
    for root in reversed(roots):
        more = hostile.build(
            hostile.setting(), "And then?\n", mid=root.replace("@", "-more@"), irt=root
        )
        assert await desk.intake.take(more) == "asked"
    one, two = (ids.locator(root) for root in roots)
    assert [each.address.locator for each in desk.taken.said] == [one, two, two, one]


async def test_whom_a_mail_of_ours_was_passed_on_to_neither_commands_nor_is_answered() -> None:
    desk = Desk()
    await _asked_by_ana(desk)
    before = await desk.talks.get(PLACE)
    there = hostile.setting(sender=BEN)
    for number, to in enumerate((BOT, f"{ANA}, {BOT}", ANA)):
        raw = hostile.build(
            there, "Deploy mine, too.\n", frm=BEN, to=to, mid=f"<{number}@x.example>",
            irt="<root@example.com>",
        )  # fmt: skip
        assert await desk.intake.take(raw) == "noted"
    assert await desk.talks.get(PLACE) == before
    assert [each.person for each in desk.taken.commands] == [ANA]
    assert {to for _, to in desk.post.sent.values()} == {(BEN,)}
    assert all(b"You are not on this conversation" in raw for raw, _ in desk.post.sent.values())


@pytest.mark.parametrize("asked", [True, False], ids=["a question waits", "nothing waits"])
async def test_a_mail_that_was_let_in_brings_nobody_into_a_conversation_of_others(
    asked: bool,
) -> None:
    """Nobody has shown whose it is: what is said there next goes to those who are on it."""
    desk = Desk()
    await _asked_by_ana(desk)

    async def waits(address: Address) -> Sequence[Waiting]:
        return (ASKS,) if asked else ()

    arrivals: Any = desk.taken
    arrivals.open = waits
    before = await desk.talks.get(PLACE)
    raw = hostile.build(
        hostile.setting(), "v9 it is.\n", frm="eve@evil.example", to=BOT, irt="<root@example.com>"
    )
    assert await desk.intake.take(raw) == "held"
    assert await desk.intake.release(raw) == "noted"
    assert await desk.talks.get(PLACE) == before
    assert [each.person for each in desk.taken.commands] == [ANA]


async def test_whoever_was_on_it_or_has_had_a_mail_of_it_is_heard() -> None:
    desk = Desk(people=People({"ana": Person(email=ANA, also=(f"email:{BEN}",))}))
    await _asked_by_ana(desk)
    there = hostile.setting(sender=BEN)
    raw = hostile.build(
        there, "From my other address.\n", frm=BEN, to=BOT, irt="<root@example.com>"
    )
    assert await desk.intake.take(raw) == "asked"
    other = Desk()
    await _asked_by_ana(other)
    await other.talks.wrote(PLACE, (BEN,))
    assert await other.intake.take(raw) == "asked"
    talk = await other.talks.get(PLACE)
    assert talk
    assert (talk.to, talk.cc) == (ANA, (DAN, BEN))


async def test_who_writes_with_us_in_bcc_is_answered_alone_and_is_shown_to_nobody() -> None:
    desk = Desk()

    async def answered(number: int, sender: str, to: str) -> tuple[str, ...]:
        """Whom the answer to this mail goes to."""
        there = hostile.setting(sender=sender)
        id = f"<{number}@example.com>"
        raw = hostile.build(there, "Hm.\n", frm=sender, to=to, mid=id, irt="<root@example.com>")
        assert await desk.intake.take(raw) == "asked"
        post: Any = desk.post
        no_files: Any = None
        mail = Email(Us(BOT), post, People(), desk.safe, lambda: NOW, no_files)
        id = await mail.send(AT, Say(f"{number}", "Done."))
        return desk.post.sent[id][1]

    assert await answered(1, ANA, f"{BOT}, {DAN}, {BEN}") == (ANA, DAN, BEN)
    assert await answered(2, BEN, f"{ANA}, {DAN}") == (BEN,)
    assert await answered(3, ANA, BOT) == (ANA, DAN, BEN)
    assert await answered(4, BEN, f"{ANA}, {BOT}") == (BEN, DAN, ANA)


async def test_a_conversation_that_was_kept_before_stays_with_whoever_wrote_in_bcc() -> None:
    desk = Desk()
    desk.safe.kept[f"email/talk/{PLACE}"] = json.dumps(
        {"subject": "x", "to": BEN, "cc": [ANA], "is_apart": True}
    )
    known = await desk.talks.get(PLACE)
    assert known
    assert known.copied == ()
    await desk.talks.heard(PLACE, known)
    assert await desk.talks.get(PLACE) == known
    # While a deploy is under way, workers that know the other name alone send what is said there.
    assert json.loads(desk.safe.kept[f"email/talk/{PLACE}"])["is_apart"] is True


async def test_who_began_in_bcc_is_heard_when_somebody_else_was_answered_meanwhile() -> None:
    desk = Desk()

    async def became(number: int, sender: str, to: str) -> str:
        there = hostile.setting(sender=sender)
        id, irt = f"<{number}@example.com>", "<root@example.com>"
        return await desk.intake.take(
            hostile.build(there, "Hm.\n", frm=sender, to=to, mid=id, irt=irt)
        )

    assert await became(1, BEN, "list@example.com") == "asked"
    await desk.talks.wrote(PLACE, (ANA,))
    assert [await became(number, ANA, BOT) for number in (2, 3)] == ["asked", "asked"]
    known = await desk.talks.get(PLACE)
    assert known
    assert (known.to, known.copied) == (ANA, ())
    assert await became(4, BEN, BOT) == "asked"


async def test_who_was_asked_and_writes_with_us_in_bcc_is_answered_alone_too() -> None:
    desk = Desk()
    await _asked_by_ana(desk)
    await desk.talks.wrote(PLACE, (BEN,))
    raw = hostile.build(
        hostile.setting(sender=BEN), "Hm.\n", frm=BEN, to=ANA, irt="<root@example.com>"
    )
    assert await desk.intake.take(raw) == "asked"
    known = await desk.talks.get(PLACE)
    assert known
    assert (known.to, known.copied) == (BEN, ())
    await desk.talks.heard(PLACE, Talk("Release", ANA, last="<2@example.com>"))
    again = await desk.talks.get(PLACE)
    assert again
    assert again.copied == (DAN,)
