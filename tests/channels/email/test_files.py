"""What came with a mail, read from a real mailbox; and results too long for a mail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default

import pytest

from channels.email import arrived, files
from channels.email.compose import composed
from channels.email.files import GONE, NONE, TOO_LARGE, Files
from channels.email.lengthy import MOST_CHARACTERS, NAME, fitted
from channels.email.secure import Server
from tests.channels.email.fakes import ANA, BOT, SERVER, Desk
from tests.channels.email.test_compose import LETTER
from tests.mail_server import dovecot
from tests.mail_server.dovecot import PASSWORD, Dovecot

needs_dovecot = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
MOST = 1_000
PDF = b"%PDF-1.4 " + bytes(range(256))


@pytest.fixture
def imap(free_port: Callable[[], int]) -> Iterator[Dovecot]:
    server = Dovecot(free_port())
    server.start()
    yield server
    server.remove()


def _files(imap: Dovecot) -> Files:
    return Files(Server("IMAP", "127.0.0.1", imap.port, "bot", PASSWORD, "none"), BOT)


def _mail(text: str = "See there.\n") -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["Authentication-Results"] = f"{SERVER}; dmarc=pass header.from=example.com"
    mail["From"], mail["To"], mail["Subject"] = ANA, BOT, "Two files"
    mail["Message-ID"] = "<files@example.com>"
    mail.set_content(text)
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="Größe 1.pdf")
    large = b"x" * (MOST + 1)
    mail.add_attachment(large, maintype="text", subtype="plain", filename="large.txt")
    return mail.as_bytes()


@needs_dovecot
async def test_a_file_is_read_from_the_mailbox_and_from_that_very_mail(
    imap: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (arrived, files):
        monkeypatch.setattr(module, "MOST_FILE_BYTES", MOST)
    desk, raw = Desk(), _mail()
    assert await desk.intake.take(raw) == "asked"
    [said] = desk.taken.said
    first, large = said.files
    assert (first.name, large.name) == ("Größe 1.pdf", "large.txt")
    box = _files(imap)
    # Another mail has taken its ID, as anybody's can.
    await asyncio.to_thread(imap.deliver, "bot", _mail("Look here instead.\n"))
    assert (await box.fetch(first.id)).why == GONE
    await asyncio.to_thread(imap.deliver, "bot", raw)
    found = await box.fetch(first.id)
    assert (found.name, found.type, found.content) == ("Größe 1.pdf", "application/pdf", PDF)
    assert (found.size, found.why) == (len(PDF), "")
    found = await box.fetch(large.id)
    assert (found.size, found.content, found.why) == (MOST + 1, b"", TOO_LARGE)
    assert (await box.fetch(first.id.replace("/1/", "/7/"))).why == NONE
    for odd in ("", "F123", first.id.replace(">", '" ALL\r\nX>')):
        assert (await box.fetch(odd)).why == NONE


async def test_where_no_mailbox_can_be_reached_it_may_be_had_later(
    free_port: Callable[[], int],
) -> None:
    name = f"email:{BOT}/{'0' * 32}/1/<x@example.com>"
    away = Files(Server("IMAP", "127.0.0.1", free_port(), "bot", "x", "none"), BOT)
    with pytest.raises(ConnectionError):
        await away.fetch(name)
    assert "No mailbox" in (await Files(Server("IMAP", "", 143), BOT).fetch(name)).why


def test_a_result_that_is_too_long_goes_along_as_a_file() -> None:
    text = "Größe: " + "".join(f"line {number}\n" for number in range(5_000))
    begun, along = fitted(text)
    assert len(begun) < MOST_CHARACTERS + 200
    assert begun.startswith("Größe: line 0\nline 1\n")
    octets = composed(replace(LETTER, text=begun, files=along))
    mail = BytesParser(policy=default).parsebytes(octets)
    [file] = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == (NAME, "text/plain")
    assert str(file.get_content()).replace("\r\n", "\n") == text
    body = mail.get_body(("plain",))
    assert body is not None
    assert f"all of it is in {NAME}" in str(body.get_content())


@pytest.mark.parametrize("text", ["short", "x" * MOST_CHARACTERS])
def test_a_result_that_fits_stays_as_it_is(text: str) -> None:
    assert fitted(text) == (text, ())


def test_a_block_of_code_that_is_cut_is_closed() -> None:
    begun, along = fitted("```\n" + "line\n" * 10_000 + "```\n")
    assert begun.count("```") == 2
    assert len(along) == 1
    assert len(fitted("x" * 50_000)[0]) > MOST_CHARACTERS
