"""An office by mail: a real IMAP server, a real SMTP server, a real Redis, the bot's own listener and worker."""

from __future__ import annotations

import asyncio
import mimetypes
import smtplib
import sys
import textwrap
import time
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from pathlib import Path

from tests.mail_server.dovecot import PASSWORD, Dovecot
from tests.mail_server.smtp import AUTHSERV, Smtp
from tests.scenarios.playing import surroundings
from tests.scenarios.slack_office import AGENT, REHEARSAL, TOOLS

BOT = "bot@example.test"
PATIENCE_SECONDS = 60.0


class MailOffice:
    """What a test writes and gets. alice asks, bob and carol may approve; everybody has an inbox of their own."""

    def __init__(self, dovecot: Dovecot, smtp: Smtp, redis: str, folder: Path) -> None:
        self.dovecot = dovecot
        self.smtp = smtp
        self.folder = folder
        self.environ = self._environ(redis)
        self._sent = 0

    def _environ(self, redis: str) -> dict[str, str]:
        home = self.folder / "agents" / "shipper"
        home.mkdir(parents=True)
        (home / "agent.md").write_text(AGENT.format(more=""))
        (home / "tools.py").write_text(textwrap.dedent(TOOLS))
        (home / "rehearsal.py").write_text(textwrap.dedent(REHEARSAL))
        people = self.folder / "people.yaml"
        rows = [f"  {name}: {{email: {name}@example.com}}" for name in ("alice", "bob", "carol")]
        people.write_text("\n".join(["people:", *rows, ""]))
        return {
            "REDIS_URL": redis,
            "BOT_AGENTS_PATH": str(self.folder / "agents"),
            "BOT_PEOPLE": str(people),
            "BOT_DEFAULT_AGENT": "shipper",
            "BOT_LEASE": "2s",
            "LEDGER": str(self.folder / "ledger"),
            "EMAIL_ADDRESS": BOT,
            "IMAP_HOST": "127.0.0.1",
            "IMAP_PORT": str(self.dovecot.port),
            "IMAP_USERNAME": "bot",
            "IMAP_PASSWORD": PASSWORD,
            "IMAP_SECURITY": "none",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.smtp.port),
            "SMTP_SECURITY": "none",
            "BOT_EMAIL_AUTHSERV_ID": AUTHSERV,
        }

    def agent(self, name: str, rehearsal: str) -> None:
        """One more agent, which only talks."""
        home = self.folder / "agents" / name
        home.mkdir()
        (home / "agent.md").write_text(f"---\ndescription: {name}\n---\nYou talk.\n")
        (home / "rehearsal.py").write_text(textwrap.dedent(rehearsal))

    # ---- the bot -----------------------------------------------------------------------------------
    @asynccontextmanager
    async def process(self, *words: str) -> AsyncGenerator[Process]:
        """A command in a process of its own, once it is ready; killed in the end."""
        with (self.folder / f"{words[0]}.log").open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", *words),
                cwd=self.folder,
                env={**surroundings(), **self.environ},
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                line = (await process.stdout.readline()).decode()
            assert line == f"ready {words[0]}\n", self.log(words[0])
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def run(self, *words: str) -> str:
        """What a command prints; it succeeds."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words, cwd=self.folder, env={**surroundings(), **self.environ},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
        return out.decode()

    def log(self, name: str) -> str:
        file = self.folder / f"{name}.log"
        return file.read_text()[-4_000:] if file.exists() else ""

    # ---- people ------------------------------------------------------------------------------------
    async def write(
        self,
        person: str,
        text: str,
        subject: str = "Release",
        to: str = BOT,
        answers: EmailMessage | None = None,
        attached: Mapping[str, bytes] | None = None,
        **headers: str,
    ) -> EmailMessage:
        """A mail of this person, sent by the SMTP server; in answer to one, with its quote below, as clients do."""
        mail = EmailMessage()
        self._sent += 1
        mail["From"] = f"{person.title()} Example <{person}@example.com>"
        mail["To"] = to
        mail["Subject"] = subject
        mail["Message-ID"] = f"<{person}-{self._sent}-{time.time_ns()}@example.com>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        if answers is not None:
            mail["In-Reply-To"] = str(answers["Message-ID"])
            mail["References"] = f"{answers['References'] or ''} {answers['Message-ID']}".strip()
            quoted = "\n".join(f"> {line}" for line in body(answers).splitlines())
            text = f"{text}\n\nOn Tue, Mar 3, 2026 at 9:14 AM Bot <{BOT}> wrote:\n\n{quoted}\n"
        mail.set_content(text)
        for name, content in (attached or {}).items():
            kind, _, subtype = (mimetypes.guess_type(name)[0] or "").partition("/")
            mail.add_attachment(content, maintype=kind, subtype=subtype, filename=name)
        await asyncio.to_thread(self._send, mail)
        return mail

    def _send(self, mail: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp.port, local_hostname="localhost") as client:
            client.send_message(mail)

    async def reply(self, person: str, mail: EmailMessage, text: str) -> EmailMessage:
        """What a client makes of Reply."""
        to = str(mail["Reply-To"] or mail["From"])
        subject = str(mail["Subject"])
        return await self.write(
            person, text, subject if subject.startswith("Re:") else f"Re: {subject}", to, mail
        )

    async def inbox(self, person: str, number: int) -> EmailMessage:
        """The mail of this number in somebody's inbox, once it is there."""
        found: list[EmailMessage] = []

        async def look() -> bool:
            nonlocal found
            found = await asyncio.to_thread(self.mails, person)
            return len(found) >= number

        await until(look, f"mail {number} to {person}\n{self.log('email')}\n{self.log('worker')}")
        return found[number - 1]

    async def card(self, person: str) -> EmailMessage:
        """The approval card that this person was sent."""
        return await self.told(person, "tool: ship")

    async def told(self, person: str, text: str, after: EmailMessage | None = None) -> EmailMessage:
        """The first mail in somebody's inbox that says this above any quote, beside the one it came after."""
        before = after["Message-ID"] if after else None
        found: list[EmailMessage] = []

        async def look() -> bool:
            nonlocal found
            mails = await asyncio.to_thread(self.mails, person)
            found = [each for each in mails if text in body(each) and each["Message-ID"] != before]
            return bool(found)

        await until(look, f"{text!r} to {person}\n{self.log('email')}\n{self.log('worker')}")
        return found[0]

    def mails(self, person: str) -> list[EmailMessage]:
        read = BytesParser(policy=default).parsebytes
        return [read(raw) for raw in self.dovecot.mails(person)]

    def ledger(self) -> list[str]:
        """What the tool really did."""
        file = self.folder / "ledger"
        return file.read_text().split() if file.exists() else []


@asynccontextmanager
async def opened(
    redis: str, folder: Path, free_port: Callable[[], int]
) -> AsyncGenerator[MailOffice]:
    """An office with its servers."""
    imap = Dovecot(free_port())
    imap.start()
    smtp = Smtp(imap.deliver, free_port())
    smtp.start()
    try:
        yield MailOffice(imap, smtp, redis, folder)
    finally:
        smtp.stop()
        imap.remove()


def body(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def mail_id(raw: bytes) -> str:
    return str(BytesParser(policy=default).parsebytes(raw)["Message-ID"])


def raw(mail: EmailMessage) -> bytes:
    return mail.as_bytes(policy=SMTP)


async def until(condition: Callable[[], object], what: str) -> None:
    """Returns once the condition holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = condition()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        assert time.monotonic() < deadline, f"never came: {what}"
        await asyncio.sleep(0.2)
