"""A tag in the quotes of the corpus: whatever a client makes of a card, its tag is found, and all else is read as without it."""

from __future__ import annotations

import re
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from channels.email.reading import tags
from channels.email.reading.read import Reading, read
from tests.channels.email import compare
from tests.channels.email.test_corpus import OURS

TAG = "t.abcdefghijklmnop.qrstuvwxyz234567abcdefgh"
# The first words of the mails that are answered there.
CARDS = (
    *("is waiting for your approval.", "wartet auf Ihre Freigabe.", "attend votre accord.", "espera su respuesta.", "aguarda a sua resposta."),
    *("czeka na zgodę.", "が承認を待っています。", "wacht op uw antwoord.", "attende la risposta.", "ждёт вашего решения.", "正在等待您的答复。"),
    *("väntar på svar.", "The report for week 9 is ready.", "in one of these regions:", "with these arguments:", "db-2 is at 91 % of its disk."),
)  # fmt: skip


def tagged(raw: bytes) -> bytes | None:
    """The mail as it would be if the card that it quotes had a tag; None: it quotes none."""
    mail = BytesParser(policy=compat32).parsebytes(raw)
    parts = [each for each in mail.walk() if each.get_content_type() in ("text/plain", "text/html")]
    changed = [each for each in parts if _tag(each)]
    return mail.as_bytes(policy=compat32.clone(linesep="\r\n")) if changed else None


def _tag(part: Message) -> bool:
    """As a paragraph below its first one, with the marks that this has."""
    octets, charset = part.get_payload(decode=True), part.get_content_charset() or "utf-8"
    assert isinstance(octets, bytes)
    lines = octets.decode(charset, "replace").split("\n")
    at = next((at for at, line in enumerate(lines) if any(card in line for card in CARDS)), None)
    if at is None:
        return False
    marks = re.match(r"[>\s]*", lines[at])
    assert marks
    is_html = part.get_content_subtype() == "html"
    more = [f"<p>{tags.line(TAG)}</p>"] if is_html else [marks[0], marks[0] + tags.line(TAG)]
    text = "\n".join([*lines[: at + 1], *more, *lines[at + 1 :]])
    del part["content-transfer-encoding"]
    part.set_payload(text.encode(charset, "replace").decode("ascii", "surrogateescape"))
    part["Content-Transfer-Encoding"] = "8bit"
    return True


def test_the_tag_in_a_quote_of_every_client_is_found_and_nothing_else_is_read_otherwise() -> None:
    found, odd = list[str](), list[str]()
    for name, path, case in compare.cases():
        raw = tagged(path.read_bytes())
        if raw is None or not case["answerable"]:
            continue
        found.append(name)
        before, after = (read(each, OURS, "example.test") for each in (path.read_bytes(), raw))
        assert (name, after.tags, after.decision) == (name, (TAG,), before.decision)
        if _words(after) != _words(before):
            odd.append(name)
    assert len(found) > 200
    # Of a forward all is kept.
    assert odd == ["147-gmail-en-forward-of-approval"]


def _words(found: Reading) -> list[str]:
    return compare.words_of(found.text)
