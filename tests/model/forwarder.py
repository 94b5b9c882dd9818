"""Forwarder: a small HTTP proxy on loopback that writes down what it was asked for.

Whatever host is named, it forwards to one address, so that a test can speak of `example.com`.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Forwarder:
    """Speaks CONNECT for https and the absolute form for http; `asked` holds the request lines."""

    def __init__(self, port: int) -> None:
        self.asked: list[str] = []
        self.url = ""
        self._port = port
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Forwarder:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.gather(*self._open)
        await self._server.wait_closed()

    def _accept(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        self._open.add(asyncio.create_task(self._serve(client, answer)))

    async def _serve(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        head = await client.readuntil(b"\r\n\r\n")
        line, rest = head.split(b"\r\n", 1)
        self.asked.append(line.decode())
        method, target, version = line.split(b" ")
        server, onward = await asyncio.open_connection("127.0.0.1", self._port)
        if method == b"CONNECT":
            answer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = b"/" + target.split(b"/", 3)[3]
            onward.write(b" ".join((method, path, version)) + b"\r\n" + rest)
        await asyncio.gather(_pour(client, onward), _pour(server, answer))


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while part := await source.read(65536):
            sink.write(part)
            await sink.drain()
    sink.close()
    with suppress(ConnectionError):
        await sink.wait_closed()
