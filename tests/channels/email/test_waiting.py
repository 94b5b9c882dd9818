"""Waiting for mail at a real IMAP server: IDLE made anew, polling where there is none, and connections that end, fall silent, or never end a line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from channels.email import imap, listen, mailbox
from tests.channels.email.test_listen import Ear, ear
from tests.mail_server import dovecot
from tests.mail_server.dovecot import Dovecot
from tests.mail_server.proxy import Proxy

__all__ = ["ear"]
pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
WITHOUT_IDLE = "imap_capability = IMAP4rev1 LITERAL+ UIDPLUS ENABLE ID"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every wait is as it is, and short."""
    for name, seconds in (("FIRST_QUIET_SECONDS", 0.1), ("IDLE_SECONDS", 0.2), ("POLL_SECONDS", 0.1), ("LOOK_SECONDS", 0.05)):  # fmt: skip
        monkeypatch.setattr(mailbox, name, seconds)
    monkeypatch.setattr(listen, "FIRST_SECONDS", 0.05)
    monkeypatch.setattr(listen, "LAST_SECONDS", 0.5)


@pytest.fixture
def deaf(free_port: Callable[[], int]) -> Iterator[Ear]:
    """A mailbox at a server that knows no IDLE."""
    server = Dovecot(free_port(), more=WITHOUT_IDLE)
    server.start()
    yield Ear(server)
    server.remove()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)


async def test_idle_is_made_anew_again_and_again_on_the_one_connection(ear: Ear) -> None:
    async with Proxy(ear.server.port) as proxy, ear.listening(port=proxy.port):
        await until(lambda: proxy.said.count(b"IDLE\r\n") > 3)
        await ear.heard([await ear.write(1)])
        heard = proxy.said.count(b"IDLE\r\n")
        await until(lambda: proxy.said.count(b"IDLE\r\n") > heard + 2)
        assert proxy.said.count(b"DONE\r\n") >= heard
        assert proxy.connections == 1


async def test_a_server_that_knows_no_idle_is_asked_now_and_then(deaf: Ear) -> None:
    async with Proxy(deaf.server.port) as proxy, deaf.listening(port=proxy.port):
        await until(lambda: proxy.said.count(b"NOOP\r\n") > 2)
        await deaf.heard([await deaf.write(number) for number in (1, 2)])
        await deaf.heard([await deaf.write(3)])
        assert b"IDLE" not in proxy.said
        assert proxy.connections == 1
    assert set(deaf.intake.seen.values()) == {1}


async def test_a_connection_that_the_server_kicks_is_made_anew(ear: Ear) -> None:
    async with Proxy(ear.server.port) as proxy, ear.listening(port=proxy.port):
        await ear.heard([await ear.write(1)])
        await asyncio.to_thread(ear.server.kick, "bot")
        await until(lambda: proxy.connections > 1)
        await ear.heard([await ear.write(2)])
    assert set(ear.intake.seen.values()) == {1}


@pytest.mark.parametrize("knows_idle", [True, False], ids=["idle", "poll"])
async def test_a_connection_that_falls_silent_is_given_up(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, knows_idle: bool
) -> None:
    box: Ear = request.getfixturevalue("ear" if knows_idle else "deaf")
    monkeypatch.setattr(imap, "READ_SECONDS", 0.5)
    async with Proxy(box.server.port) as proxy, box.listening(port=proxy.port):
        await box.heard([await box.write(1)])
        proxy.silence()
        await box.heard([await box.write(2)])
        assert proxy.connections > 1
    assert set(box.intake.seen.values()) == {1}


async def test_a_line_that_never_ends_is_cut_off_while_all_else_goes_on(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something comes before each wait of the socket is over, so that alone would wait for ever."""
    monkeypatch.setattr(listen, "WATCH_SECONDS", 0.1)
    monkeypatch.setattr(listen, "HANGS_SECONDS", 1.0)
    async with Proxy(ear.server.port) as proxy, ear.listening(port=proxy.port):
        await ear.heard([await ear.write(1)])
        async with asyncio.timeout(20):
            await proxy.drip(b"*", 0.05)
        await ear.heard([await ear.write(2)])
    assert set(ear.intake.seen.values()) == {1}
