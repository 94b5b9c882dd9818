"""A proxy before Redis that lets a command be carried out and then loses the reply."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast


@dataclass(slots=True)
class Cutter:
    """Loses the reply to the next request that holds `word`, once each time it is set."""

    upstream: str
    url: str
    word: bytes = b""
    lost: int = 0
    sent: int = 0
    connections: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def lose_reply_to(self, word: bytes) -> None:
        self.word, self.lost, self.sent = word, 0, 0

    async def serve(self, down: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """One connection of the client, until either side ends it or its reply is lost."""
        self.connections.add(cast("asyncio.Task[None]", asyncio.current_task()))
        up, ahead = await asyncio.open_unix_connection(self.upstream)
        cut = asyncio.Event()
        both = [self._requests(down, ahead, cut), self._replies(up, back, cut)]
        pumps = [asyncio.create_task(pump) for pump in both]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        for writer in (ahead, back):
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _requests(
        self, down: asyncio.StreamReader, ahead: asyncio.StreamWriter, cut: asyncio.Event
    ) -> None:
        # The word may lie across two chunks, so the end of the last one is looked at again.
        tail = b""
        while chunk := await down.read(1 << 16):
            if self.word and self.word in tail + chunk:
                self.sent += 1
                if not self.lost:
                    cut.set()
                tail = b""
            else:
                tail = chunk[1 - len(self.word) :]
            ahead.write(chunk)
            await ahead.drain()

    async def _replies(
        self, up: asyncio.StreamReader, back: asyncio.StreamWriter, cut: asyncio.Event
    ) -> None:
        while reply := await up.read(1 << 16):
            if cut.is_set():
                self.lost += 1
                return
            back.write(reply)
            await back.drain()


@asynccontextmanager
async def cutter_before(url: str, folder: Path) -> AsyncGenerator[Cutter]:
    address = folder / "cut"
    cutter = Cutter(url.removeprefix("unix://").partition("?")[0], f"unix://{address}")
    server = await asyncio.start_unix_server(cutter.serve, address)
    async with server:
        yield cutter
        # The clients are closed by now, so each connection comes to its end by itself.
        await asyncio.gather(*cutter.connections)
