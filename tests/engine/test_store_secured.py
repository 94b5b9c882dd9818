"""A Redis that is not ours: behind TLS, and with a user of its own."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import redis
from redis.exceptions import ConnectionError as NoConnection

from bot.engine.commit import Append, Appended
from bot.engine.redis_store import RedisStore


async def stores_an_event(url: str) -> bool:
    async with RedisStore(url, lease_seconds=30) as store:
        commit = Append(thread="t1", kind="arrival", id="e1", events=(b"{}",))
        return isinstance(await store.append(commit), Appended)


def certificate(folder: Path) -> Path:
    """A certificate for localhost, and its key beside it in one file."""
    both = folder / "server.pem"
    ask = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout {folder}/key -out {folder}/cert"
    subprocess.run(["openssl", *ask.split()], check=True, capture_output=True)
    both.write_text((folder / "key").read_text() + (folder / "cert").read_text())
    return both


@asynccontextmanager
async def behind_tls(url: str, pem: Path) -> AsyncGenerator[int]:
    """A port that speaks TLS and passes everything on to the server at this address."""
    path = url.removeprefix("unix://")

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(path)
        await asyncio.gather(_copy(reader, back), _copy(there, writer))

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, ssl.SSLError):
        while some := await reader.read(65_536):
            writer.write(some)
            await writer.drain()
    writer.close()


async def test_a_server_behind_tls_is_spoken_to_if_its_certificate_is_trusted(
    redis_server: str, tmp_path: Path
) -> None:
    pem = certificate(tmp_path)
    async with behind_tls(redis_server, pem) as port:
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
