"""Words below an approval that were taken for a signature: where they may take it back, nothing is approved."""

from __future__ import annotations

import pytest

from channels.email.reading.read import Reading, read
from tests.channels.email import hostile
from tests.channels.email.fakes import Desk

RESERVED = (
    "Thanks\nbut only after the backup, not before",
    "Thanks, but wait",
    "Best,\nonly for staging please",
    "Ana Costa\nonly once the backup is done",
    "-- \nnot before Monday",
    "--\nonly staging",
    "Sent from my desk: please wait for the backup first",
    "This message is only about staging; production has to wait until Monday morning.",
    "________________________________\nNo, wait. Only staging, the mailing list is not told yet.",
    "But as Ben wrote on 2026-11-01 at 10:30:\nonly staging may go out",
    "Danke\naber erst nach dem Backup",
    "Merci\nmais seulement pour staging",
)
HARMLESS = (
    "Best regards,\nAna Costa\nHead of Platform\nTel. +49 30 1234567",
    "-- \nAna Costa\nExample Inc, 12 Main Street, Boston, MA",
    "Sent from my iPhone",
    "This e-mail is confidential. If you are not the intended recipient, please delete it; do not copy it.",
    "Please consider the environment before printing this e-mail, and only print what you have to.",
    "On Tue, 3 Mar 2026 at 09:10, Bot <bot@example.test> wrote:\n> Nothing runs until then. Do not wait.",
)
ABOVE = (
    "Hi after backup", "Hello tomorrow only", "Hi please do nothing", "Dear all later", "Hallo erst morgen", "Hi Ana, when done", "Hey staging first please",
)  # fmt: skip
HELLO = ("Hi", "Hi Bot,", "hello bot", "Dear all", "Hi Ana Maria Costa", "hi ana,", "Guten Morgen zusammen!", "Bonjour à tous,", "您好，", "Good morning everyone")  # fmt: skip


def reading(below: str) -> Reading:
    return read(hostile.build(hostile.setting(), f"approve\n\n{below}\n"))


@pytest.mark.parametrize("below", RESERVED)
def test_an_approval_that_is_taken_back_below_is_none(below: str) -> None:
    found = reading(below)
    assert found.decision is None
    assert found.doubt or below in found.text
    assert below.split("\n", maxsplit=1)[0] in found.text


@pytest.mark.parametrize("below", HARMLESS)
def test_a_signature_takes_nothing_back(below: str) -> None:
    found = reading(below)
    assert found.decision
    assert found.decision.word == "approve"


@pytest.mark.parametrize("above", ABOVE)
def test_a_line_above_an_approval_that_says_more_than_hello_is_no_greeting(above: str) -> None:
    found = read(hostile.build(hostile.setting(), f"{above}\napprove\n"))
    assert found.decision is None
    assert above in found.text


@pytest.mark.parametrize("above", HELLO)
def test_a_greeting_stands_above_an_approval(above: str) -> None:
    found = read(hostile.build(hostile.setting(), f"{above}\n\napprove\n"))
    assert found.decision


async def test_whoever_wrote_it_is_asked_again() -> None:
    desk = Desk()
    there = hostile.setting(token=await desk.card(), parent=desk.parent)
    await desk.intake.take(hostile.build(there, "approve\n\n-- \nnot before Monday\n"))
    assert desk.taken.verdicts == []
    assert "not before Monday" in desk.taken.said[0].text
    ((octets, _),) = desk.post.sent.values()
    assert b"can be read in two ways" in octets


async def test_no_reply_address_comes_onto_a_log() -> None:
    """Inline answers keep what they answer, a forwarded mail is kept whole, and everybody in a conversation may ask what was said."""
    for subject in ("Re: Deploy", "Fwd: Deploy"):
        desk = Desk()
        token = await desk.card()
        seal = token.partition("@")[0].rpartition(".")[2]
        link = token.replace("+", "%2B").upper()
        quoted = (
            f"> Reply to {token}\n> why?\n\nSee the ticket.\n\n> [approve](mailto:{link}?x=y)\n"
        )
        raw = hostile.build(
            hostile.setting(token=token, parent=desk.parent),
            f"To the first:\n\n{quoted}\nLater.\n",
            subject=subject,
        )
        assert await desk.intake.take(raw) == "asked"
        (said,) = desk.taken.said
        assert "> Reply to bot+a." in said.text
        assert seal not in said.text.lower()
