"""A lease: one has it, the others do not; it is let go, or it is over by itself; a reply that is lost changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.engine.redis_lease import RedisLease
from bot.engine.redis_store import RedisStore
from tests.engine.cutting import cutter_before


@asynccontextmanager
async def opened(url: str, seconds: float) -> AsyncGenerator[RedisLease]:
    async with RedisStore(url, lease_seconds=5) as store:
        yield store.lease("mailbox", seconds)


async def test_one_has_it_until_it_is_let_go(redis_server: str) -> None:
    async with opened(redis_server, 60) as one, opened(redis_server, 60) as other:
        held = await asyncio.gather(*(each.hold() for each in (one, other) * 5))
        assert sorted(held) == [False] * 5 + [True] * 5
        first, second = (one, other) if held[0] else (other, one)
        await second.leave()
        assert (await first.hold(), await second.hold()) == (True, False)
        await first.leave()
        assert (await second.hold(), await first.hold()) == (True, False)


async def test_it_is_over_where_nobody_holds_on_to_it(redis_server: str) -> None:
    async with opened(redis_server, 0.2) as one, opened(redis_server, 60) as other:
        assert await one.hold()
        async with asyncio.timeout(10):
            while not await other.hold():
                await asyncio.sleep(0.02)
        assert not await one.hold()


async def test_a_lost_reply_changes_nothing(redis_server: str, short_home: Path) -> None:
    async with (
        cutter_before(redis_server, short_home) as cutter,
        opened(cutter.url, 60) as one,
        opened(redis_server, 60) as other,
    ):
        assert await one.hold()
        cutter.lose_reply_to(b"EVALSHA")
        assert await one.hold()
        cutter.lose_reply_to(b"EVALSHA")
        await one.leave()
        assert cutter.lost == 1
        assert await other.hold()
