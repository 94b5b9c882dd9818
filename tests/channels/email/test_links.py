"""Links on a card: a click prefills a mail, and nothing more; what is sent then decides as a reply does."""

from __future__ import annotations

import re
from dataclasses import replace
from email.parser import BytesParser
from email.policy import default
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import JsonValue

from channels.email import block
from channels.email.cards import body
from channels.email.markdown import html
from channels.email.tokens import Way
from tests.channels.email import hostile
from tests.channels.email.fakes import Desk
from tests.channels.email.test_missed import CARD

ARGUMENTS: dict[str, JsonValue] = {
    "tag": "v1.2.3",
    "note": "Größe: 5 > 4 & more\nsecond line",
    "count": "5",
    "odd": "100% + #1?",
    "hosts": ["a", {"b": None}],
}


def links(text: str) -> dict[str, str]:
    """By their words, the links that are in the HTML of a mail."""
    found = re.findall(r'<a href="([^"]*)">([^<]*)</a>', html(text))
    return {word: unescape(link) for link, word in found}


def card(arguments: dict[str, JsonValue], to: str = "bot+a.x@example.test") -> str:
    return body(replace(CARD, arguments=arguments), Way(to), "Re: Release & more")


def filled_in(link: str) -> tuple[str, str, str]:
    """Whom the mail is to, its subject and its text."""
    parts = urlsplit(link)
    assert parts.scheme == "mailto"
    said = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True)
    to = re.sub("%2B", "+", parts.path)
    return to, said["subject"][0], said["body"][0].replace("\r\n", "\n")


def test_each_word_has_a_link_that_fills_it_in() -> None:
    made = {word: filled_in(link) for word, link in links(card(ARGUMENTS)).items()}
    assert {to for to, _, _ in made.values()} == {"bot+a.x@example.test"}
    assert {subject for _, subject, _ in made.values()} == {"Re: Release & more"}
    assert {word: text.split("\n")[0] for word, (_, _, text) in made.items()} == {
        "approve": "approve",
        "deny": "deny because ",
        "edit": "edit",
    }
    _, _, lines = made["edit"][2].partition("\n")
    assert lines.startswith("tag: v1.2.3\n")
    assert block.arguments(lines) == ARGUMENTS


@pytest.mark.parametrize("more", [{"note": "x" * 2_000}, {"note": "&a *a"}, {}])
def test_what_a_link_cannot_hold_or_would_change_has_none(more: dict[str, JsonValue]) -> None:
    assert list(links(card(more))) == ["approve", "deny"]


def test_whoever_may_not_approve_is_offered_what_they_may() -> None:
    text = body(
        replace(CARD, approvers=("bob", "carol"), barred=("bob",)),
        Way("bot+a.x@example.test"),
        "Re: Release",
        "bob",
    )
    assert list(links(text)) == ["deny", "edit"]
    assert "An approval is needed, and not yours" in text
    assert "`approve`" not in text
    assert "`deny` and a reason" in text


async def test_a_mail_that_a_link_filled_in_changes_what_was_changed_in_it() -> None:
    """It answers nothing (no In-Reply-To): the address alone says what it is about."""
    desk = Desk()
    to, subject, text = filled_in(links(card(ARGUMENTS, await desk.card()))["edit"])
    raw = hostile.build(
        hostile.setting(), text.replace("v1.2.3", "v1.2.4"), to=to, subject=subject, irt=None
    )
    assert BytesParser(policy=default).parsebytes(raw)["In-Reply-To"] is None
    assert await desk.intake.take(raw) == "edit"
    [press] = desk.taken.presses
    assert press.arguments == {**ARGUMENTS, "tag": "v1.2.4"}
