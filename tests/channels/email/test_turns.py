"""Taking turns at a mailbox, on a real IMAP server and a real Redis."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from bot.engine.redis_store import RedisStore
from bot.kit.lease import Lease
from channels.email.listen import Listener, NotWelcome
from channels.email.secure import Server
from channels.email.turns import in_turn
from tests.channels.email.fakes import BOT, Taken
from tests.mail_server import dovecot
from tests.mail_server.dovecot import PASSWORD, Dovecot

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
SECONDS = 1.0
PATIENCE_SECONDS = 30.0


class Noting:
    """An intake that notes down what it was given."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    async def take(self, raw: bytes) -> str:
        self.seen.append(raw.partition(b"Subject: ")[2].partition(b"\r\n")[0])
        return "asked"


class Away:
    """A lease whose store can be away."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self.is_away = False
        self.seconds = lease.seconds

    async def hold(self) -> bool:
        if self.is_away:
            raise ConnectionError("the store is away")
        return await self._lease.hold()

    async def leave(self) -> None:
        if self.is_away:
            raise ConnectionError("the store is away")
        await self._lease.leave()


class Reader:
    """A process that reads the mailbox when it is its turn."""

    def __init__(self, port: int, lease: Away, taken: Taken, password: str = PASSWORD) -> None:
        self.intake, self.lease = Noting(), lease
        self.stop, self.ready = asyncio.Event(), asyncio.Event()
        server = Server("IMAP", "127.0.0.1", port, "bot", password, "none")
        intake: object = self.intake

        def listener() -> Listener:
            # It takes a mail as an intake does, and that is all a listener asks for.
            return Listener(server, BOT, intake, taken)  # pyright: ignore[reportArgumentType]

        self.running = asyncio.create_task(in_turn(lease, listener, self.stop, self.ready.set))

    async def ends(self) -> None:
        self.stop.set()
        await self.running


@pytest.fixture
def server(free_port: Callable[[], int]) -> Iterator[Dovecot]:
    server = Dovecot(free_port())
    server.start()
    yield server
    server.remove()


@asynccontextmanager
async def leases(url: str) -> AsyncGenerator[Callable[[], Away]]:
    store = RedisStore(url, lease_seconds=5)
    await store.open()
    try:
        yield lambda: Away(store.lease("mailbox", SECONDS))
    finally:
        await store.close()


async def test_one_reads_and_another_takes_over(server: Dovecot, redis_server: str) -> None:
    taken = Taken()
    async with leases(redis_server) as lease:
        one, other = Reader(server.port, lease(), taken), Reader(server.port, lease(), taken)
        await asyncio.gather(one.ready.wait(), other.ready.wait())
        await _write(server, "1")
        await _until(lambda: one.intake.seen + other.intake.seen == [b"1"])
        first, second = (one, other) if one.intake.seen else (other, one)
        # Its store is away: it stops before the lease is over, and the other goes on from there.
        first.lease.is_away = True
        begun, last = time.monotonic(), 1
        while not second.intake.seen:
            last += 1
            await _write(server, f"{last}")
            await _until(partial(_are, first, second, last))
        assert time.monotonic() - begun < SECONDS + 5
        # Told to stop it lets go at once, and whoever was away is there again.
        first.lease.is_away = False
        await second.ends()
        await _write(server, "last")
        await _until(lambda: first.intake.seen[-1:] == [b"last"])
        assert _are(first, second, last + 1)
        await first.ends()


async def test_a_wrong_password_is_said_by_the_first_who_reads(
    server: Dovecot, redis_server: str
) -> None:
    async with leases(redis_server) as lease:
        with pytest.raises(NotWelcome):
            await Reader(server.port, lease(), Taken(), "wrong").running
        assert await lease().hold()


def _are(first: Reader, second: Reader, count: int) -> bool:
    return len(first.intake.seen + second.intake.seen) == count


async def _write(server: Dovecot, subject: str) -> None:
    raw = f"From: ana@example.com\r\nMessage-ID: <{subject}@example.com>\r\nSubject: {subject}\r\n\r\nhello\r\n"
    await asyncio.to_thread(server.deliver, "bot", raw.encode())


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
