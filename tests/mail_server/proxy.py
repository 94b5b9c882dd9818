"""What stands between a client and its server, and can cut all connections at any moment, in the middle of a word."""

from __future__ import annotations

import asyncio
import socket
from asyncio import StreamReader, StreamWriter
from contextlib import suppress


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Proxy:
    """A port that leads to another one."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._open = set[StreamWriter]()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.cut_at = b""
        """When these octets come from a client next, everything is cut before they are passed on."""
        self.said = b""
        """What clients have sent."""
        self.connections = 0
        self._silenced = set[StreamWriter]()

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Every connection ends here and now."""
        for each in self._open:
            each.transport.abort()

    def silence(self) -> None:
        """What stands stays, and nothing is passed on by it any more; who comes from now on is served."""
        self._silenced |= self._open

    async def drip(self, octets: bytes, seconds: float) -> None:
        """The same, but that something comes from it now and then, and never the end of a line."""
        self.silence()
        while any(not each.transport.is_closing() for each in self._silenced):
            for each in self._silenced:
                each.write(octets)
            await asyncio.sleep(seconds)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._open.add(writer)
        self.connections += 1
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
            self._open.add(back)
            try:
                await asyncio.gather(
                    self._pass(reader, back, is_client=True), self._pass(there, writer)
                )
            finally:
                self._open.discard(back)
                back.transport.abort()
        except OSError:
            return
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pass(
        self, reader: StreamReader, writer: StreamWriter, *, is_client: bool = False
    ) -> None:
        with suppress(OSError):
            while octets := await reader.read(4096):
                if is_client and self.cut_at and self.cut_at in octets:
                    self.cut_at = b""
                    self.cut()
                    return
                self.said += octets if is_client else b""
                if writer in self._silenced:
                    continue
                writer.write(octets)
                await writer.drain()
        writer.transport.abort()
