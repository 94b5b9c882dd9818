"""Listening, against a real IMAP server that restarts, drops connections and makes its mailbox another generation."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import cast

import pytest
from imapclient import IMAPClient

from channels.email import listen
from channels.email.imap import connected
from channels.email.listen import Listener, NotWelcome
from channels.email.mailbox import Cursor
from channels.email.secure import Server
from tests.channels.email.fakes import BOT, Taken
from tests.mail_server import dovecot
from tests.mail_server.dovecot import PASSWORD, Dovecot
from tests.mail_server.proxy import Proxy

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
PATIENCE_SECONDS = 60.0
DELIVERIES = int(os.environ.get("MAIL_DELIVERIES", "60"))


def named(name: bytes) -> bytes:
    """A mail with this ID."""
    return b"From: ana@example.com\r\nMessage-ID: " + name + b"\r\nSubject: x\r\n\r\nhello\r\n"


class Counting:
    """An intake that counts what it was given; the first `trouble` tries of a mail fail."""

    def __init__(self) -> None:
        self.seen: dict[bytes, int] = {}
        self.trouble: dict[bytes, int] = {}

    async def take(self, raw: bytes) -> str:
        name = raw.partition(b"Message-ID: ")[2].partition(b"\r\n")[0]
        if self.trouble.get(name, 0) > 0:
            self.trouble[name] -= 1
            raise ConnectionError("the store is away")
        self.seen[name] = self.seen.get(name, 0) + 1
        return "asked"


class Ear:
    """A listener of a mailbox, and what it heard."""

    def __init__(self, server: Dovecot) -> None:
        self.server, self.intake, self.taken = server, Counting(), Taken()

    @asynccontextmanager
    async def listening(self, password: str = PASSWORD, port: int = 0) -> AsyncGenerator[None]:
        server = Server("IMAP", "127.0.0.1", port or self.server.port, "bot", password, "none")
        intake: object = self.intake
        # It takes a mail as an intake does, and that is all a listener asks for.
        listener = Listener(server, BOT, intake, self.taken)  # pyright: ignore[reportArgumentType]
        stop, ready = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(listener.listen(stop, ready.set))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if running.done():
            running.result()
        try:
            yield
        finally:
            stop.set()
            await running

    async def write(self, number: int) -> bytes:
        return await asyncio.to_thread(self.put, number)

    def put(self, number: int) -> bytes:
        name = f"<{number}@example.com>".encode()
        self.server.deliver("bot", named(name))
        return name

    async def heard(self, names: list[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not set(names) <= set(self.intake.seen):
            assert time.monotonic() < deadline, set(names) - set(self.intake.seen)
            await asyncio.sleep(0.05)


@pytest.fixture
def ear(free_port: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> Iterator[Ear]:
    monkeypatch.setattr(listen, "FIRST_SECONDS", 0.05)
    monkeypatch.setattr(listen, "LAST_SECONDS", 0.5)
    server = Dovecot(free_port())
    server.start()
    yield Ear(server)
    server.remove()


async def test_what_came_before_and_what_comes_now_is_heard_once(ear: Ear) -> None:
    first = await ear.write(1)
    async with ear.listening():
        begun = time.monotonic()
        second = await ear.write(2)
        await ear.heard([first, second])
        assert time.monotonic() - begun < 5
    third = await ear.write(3)
    async with ear.listening():
        await ear.heard([third])
    assert set(ear.intake.seen.values()) == {1}


async def test_the_server_is_told_what_program_reads(ear: Ear) -> None:
    """Some servers refuse SELECT to a program that has not said what it is (RFC 2971)."""
    first = await ear.write(1)
    async with ear.listening():
        await ear.heard([first])
    said = [line for line in ear.server.log() if "name=outer-loop-bot" in line]
    assert len(said) == 1


async def test_a_mail_that_cannot_be_stored_is_tried_again_and_then_buried(ear: Ear) -> None:
    ear.intake.trouble = {b"<1@example.com>": 2, b"<2@example.com>": 100}
    names = [await ear.write(number) for number in (1, 2, 3)]
    async with ear.listening():
        await ear.heard([names[0], names[2]])
    assert [cause for _, cause in ear.taken.buried] == ["ConnectionError: the store is away"]


async def test_a_wrong_password_is_said_at_once(ear: Ear) -> None:
    with pytest.raises(NotWelcome, match=r"IMAP_PASSWORD: \[AUTH"):
        async with ear.listening("wrong"):
            pass


async def test_where_no_tls_is_spoken_it_is_said_what_to_set(ear: Ear) -> None:
    server = Server("IMAP", "127.0.0.1", ear.server.port, "bot", PASSWORD)
    with pytest.raises(OSError, match="WRONG_VERSION") as refused:
        connected(server)
    assert "IMAP_SECURITY=starttls" in server.trouble(refused.value)


async def test_a_mail_that_comes_just_before_we_wait_is_not_left_lying(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dovecot tells of it once the next one comes, and not before."""
    idle, names = IMAPClient.idle, [b"<2@example.com>"]

    def late(client: IMAPClient) -> None:
        if names:
            ear.server.drop("bot", named(names.pop()))
        idle(client)

    monkeypatch.setattr(IMAPClient, "idle", late)
    await ear.write(1)
    async with ear.listening():
        begun = time.monotonic()
        await ear.heard([b"<1@example.com>", b"<2@example.com>"])
        assert time.monotonic() - begun < 10


