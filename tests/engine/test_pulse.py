"""The pulse: what was said and nobody heard of is noticed, by whoever was silent all the while; ages are given, nothing waits."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from redis import Redis

from bot.engine.redis_pulse import RedisPulse
from bot.engine.redis_store import RedisStore
from tests.engine.cutting import cutter_before


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[RedisPulse]:
    async with RedisStore(url, lease_seconds=5) as store:
        yield store.pulse("slack")


async def test_where_nothing_was_said_nothing_is_missed(redis_server: str) -> None:
    async with opened(redis_server) as pulse:
        assert not await pulse.unheard(200, 30)


async def test_what_was_said_is_missed_once_it_is_overdue(redis_server: str) -> None:
    async with opened(redis_server) as pulse:
        await pulse.said(5)
        assert not await pulse.unheard(200, 30)
        await pulse.said(40)
        assert await pulse.unheard(200, 30)
        assert not await pulse.unheard(200, 60)


async def test_whoever_heard_anything_since_misses_nothing(redis_server: str) -> None:
    async with opened(redis_server) as pulse:
        await pulse.said(40)
        assert not await pulse.unheard(35, 30)
        await pulse.said(38)
        assert not await pulse.unheard(200, 30)


async def test_another_who_heard_speaks_for_all(redis_server: str) -> None:
    async with opened(redis_server) as one, opened(redis_server) as other:
        await one.said(40)
        assert not await other.unheard(10, 30)
        assert not await one.unheard(200, 30)


async def test_two_who_heard_nothing_are_both_told(redis_server: str) -> None:
    async with opened(redis_server) as one, opened(redis_server) as other:
        await one.said(40)
        assert [await each.unheard(200, 30) for each in (one, other)] == [True, True]


async def test_what_is_said_all_the_time_does_not_hide_what_was_said_first(
    redis_server: str,
) -> None:
    async with opened(redis_server) as pulse:
        for age in range(40, 0, -1):
            await pulse.said(age)
        assert await pulse.unheard(200, 30)


async def test_nothing_is_kept_for_more_than_ten_minutes(redis_server: str) -> None:
    async with opened(redis_server) as pulse:
        await pulse.said(599.9)
        await pulse.said(700)
        await pulse.said(1)
        with Redis.from_url(redis_server) as raw:  # pyright: ignore[reportUnknownMemberType]
            assert raw.zcard("bot:{pulse}:slack") <= 3
            assert 0 < int(str(raw.pttl("bot:{pulse}:slack"))) <= 600_000
        assert not await pulse.unheard(10_000, 650)


async def test_a_lost_reply_changes_nothing(redis_server: str, short_home: Path) -> None:
    async with cutter_before(redis_server, short_home) as cutter, opened(cutter.url) as pulse:
        await pulse.said(40)
        cutter.lose_reply_to(b"EVALSHA")
        await pulse.said(40)
        assert cutter.lost == 1
        assert await pulse.unheard(200, 30)
        assert not await pulse.unheard(1, 30)


async def test_the_turns_of_all_listeners_are_counted_together(redis_server: str) -> None:
    async with opened(redis_server) as pulse:
        assert await pulse.listeners() == (0, 0)
        assert await pulse.turns("one", 2, 1) == (2, 1)
        assert await pulse.turns("two", 3, 3) == (5, 2)
        assert await pulse.turns("one", 0) == (5, 2)
        assert await pulse.listeners() == (2, 3)
