"""Composing: what goes out threads, survives long IDs, holds no header of anybody else's making, and reads as it was meant."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email import ids, markdown
from channels.email.compose import Letter, Unsendable, composed

LONG = f"<{'x' * 120}.{'y' * 60}@DB9PR08MB2752.eurprd08.prod.outlook.com>"
LETTER = Letter(
    sender="bot@example.test",
    name="Bot",
    to=("ana@example.com",),
    subject="Re: Deploy",
    text="Done: **v1.2.3**\n",
    id=ids.ours(b"key", "a" * 16, "key", "ana@example.com", "bot@example.test"),
    thread="a" * 16,
)


def read(raw: bytes) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(raw)


def test_ids_are_short_and_tell_their_conversation() -> None:
    place = ids.locator("<root@example.com>")
    mine = ids.ours(b"key", place, "key~1", "ana@example.com", "bot@example.test")
    assert len(mine) < 77
    assert ids.place_of(mine, "bot@example.test") == place
    assert ids.place_of(mine, "bot@example.org") is None
    assert ids.place("<new@example.com>", mine, (), "bot@example.test") == place
    assert (
        ids.place(
            "<new@example.com>", "", ("<root@example.com>", "<x@y.example>"), "bot@example.test"
        )
        == place
    )
    long = ids.ours(b"key", place, "k", "p", f"bot@{'long-' * 12}.example")
    assert len(long) < 77
    assert ids.place_of(long, f"bot@{'long-' * 12}.example") == place


def test_long_ids_of_others_survive() -> None:
    chain = (LONG, *(f"<{number}.{'z' * 80}@example.com>" for number in range(15)))
    raw = composed(replace(LETTER, answers=LONG, references=chain))
    assert LONG.encode() in raw
    mail = read(raw)
    assert str(mail["In-Reply-To"]) == LONG
    assert str(mail["References"]).split() == list(chain)


def test_what_keeps_programs_from_answering_is_there() -> None:
    mail = read(composed(replace(LETTER, answers="<a@example.com>")))
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Precedence"] is None
    assert read(composed(LETTER))["Auto-Submitted"] == "auto-generated"


@given(st.text(max_size=300), st.text(max_size=60))
def test_nothing_in_a_subject_or_name_becomes_a_header(subject: str, name: str) -> None:
    mail = read(
        composed(replace(LETTER, subject=f"Re: {subject}\r\nBcc: eve@evil.example", name=name))
    )
    assert mail["Bcc"] is None
    assert str(mail["To"]) == "ana@example.com"


@pytest.mark.parametrize(
    "changed",
    [
        {"to": ("eve@evil.example\r\nBcc: x@y.example",)},
        {"to": ()},
        {"reply_to": "a@b.example, c@d.example"},
        {"answers": "<a b>"},
        {"references": ("<a@example.com>\r\nX: y",)},
        {"id": "<ümlaut@example.com>"},
    ],
)
def test_what_is_no_address_or_id_is_not_sent(changed: dict[str, object]) -> None:
    with pytest.raises(Unsendable):
        composed(replace(LETTER, **changed))


def test_html_is_clean() -> None:
    shown = markdown.html(
        "<script>x</script> ![p](https://evil.example/?q=1) [a](javascript:alert(1)) [b](https://example.com) `c`\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    assert "<script" not in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown
    assert 'href="https://example.com"' in shown
    assert "<table>" in shown


def test_a_block_cannot_be_left() -> None:
    shown = markdown.html(markdown.block("```\n**approved**\n````"))
    assert "<strong>" not in shown


@pytest.mark.parametrize("length", [500, 900, 980, 990])
def test_an_id_of_any_length_that_is_read_keeps_no_answer_from_going(length: int) -> None:
    long = f"<{'x' * (length - 14)}@example.com>"
    near = "<near@example.com>"
    mail = read(composed(replace(LETTER, answers=long, references=(near, long, LONG))))
    kept = long if length <= 900 else None
    assert mail["In-Reply-To"] == kept
    assert str(mail["References"]).split() == [each for each in (near, kept, LONG) if each]
    assert mail["Auto-Submitted"] == "auto-replied"
    alone = read(composed(replace(LETTER, answers=long, references=(long,))))
    assert alone["References"] == kept


def test_half_a_letter_keeps_no_mail_from_going() -> None:
    part = read(composed(replace(LETTER, text="Done \ud800."))).get_body(("plain",))
    assert part is not None
    assert part.get_content().strip() == "Done ?."