async def test_a_mail_that_comes_just_before_a_look_is_seen_by_it(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server may answer SEARCH as of the command before, and tell of what has come since behind it."""
    idle, done, names, waits = (
        IMAPClient.idle,
        IMAPClient.idle_done,
        [b"<2@example.com>"],
        list[int](),
    )

    def waiting(client: IMAPClient) -> None:
        waits.append(len(ear.intake.seen))
        idle(client)

    def ended(client: IMAPClient) -> object:
        told = cast("object", done(client))
        if names and ear.intake.seen:
            waits.clear()
            ear.server.drop("bot", named(names.pop()))
        return told

    monkeypatch.setattr(IMAPClient, "idle", waiting)
    monkeypatch.setattr(IMAPClient, "idle_done", ended)
    await ear.write(1)
    async with ear.listening():
        await ear.heard([b"<1@example.com>", b"<2@example.com>"])
    assert 1 not in waits, "it was looked for, not found, and waited for once more"


async def test_a_connection_that_ends_while_we_log_in_is_no_refusal(ear: Ear) -> None:
    name = await ear.write(1)
    async with Proxy(ear.server.port) as proxy:
        proxy.cut_at = b"LOGIN"
        async with ear.listening(port=proxy.port):
            await ear.heard([name])
    assert proxy.cut_at == b""


async def test_a_connection_that_is_cut_without_a_word_is_made_anew_at_once(ear: Ear) -> None:
    async with ear.listening():
        await ear.heard([await ear.write(1)])
        await asyncio.to_thread(ear.server.stop)
        await asyncio.to_thread(ear.server.start)
        begun = time.monotonic()
        await ear.heard([await ear.write(2)])
        assert time.monotonic() - begun < 10


@pytest.mark.parametrize("known", [True, False], ids=["another generation", "a first start"])
async def test_what_comes_while_the_last_days_are_read_again_is_heard(
    ear: Ear, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    names = [await ear.write(1)]
    search = cast("Callable[[IMAPClient, list[object]], object]", IMAPClient.search)
    if known:
        ear.taken.places[f"{BOT}/INBOX"] = str(Cursor(7, 1, date.today()))  # noqa: DTZ011 - as the mailbox counts days

    def slow(client: IMAPClient, criteria: list[object]) -> object:
        found = search(client, criteria)
        if criteria[0] == "SINCE":
            names.append(ear.put(2))
        return found

    monkeypatch.setattr(IMAPClient, "search", slow)
    async with ear.listening():
        await ear.heard([*names, b"<2@example.com>"])
    assert set(ear.intake.seen.values()) == {1}


async def test_reading_again_goes_on_where_it_stood(ear: Ear) -> None:
    """As by a listener that was killed meanwhile: what is older than those days stays unread, wherever it lies."""
    names = [await ear.write(number) for number in (1, 2, 3)]
    async with ear.listening():
        await ear.heard(names)
    validity = ear.taken.places[f"{BOT}/INBOX"].partition(":")[0]
    tomorrow = date.today() + timedelta(days=1)  # noqa: DTZ011 - as the mailbox counts days
    for since, heard in ((date.today(), {names[1], names[2]}), (tomorrow, set[bytes]())):  # noqa: DTZ011 - as the mailbox counts days
        ear.intake.seen.clear()
        ear.taken.places[f"{BOT}/INBOX"] = str(Cursor(int(validity), 1, since, 3))
        async with ear.listening():
            await ear.heard([await ear.write(4)] if since == tomorrow else [names[2]])
        assert set(ear.intake.seen) - {b"<4@example.com>"} == heard


def test_a_cursor_that_cannot_be_read_is_none() -> None:
    assert [Cursor.read(text) for text in ("", "1:2", "1:2:x:0", "a:1:1:1")] == [None] * 4


async def test_restarts_and_other_generations_lose_nothing(ear: Ear) -> None:
    names: list[bytes] = []
    async with ear.listening():
        for number in range(DELIVERIES):
            names.append(await ear.write(number))
            if number % 20 == 10:
                await asyncio.to_thread(ear.server.stop)
                if number % 40 == 30:
                    ear.server.forget("bot")
                await asyncio.to_thread(ear.server.start)
        await ear.heard(names)
    assert len(ear.intake.seen) == DELIVERIES
