"""The text and the HTML of one mail: where they do not say the same, nothing is decided or answered, and its author is asked again."""

from __future__ import annotations

import pytest

from tests.channels.email import hostile
from tests.channels.email.fakes import Desk

TYPE = "multipart/alternative; boundary=b"
APART = (
    ("approve", "<p>deny</p>"),
    ("approve", "<p>Let me think about it until tomorrow, it is quite a lot to read at once.</p>"),
    ("deny because it is too early", "<p>deny because it is too late</p>"),
    ("edit\ntag: v1.2.3", "<div>edit</div><div>tag: v6.6.6</div>"),
    ("edit\nto: [ana, ben]", "<div>edit</div><div>to: [ana, eve]</div>"),
    ("pass to ben", "<p>pass to eve</p>"),
    ("later 2h", "<p>later 9h</p>"),
    ("ignore", "<p>Never.</p>"),
)
TOGETHER = (
    ("approve", "<p>Approve.</p>", "approve"),
    ("Hi,\n\nApprove", "<p>Hi,</p><p>Approve</p>", "approve"),
    ("deny because see\nhttps://example.com", "<p>deny because see <a href='https://example.com'>https://example.com</a></p>", "deny"),
    ("deny because see <https://example.com/a> here", "<p>deny because see <a href='https://example.com/a'>here</a></p>", "deny"),
    ("edit\ntag: v1\nnote:\n  a: b", "<div>edit</div><div>tag: v1</div><div>note:</div><div>&nbsp; a: b</div>", "edit"),
    ("later 2h", "<div>later 2h<br></div>", "later"),
    ("Approve\n\nAna Costa", "<div>Approve</div><div class='gmail_signature'>Ana <b>Costa</b></div>", "approve"),
)  # fmt: skip


async def taken(text: str, html: str, kind: str = "approval") -> tuple[Desk, str]:
    """What became of a mail with these two parts, to the address of a request."""
    desk = Desk()
    there = hostile.setting(token=await desk.card(kind=kind), parent=desk.parent)
    parts = (
        f"--b\nContent-Type: text/{name}\n\n{part}\n"
        for name, part in (("plain", text), ("html", html))
    )
    return desk, await desk.intake.take(
        hostile.build(there, "".join([*parts, "--b--\n"]), ctype=TYPE)
    )


@pytest.mark.parametrize(("text", "html"), APART)
async def test_parts_that_decide_different_things_decide_nothing(text: str, html: str) -> None:
    desk, became = await taken(text, html)
    assert (became, desk.taken.presses) in (("asked", []), ("noted", []))
    ((octets, _),) = desk.post.sent.values()
    assert b"can be read in two ways" in octets


@pytest.mark.parametrize(("text", "html", "word"), TOGETHER)
async def test_parts_that_say_the_same_decide(text: str, html: str, word: str) -> None:
    desk, became = await taken(text, html)
    assert became == word
    assert [each.word for each in desk.taken.presses] == [word]


async def test_parts_that_answer_a_question_differently_do_not_answer_it() -> None:
    desk, _ = await taken("2", "<p>1</p>", "question")
    assert desk.taken.presses == []
    desk, _ = await taken("2", "<p>2.</p>", "question")
    assert [(each.word, each.text) for each in desk.taken.presses] == [("answer", "2")]
