"""The guard of the suite: no test leaves this machine, by whatever road."""

from __future__ import annotations

import asyncio
import socket

import pytest

REFUSAL = "tests stay on this machine"


def test_a_connection_to_elsewhere_is_refused() -> None:
    with socket.socket() as wire, pytest.raises(Exception, match=REFUSAL):
        wire.connect(("192.0.2.1", 9))


def test_a_datagram_to_elsewhere_is_refused() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire,
        pytest.raises(Exception, match=REFUSAL),
    ):
        wire.sendto(b"x", ("192.0.2.1", 9))


def test_a_name_from_elsewhere_is_not_looked_up() -> None:
    with pytest.raises(Exception, match=REFUSAL):
        socket.getaddrinfo("example.com", 443)


async def test_asyncio_is_no_way_around() -> None:
    with pytest.raises(Exception, match=REFUSAL):
        await asyncio.open_connection("192.0.2.1", 9)


async def test_loopback_is_open() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        port: int = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
