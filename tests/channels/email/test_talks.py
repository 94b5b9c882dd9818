"""Talks: those who listen and those who send write to one conversation at once, and no change of either is lost."""

from __future__ import annotations

import asyncio

from bot.engine.redis_store import RedisStore
from channels.email.threads import Talk, Talks

PLACE = "abcdefghijklmnop"
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
