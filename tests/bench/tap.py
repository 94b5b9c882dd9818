"""Tap: a wire between client and server that counts round trips: something was sent, and an answer came back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Self

from bot.engine import scripts

_DUTIES = [
    script.digest.encode()
    for script in (scripts.RENEW, scripts.RECLAIM, scripts.DUE, scripts.PRUNE)
]
_NOTHING_CAME = b"*-1\r\n"
_CHUNK_BYTES = 1 << 20


class Tap:
    """Listens on a socket of its own while the block lasts. Heartbeat, timers and waiting in vain do not count."""

    def __init__(self, folder: Path, url: str) -> None:
        self._server_path = url.removeprefix("unix://")
        self._path = folder / "tap"
        self._writers: list[asyncio.StreamWriter] = []
        self._pumps = set[asyncio.Task[None]]()
        self.url = f"unix://{self._path}"
        self.trips = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._connected, self._path)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(self._server_path)
        self._writers += [writer, server_writer]
        asked: list[bytes] = []
        self._pumps |= {
            asyncio.create_task(self._up(reader, server_writer, asked)),
            asyncio.create_task(self._down(server_reader, writer, asked)),
        }

    async def _up(
        self, client: asyncio.StreamReader, server: asyncio.StreamWriter, asked: list[bytes]
    ) -> None:
        while chunk := await client.read(_CHUNK_BYTES):
            asked.append(chunk)
            server.write(chunk)
        server.close()

    async def _down(
        self, server: asyncio.StreamReader, client: asyncio.StreamWriter, asked: list[bytes]
    ) -> None:
        while chunk := await server.read(_CHUNK_BYTES):
            question = b"".join(asked)
            asked.clear()
            duty = any(digest in question for digest in _DUTIES)
            if question and not duty and chunk != _NOTHING_CAME:
                self.trips += 1
            client.write(chunk)
        client.close()
