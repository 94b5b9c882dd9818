"""A copy in the Sent folder, on a real IMAP server beside a real SMTP server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from channels.email.compose import composed
from channels.email.copies import Copies
from channels.email.post import Post
from channels.email.secure import Server
from tests.channels.email.fakes import MemorySafe
from tests.channels.email.test_compose import LETTER
from tests.mail_server import dovecot
from tests.mail_server.dovecot import PASSWORD, Dovecot
from tests.mail_server.smtp import Smtp

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
RAW, ID = composed(LETTER), LETTER.id
ANA = ("ana@example.com",)


class Killed(BaseException):
    """The end of the process, as far as anything in it can tell."""


class Office:
    """A way out, and the mailbox that its copies lie in."""

    def __init__(self, imap: Dovecot, smtp: Smtp) -> None:
        self.imap, self.smtp, self.safe = imap, smtp, MemorySafe()

    def post(self, folder: str = "Sent", password: str = PASSWORD) -> Post:
        """As a process that was started just now has it."""
        server = Server("IMAP", "127.0.0.1", self.imap.port, "bot", password, "none")
        out = Server("SMTP", "127.0.0.1", self.smtp.port, security="none")
        return Post(out, self.safe, Copies(server, folder, self.safe))

    async def copies(self) -> list[bytes]:
        return await asyncio.to_thread(self.imap.mails, "bot", "Sent")


@pytest.fixture
def office(free_port: Callable[[], int]) -> Iterator[Office]:
    imap, smtp = Dovecot(free_port()), Smtp(lambda user, raw: None, free_port())
    imap.start()
    imap.create("bot", "Sent")
    smtp.start()
    yield Office(imap, smtp)
    smtp.stop()
    imap.remove()


async def test_what_was_sent_is_copied_once_also_where_we_are_killed_in_between(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(copies: Copies, id: str, octets: bytes) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Copies, "keep", killed)
        with pytest.raises(Killed):
            await office.post().send(ID, RAW, LETTER.sender, ANA)
    assert await office.copies() == []
    again = office.post()
    assert await again.is_sent(ID)
    for _ in range(2):
        await again.finish(ID, lambda: RAW)
    # Killed between the copy and the note of it.
    office.safe.spent.discard(f"email/copy/{ID}")
    await office.post().finish(ID, lambda: RAW)
    assert await office.copies() == [RAW]
    assert len(office.smtp.deliveries.taken) == 1


async def test_what_keeps_a_copy_from_being_made_keeps_no_mail_from_going(office: Office) -> None:
    await office.post("Nowhere").send(ID, RAW, LETTER.sender, ANA)
    await office.post(password="wrong").finish(ID, lambda: RAW)
    await asyncio.to_thread(office.imap.stop)
    await office.post().finish(ID, lambda: RAW)
    await asyncio.to_thread(office.imap.start)
    assert (len(office.smtp.deliveries.taken), await office.copies()) == (1, [])
    await office.post().finish(ID, lambda: RAW)
    assert await office.copies() == [RAW]
