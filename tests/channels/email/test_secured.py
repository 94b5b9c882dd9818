"""Mail servers behind TLS: whose certificate is not trusted, or is another host's, gets neither a password nor a mail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from imapclient.exceptions import IMAPClientError  # pyright: ignore[reportMissingTypeStubs] - it has none

from channels.email.imap import connected, leave
from channels.email.post import Later, Post
from channels.email.secure import Security, Server
from tests import tls
from tests.channels.email.fakes import MemorySafe
from tests.channels.email.test_post import ANA, ID, LETTER, RAW
from tests.mail_server import dovecot
from tests.mail_server.smtp import Smtp

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return tls.certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def smtp(free_port: Callable[[], int]) -> Iterator[Smtp]:
    server = Smtp(lambda user, raw: None, free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def imap(free_port: Callable[[], int]) -> Iterator[int]:
    server = dovecot.Dovecot(free_port())
    server.start()
    yield server.port
    server.remove()


async def test_mail_is_sent_to_a_host_whose_certificate_is_trusted_and_to_no_other(
    smtp: Smtp, certificate: tuple[Path, Path]
) -> None:
    async with tls.behind_tls(
        partial(asyncio.open_connection, "127.0.0.1", smtp.port), certificate
    ) as port:
        for host, file in (("localhost", None), ("127.0.0.1", certificate[0])):
            with pytest.raises(Later, match="CERTIFICATE_VERIFY_FAILED"):
                await _send("tls", host, port, file)
        assert smtp.deliveries.taken == []
        await _send("tls", "localhost", port, certificate[0])
    assert len(smtp.deliveries.taken) == 1


async def test_mailboxes_are_read_at_a_host_whose_certificate_is_trusted_and_at_no_other(
    imap: int, certificate: tuple[Path, Path]
) -> None:
    async with tls.behind_tls(
        partial(asyncio.open_connection, "127.0.0.1", imap), certificate
    ) as port:
        for host, file in (("localhost", None), ("127.0.0.1", certificate[0])):
            with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
                await asyncio.to_thread(connected, Server("IMAP", host, port, ca_file=file))
        trusted = Server("IMAP", "localhost", port, ca_file=certificate[0])
        client = await asyncio.to_thread(connected, trusted)
        await asyncio.to_thread(leave, client)


async def test_a_server_that_takes_no_starttls_is_not_spoken_to_in_the_clear(
    smtp: Smtp, imap: int
) -> None:
    with pytest.raises(Later):
        await _send("starttls", "localhost", smtp.port, None)
    assert smtp.deliveries.taken == []
    with pytest.raises((IMAPClientError, OSError)):
        await asyncio.to_thread(connected, Server("IMAP", "localhost", imap, security="starttls"))


async def _send(security: Security, host: str, port: int, file: Path | None) -> None:
    server = Server("SMTP", host, port, security=security, ca_file=file)
    await Post(server, MemorySafe()).send(ID, RAW, LETTER.sender, ANA)
