"""An SMTP server (aiosmtpd) that delivers into the mailboxes of the IMAP server beside it, as a receiving server does."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Callable
from email.parser import BytesHeaderParser
from email.utils import parseaddr

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

AUTHSERV = "mx.example.test"


def received(raw: bytes, sender: str, passes: bool = True) -> bytes:
    """The mail with the lines that the receiving server writes above it."""
    said = BytesHeaderParser().parsebytes(raw)
    domain = parseaddr(str(said["From"]))[1].partition("@")[2]
    verdict = "pass" if passes else "fail"
    head = f"Return-Path: <{sender}>\r\nAuthentication-Results: {AUTHSERV};\r\n\tdmarc={verdict} header.from={domain}\r\n"
    return head.encode() + raw


class Deliveries:
    """Takes every mail and hands it to each recipient's mailbox; `answers` are said instead of taking, one a mail.

    Where it does not know pluses, an address with one is nobody's.
    """

    def __init__(self, deliver: Callable[[str, bytes], None]) -> None:
        self._deliver = deliver
        self.taken: list[Envelope] = []
        self.answers: list[str] = []
        self.busy = {"busy@example.com"}
        self.knows_pluses = True

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        is_unknown = "+" in address and not self.knows_pluses
        if address.startswith("nobody@") or is_unknown:
            return "550 5.1.1 no such person"
        if address in self.busy:
            return "451 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        answer = self.answers.pop(0) if self.answers else ""
        if answer and not answer.startswith("drop"):
            return answer
        if answer != "drop-lost":
            self.taken.append(envelope)
            content = envelope.content
            raw = content if isinstance(content, bytes) else (content or "").encode()
            for each in envelope.rcpt_tos:
                user = each.partition("@")[0].partition("+")[0]
                await asyncio.to_thread(
                    self._deliver, user, received(raw, envelope.mail_from or "")
                )
        if answer and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 taken"


class Guarded(Deliveries):
    """Takes mail from those alone who bear a good token (XOAUTH2), and says why not as Gmail and Microsoft do."""

    def __init__(
        self, deliver: Callable[[str, bytes], None], user: str, is_good: Callable[[str], bool]
    ) -> None:
        super().__init__(deliver)
        self._user = user
        self._is_good = is_good
        self.borne: list[str] = []

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 authentication required"
        envelope.mail_from = address
        return "250 OK"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        said = b64decode(args[1], validate=True).decode()
        user, bearer, *rest = said.split("\x01")
        token = bearer.removeprefix("auth=Bearer ")
        self.borne.append(token)
        is_right = user == f"user={self._user}" and bearer != token and rest == ["", ""]
        if is_right and self._is_good(token):
            return AuthResult(success=True)
        await server.push("334 eyJzdGF0dXMiOiI0MDAifQ==")
        # The library gives what it reads by to nobody, and a challenge has to be answered within the command.
        assert server._reader is not None  # pyright: ignore[reportPrivateUsage]
        answer = await server._reader.readline()  # pyright: ignore[reportPrivateUsage]
        assert answer == b"\r\n"
        return AuthResult(success=False, handled=False)


class Smtp:
    """The server on a port of loopback."""

    def __init__(
        self,
        deliver: Callable[[str, bytes], None],
        port: int,
        deliveries: Deliveries | None = None,
    ) -> None:
        self.deliveries = deliveries or Deliveries(deliver)
        self.port = port
        self._controller = Controller(
            self.deliveries,
            hostname="127.0.0.1",
            port=port,
            auth_require_tls=False,
            auth_exclude_mechanism=["PLAIN", "LOGIN"],
        )

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()
