"""Wire: a proxy before Redis that loses replies: of a share of the commits by itself, and all of them while it is held.

What is carried out while it is held is acknowledged to nobody, and so a power loss may take it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import cast

from bot.engine.scripts import APPEND


@dataclass
class Wire:
    """The proxy and what it did. `share` of the commits lose their reply, and their connection with it."""

    upstream: str
    share: float
    random: Random
    lost: int = 0
    held: bool = False
    age: int = 0
    open: set[asyncio.Transport] = field(default_factory=set[asyncio.Transport])

    def hold(self) -> None:
        """From now on no reply reaches anyone."""
        self.held = True

    def release(self) -> None:
        """New connections are as ever. What the old ones still have in their buffers is never delivered."""
        self.held, self.age = False, self.age + 1

    def loses(self, request: bytes) -> bool:
        """Whether the reply to this request shall be lost."""
        return APPEND.digest.encode() in request and self.random.random() < self.share


class _Client(asyncio.Protocol):
    """A connection of a worker's. Until the server's half stands, what it says is kept."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._kept: list[bytes] = []
        self._server: asyncio.Transport | None = None
        self.transport: asyncio.Transport
        self.loses = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._wire.open.add(self.transport)
        self._connecting = asyncio.ensure_future(self._connect())

    async def _connect(self) -> None:
        try:
            loop = asyncio.get_running_loop()
            made = lambda: _Server(self._wire, self)  # noqa: E731 - a factory of one line
            server, _ = await loop.create_unix_connection(made, self._wire.upstream)
        except OSError:
            self.transport.abort()
            return
        self._server = server
        server.writelines(self._kept)

    def data_received(self, data: bytes) -> None:
        self.loses = self.loses or self._wire.loses(data)
        if self._server is None:
            self._kept.append(data)
            return
        self._server.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wire.open.discard(self.transport)
        self._connecting.cancel()
        if self._server is not None:
            self._server.abort()


class _Server(asyncio.Protocol):
    """The server's half of a connection."""

    def __init__(self, wire: Wire, client: _Client) -> None:
        self._wire, self._client, self._age = wire, client, wire.age

    def data_received(self, data: bytes) -> None:
        if self._wire.held or self._age != self._wire.age:
            return
        if self._client.loses:
            self._wire.lost += 1
            self._client.transport.abort()
            return
        self._client.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._client.transport.abort()


@asynccontextmanager
async def wire_before(url: str, folder: Path, share: float, random: Random) -> AsyncGenerator[Wire]:
    """A proxy at `folder/wire` for as long as the block runs."""
    wire = Wire(url.removeprefix("unix://").partition("?")[0], share, random)
    loop = asyncio.get_running_loop()
    server = await loop.create_unix_server(lambda: _Client(wire), folder / "wire")
    try:
        yield wire
    finally:
        server.close()
        for transport in list(wire.open):
            transport.abort()
        await server.wait_closed()
        await asyncio.sleep(0)
