"""A Redis that is not ours: behind TLS, and with a user of its own."""

from __future__ import annotations

import asyncio
import ssl
from functools import partial
from pathlib import Path

import pytest
import redis
from redis.exceptions import ConnectionError as NoConnection

from bot.engine.commit import Append, Appended
from bot.engine.redis_store import RedisStore
from tests import tls


async def stores_an_event(url: str) -> bool:
    async with RedisStore(url, lease_seconds=30) as store:
        commit = Append(thread="t1", kind="arrival", id="e1", events=(b"{}",))
        return isinstance(await store.append(commit), Appended)


async def test_a_server_behind_tls_is_spoken_to_if_its_certificate_is_trusted(
    redis_server: str, tmp_path: Path
) -> None:
    pair = tls.certificate(tmp_path)
    connect = partial(asyncio.open_unix_connection, redis_server.removeprefix("unix://"))
    async with tls.behind_tls(connect, pair) as port:
        assert await stores_an_event(f"rediss://localhost:{port}?ssl_ca_certs={tmp_path}/cert")
        with pytest.raises((NoConnection, ssl.SSLError)):
            await stores_an_event(f"rediss://localhost:{port}")


async def test_a_user_with_just_our_keys_is_enough(redis_server: str) -> None:
    with redis.Redis.from_url(redis_server) as admin:  # pyright: ignore[reportUnknownMemberType]
        rules = ("on", ">s3cret", "resetkeys", "~bot:*", "+@all", "-@admin", "-@dangerous", "+info")
        admin.execute_command("ACL", "SETUSER", "bot", *rules)  # pyright: ignore[reportUnknownMemberType]
        path = redis_server.removeprefix("unix://")
        try:
            assert await stores_an_event(f"unix://bot:s3cret@{path}")
            with pytest.raises(NoConnection, match="invalid username-password"):
                await stores_an_event(f"unix://bot:wrong@{path}")
        finally:
            admin.execute_command("ACL", "DELUSER", "bot")  # pyright: ignore[reportUnknownMemberType]
