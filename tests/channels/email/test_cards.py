"""What a card says by mail of those who may decide: as much as in every other place."""

from __future__ import annotations

from dataclasses import replace

from bot.core.values import Deputy
from channels.email.cards import body
from tests.channels.email.fakes import NOW
from tests.channels.email.test_missed import CARD


def test_a_card_by_mail_names_who_may_only_deny_and_who_stands_in_for_whom() -> None:
    said = body(
        replace(
            CARD,
            approvers=("ben", "cat"),
            barred=("ben",),
            editors=("ben",),
            in_place=(Deputy(person="dee", of="cat", since=NOW),),
        )
    )
    assert "Who may decide: cat." in said
    assert "May deny and not approve: ben (changed its arguments)." in said
    assert "In their place: dee for cat, from 2026-" in said


def test_a_card_by_mail_that_nobody_can_approve_says_what_mends_it() -> None:
    said = body(replace(CARD, approvers=("ben",), barred=("ben",), editors=("ben",)))
    assert "`bot approvers tabcdefghijk --add NAME`" in said
    assert "`approve`" not in said
    assert "`deny`" in said
