"""Talks: those who listen and those who send write to one conversation at once, and no change of either is lost."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.outbox import Say
from bot.core.values import Address
from bot.engine.redis_store import RedisStore
from channels.email.threads import Talk, Talks
from tests.channels.email import hostile
from tests.channels.email.fakes import BOT, Desk
from tests.channels.email.test_missed import Refusing, channel

PLACE = "abcdefghijklmnop"
CROWDED = "ponmlkjihgfedcba"
ANA = "ana@example.com"


async def test_two_who_write_at_once_lose_nothing_of_each_other(redis_server: str) -> None:
    joined = [f"p{number}@example.com" for number in range(15)]
    told = [f"t{number}@example.com" for number in range(15)]
    sent = [f"<{number}@example.com>" for number in range(15)]
    async with (
        RedisStore(redis_server, lease_seconds=5) as here,
        RedisStore(redis_server, lease_seconds=5) as there,
    ):
        listens, sends = Talks(here.safe()), Talks(there.safe())
        await listens.heard(PLACE, Talk("Release", ANA, (), ("<root@example.com>",)))
        await asyncio.gather(
            *(listens.joined(PLACE, each) for each in joined),
            *(sends.wrote(PLACE, (each,)) for each in told),
            *(sends.sent(PLACE, each) for each in sent),
        )
        talk = await listens.get(PLACE)
    assert talk is not None
    assert (set(talk.cc), set(talk.told)) == ({*joined}, {*told})
    assert set(talk.ids) == {"<root@example.com>", *sent}


@pytest.mark.parametrize(
    ("others", "copied", "heard"), [(30, 30, 30), (31, 0, 31), (200, 0, 200), (5_000, 0, 200)]
)
async def test_a_crowd_is_not_mailed_and_whoever_wrote_is_told_so(
    others: int, copied: int, heard: int
) -> None:
    desk, post = Desk(), Refusing()
    mail = await channel(desk, post)
    crowd = tuple(f"p{number}@example.com" for number in range(others))
    for talk in (
        Talk("Release", ANA, crowd),
        Talk("Release", ANA, crowd, last="<next@example.com>"),
    ):
        await desk.talks.heard(CROWDED, talk)
    await mail.send(Address(channel="email", locator=CROWDED), Say("tabcdefghijk-2-0", "Done."))
    [(raw, to)] = post.sent.values()
    assert to == (ANA, *crowd[:copied])
    assert (b"goes to you alone" in raw) is not bool(copied)
    known = await desk.talks.get(CROWDED)
    assert known is not None
    assert len(known.known & {*crowd}) == heard


async def test_a_mail_without_an_id_is_answered_under_its_subject() -> None:
    desk, post = Desk(), Refusing()
    mail = await channel(desk, post)
    raw = hostile.build(hostile.setting(), "Ship it.\n", to=BOT, mid=None, irt=None, subject="Hi")
    assert await desk.intake.take(raw) == "asked"
    await mail.send(desk.taken.said[-1].address, Say("tabcdefghijk-2-0", "Done."))
    [(sent, _)] = post.sent.values()
    assert b"\nSubject: Re: Hi\r\n" in sent
