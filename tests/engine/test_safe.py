"""The safe: what is kept is found again, a ticket is good once, and a reply that is lost changes neither."""

# redis types its keys loosely.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis import Redis

from bot.engine.redis_safe import RedisSafe
from bot.engine.redis_store import RedisStore
from tests.engine.cutting import cutter_before


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[RedisSafe]:
    async with RedisStore(url, lease_seconds=5) as store:
        yield store.safe()


async def test_what_is_kept_is_found_until_it_is_dropped(redis_server: str) -> None:
    async with opened(redis_server) as safe:
        assert (await safe.get("a"), await safe.names()) == (None, [])
        await safe.put("a", "ö")
        await safe.put("b", "1")
        await safe.put("b", "2")
        assert (await safe.get("a"), await safe.get("b")) == ("ö", "2")
        assert await safe.names() == ["a", "b"]
        await safe.drop([])
        await safe.drop(["a", "c"])
        assert await safe.names() == ["b"]


async def test_a_ticket_is_good_once_whoever_comes_first(redis_server: str) -> None:
    async with opened(redis_server) as safe, opened(redis_server) as other:
        assert not await safe.is_spent("t")
        spent = await asyncio.gather(*(each.spend("t", 60) for each in (safe, other) * 10))
        assert sorted(spent) == [False] * 19 + [True]
        assert [await each.is_spent("t") for each in (safe, other)] == [True, True]
        assert not await safe.is_spent("another")


async def test_that_a_ticket_was_spent_is_forgotten(redis_server: str) -> None:
    async with opened(redis_server) as safe:
        await safe.spend("short", 1)
        await safe.spend("long", 60)
        with Redis.from_url(redis_server, decode_responses=True) as raw:
            deadline = time.monotonic() + 10
            while len(list(raw.scan_iter("bot:{safe}:ticket:*"))) > 1:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)
        assert not await safe.is_spent("short")
        assert await safe.is_spent("long")


@pytest.mark.parametrize("word", [b"EVALSHA", b"HSET", b"HDEL"])
async def test_a_lost_reply_changes_nothing(
    redis_server: str, short_home: Path, word: bytes
) -> None:
    async with cutter_before(redis_server, short_home) as cutter, opened(cutter.url) as safe:
        await safe.spend("other", 60)
        await safe.put("a", "1")
        cutter.lose_reply_to(word)
        await safe.put("b", "2")
        await safe.drop(["a"])
        assert await safe.spend("t", 60)
        assert (cutter.lost, cutter.sent) == (1, 2)
        assert await safe.names() == ["b"]
        assert not await safe.spend("t", 60)


async def test_what_is_swapped_takes_the_place_of_what_was_read_and_of_nothing_else(
    redis_server: str, short_home: Path
) -> None:
    async with cutter_before(redis_server, short_home) as cutter, opened(cutter.url) as safe:
        assert not await safe.swap("a", "0", "1")
        assert await safe.swap("a", "", "1")
        cutter.lose_reply_to(b"EVALSHA")
        assert await safe.swap("a", "1", "2"), "it is sent again, and has been done"
        assert cutter.lost == 1
        assert not await safe.swap("a", "1", "3")
        assert await safe.get("a") == "2"


async def test_what_is_lent_is_forgotten_and_stands_apart_from_what_is_kept(
    redis_server: str,
) -> None:
    async with opened(redis_server) as safe:
        await safe.lend("a", "ö", 60)
        assert (await safe.lent("a"), await safe.get("a"), await safe.names()) == ("ö", None, [])
        with Redis.from_url(redis_server, decode_responses=True) as raw:
            [key] = raw.scan_iter("bot:{safe}:lent:*")
            assert 0 < raw.ttl(key) <= 60
