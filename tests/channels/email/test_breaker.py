"""More mails in an hour than people write: they are held, the model gets no turn, and the owner is told."""

from __future__ import annotations

from channels.email.pace import HOUR_MS
from tests.channels.email import hostile
from tests.channels.email.fakes import ANA, BEN, BOT, OWNER, Desk


def mail(number: int, sender: str = ANA, irt: str | None = None) -> bytes:
    """One of those that two programs write to each other."""
    there = hostile.setting(sender=sender)
    id = f"<{number}@example.com>"
    return hostile.build(there, f"Number {number}.\n", frm=sender, to=BOT, mid=id, irt=irt)


def told(desk: Desk) -> list[str]:
    """What the owner was told, as it reads."""
    return [octets.decode() for octets, to in desk.post.sent.values() if to == (OWNER,)]


async def test_a_loop_in_one_conversation_is_held_and_the_owner_is_told_once() -> None:
    desk = Desk(per_thread=2)
    loop = [mail(number, irt="<root@example.com>") for number in range(4)]
    assert [await desk.intake.take(each) for each in loop] == ["asked", "asked", "held", "held"]
    assert len(desk.taken.commands) == 2
    assert {each.octets for each in await desk.held.all()} == set(loop[2:])
    (note,) = told(desk)
    assert ANA in note
    assert "bot mail held" in note


async def test_a_loop_of_new_conversations_is_held_by_its_sender_and_others_are_heard() -> None:
    desk = Desk(per_sender=2)
    assert [await desk.intake.take(mail(each)) for each in range(3)] == ["asked", "asked", "held"]
    assert await desk.intake.take(mail(9, BEN)) == "asked"
    assert len(told(desk)) == 1


async def test_what_is_on_the_log_already_is_not_counted_again() -> None:
    desk = Desk(per_sender=2)
    for _ in range(3):
        await desk.intake.take(mail(1))
    assert await desk.intake.take(mail(2)) == "asked"
    became = [await desk.intake.take(mail(each)) for each in (3, 2, 1)]
    assert became == ["held", "ignored", "ignored"]


async def test_a_loop_goes_on_being_held_by_a_new_process_until_fewer_come() -> None:
    desk = Desk(per_thread=2)
    loop = [mail(number, irt="<root@example.com>") for number in range(8)]
    became = [await desk.intake.take(each) for each in loop[:3]]
    after = Desk(per_thread=2, safe=desk.safe)
    after.now += HOUR_MS // 2
    became += [await after.intake.take(each) for each in loop[3:5]]
    assert became == ["asked", "asked", "held", "held", "held"]
    # The first ones are an hour old, and it still comes as fast.
    after.now += HOUR_MS // 2
    assert await after.intake.take(loop[5]) == "held"
    after.now += HOUR_MS
    assert await after.intake.take(loop[6]) == "asked"


async def test_a_mail_that_is_read_again_after_a_crash_counts_once() -> None:
    desk = Desk(per_sender=1)
    for _ in range(3):
        after = Desk(per_sender=1, safe=desk.safe)
        assert await after.intake.take(mail(1)) == "asked"


async def test_a_verdict_to_its_card_counts_though_the_breaker_is_open() -> None:
    desk = Desk(per_sender=1)
    token = await desk.card()
    for number in range(2):
        await desk.intake.take(mail(number))
    there = hostile.setting(token=token, parent=desk.parent)
    assert await desk.intake.take(hostile.build(there, "approve\n")) == "approve"


async def test_where_notices_stop_the_owner_is_told_once() -> None:
    desk = Desk(per_thread=2)
    there = hostile.setting(token=await desk.card(), parent=desk.parent, sender=BEN)
    for number in range(4):
        mail = hostile.build(there, "approve\n", mid=f"<{number}@example.com>")
        assert await desk.intake.take(mail) == "refused"
    (note,) = told(desk)
    assert "Mail is not answered" in note
    assert BEN in note
