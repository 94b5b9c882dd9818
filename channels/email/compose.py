"""Compose: a mail of ours as octets, and read again before it goes: what came out must say what went in.

RFC 5322 (lines, IDs), RFC 3834 (what keeps programs from answering), flattened with long lines so that no ID is folded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.policy import SMTP, compat32, default
from email.utils import format_datetime

from channels.email import markdown
from channels.email.reading.automatic import PRODUCT
from channels.email.reading.headers import strict

POLICY = SMTP.clone(max_line_length=998)
MOST_SUBJECT = 400
# With the name of its header and room for others it stands on one line of 998 octets (RFC 5322, 2.1.1); no client writes longer ones.
LONGEST_ID = 900
_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,990}>")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Unsendable(Exception):
    """No such mail can be made; the sentence says why."""


@dataclass(frozen=True, slots=True)
class File:
    """Something that goes along."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail of ours. `text` is markdown; `reply_to` is the address that its answer goes to, if it is another than ours."""

    sender: str
    name: str
    to: tuple[str, ...]
    subject: str
    text: str
    id: str
    thread: str
    cc: tuple[str, ...] = ()
    answers: str = ""
    references: tuple[str, ...] = ()
    reply_to: str = ""
    files: tuple[File, ...] = ()
    again: bool = False
    at: datetime | None = None

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody it goes to, each once."""
        return tuple(dict.fromkeys((*self.to, *self.cc)))

    @property
    def links(self) -> tuple[str, str]:
        """What it answers and the chain, without IDs that fit no line: the chain goes on without them."""
        chain = (each for each in self.references if len(each) <= LONGEST_ID)
        answers = self.answers if len(self.answers) <= LONGEST_ID else ""
        return answers and _id(answers), " ".join(_id(each) for each in chain)


def composed(letter: Letter) -> bytes:
    """The octets of this mail. Raises `Unsendable`."""
    message = EmailMessage(policy=POLICY)
    for name, value in _headers(letter):
        message[name] = value
    text = letter.text.encode("utf-8", "replace").decode()  # Half a letter is none.
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(markdown.html(text), subtype="html", cte="quoted-printable")
    for file in letter.files:
        kind, _, subtype = file.type.partition("/")
        message.add_attachment(
            file.content,
            maintype=kind,
            subtype=subtype,
            filename=one_line(file.name)[:120] or "file",
            params={"charset": "utf-8"} if kind == "text" else None,
        )
    octets = message.as_bytes(policy=POLICY)
    _checked(octets, letter)
    return octets


def _headers(letter: Letter) -> list[tuple[str, str]]:
    """Every value is made anew: nothing of a mail that came in is copied into one that goes out but IDs of plain characters."""
    if not letter.recipients:
        raise Unsendable("nobody to send it to")
    for each in (
        letter.sender,
        *letter.recipients,
        *([letter.reply_to] if letter.reply_to else []),
    ):
        if strict([each]) is None:
            raise Unsendable("an address of it is none")
    answers, references = letter.links
    found = [
        ("From", f'"{_quoted(letter.name)}" <{letter.sender}>' if letter.name else letter.sender),
        ("To", ", ".join(letter.to)),
        *([("Cc", ", ".join(letter.cc))] if letter.cc else []),
        *([("Reply-To", letter.reply_to)] if letter.reply_to else []),
        ("Subject", one_line(letter.subject)[:MOST_SUBJECT] or "(no subject)"),
        ("Date", format_datetime(letter.at or datetime.now(UTC))),
        ("Message-ID", _id(letter.id)),
        *([("In-Reply-To", answers)] if answers else []),
        *([("References", references)] if references else []),
        ("Auto-Submitted", "auto-replied" if letter.answers else "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        (PRODUCT, letter.thread),
    ]
    return [*found, (f"{PRODUCT}-Sent-Again", "yes")] if letter.again else found


def _checked(octets: bytes, letter: Letter) -> None:
    """Read as its receivers will. Raises `Unsendable` where anything in it is not what was meant."""
    message = BytesParser(policy=default).parsebytes(octets)
    plain = BytesHeaderParser(policy=compat32).parsebytes(octets)
    head = octets.partition(b"\r\n\r\n")[0]
    said = [
        line.partition(b":")[0].decode("ascii", "replace")
        for line in head.split(b"\r\n")
        if line[:1] not in b" \t"
    ]
    wanted = [name for name, _ in _headers(letter)]
    extra = [
        name
        for name in said
        if name not in wanted and not name.lower().startswith(("content-", "mime-"))
    ]
    if extra or any(said.count(name) != 1 for name in wanted):
        raise Unsendable("it would have other headers than were meant")
    links = [
        " ".join(str(value).split())
        for name in ("message-id", "in-reply-to", "references")
        for value in plain.get_all(name, [])
    ]
    wanted_links = [each for each in (letter.id, *letter.links) if each]
    if links != wanted_links or max(map(len, octets.split(b"\r\n"))) > 998:
        raise Unsendable("its lines would be broken")
    if octets.count(b"\n") != octets.count(b"\r\n") or octets.count(b"\r") != octets.count(b"\r\n"):
        raise Unsendable("it would have line ends that are none")
    if any(part.defects for part in message.walk()):
        raise Unsendable("it would not be read as it was written")


def _id(id: str) -> str:
    if not _ID.fullmatch(id):
        raise Unsendable("an ID of it is none")
    return id


def one_line(text: str) -> str:
    """A text that can stand in a header: one line, and nothing that a reader does not see."""
    return " ".join(_UNSAFE.sub(" ", text.encode("utf-8", "replace").decode()).split())


def _quoted(name: str) -> str:
    return one_line(name)[:100].replace("\\", "").replace('"', "")
