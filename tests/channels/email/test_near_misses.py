"""What people write in the place of a verdict, in every language whose verdicts are read: they are told how one is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.core.outgoing import Waiting
from bot.core.values import Address
from channels.email import hints
from channels.email.reading import verdicts
from channels.email.tokens import By
from tests.channels.email import hostile
from tests.channels.email.fakes import BOT, Desk
from tests.channels.email.test_apart import PEOPLE
from tests.channels.email.test_missed import CARD

NEARLY = (
    *("Approved.", "Genehmigt", "J’approuve", "Bonjour,\n\nApprouvé !", "Oui, d'accord.", "Sí, aprobado.", "Aprovado!", "Approvato"),
    *("Goedgekeurd", "Godkänt", "Zatwierdzam", "Да, одобряю", "はい、承認いたします", "同意"),
)  # fmt: skip


def test_each_language_of_verdicts_has_its_near_misses_and_none_decides() -> None:
    assert {*verdicts.NEARLY, "en", "de"} == set(verdicts.APPROVE)
    words = [word for row in verdicts.NEARLY.values() for word in row]
    assert [word for word in words if verdicts.read(word) or not verdicts.nearly(word)] == []


@pytest.mark.parametrize(
    ("text", "hint"),
    [(text, hints.NEARLY) for text in NEARLY]
    + [(text, hints.EDIT) for text in ("edit", "Edit tag=v1.5.0", "ändern: tag v1.5.0")],
)
async def test_whoever_nearly_decides_is_told_how(text: str, hint: str) -> None:
    desk = Desk()
    token = await desk.card()
    there = hostile.setting(token=token, parent=desk.parent)
    assert await desk.intake.take(hostile.build(there, f"{text}\n")) in ("asked", "noted")
    assert desk.taken.presses == []
    said = [octets.decode() for octets, _ in desk.post.sent.values()]
    assert [hint[:40] in each for each in said] == [True]


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        *[(text, "for") for text in ("LGTM", "ok approve it", "yes please approve", "👍🏽", "Hi Bot,\n\nlooks good, thanks!", "approve, thanks")],
        *[(text, "for") for text in ("Sieht gut aus, danke", "D’accord, merci", "Sí, aprobado, gracias", "Sim, obrigada", "Va bene, grazie")],
        *[(text, "for") for text in ("Ja, akkoord", "Ja tack", "Tak, zgoda", "Да, одобряю, спасибо", "はい、了解しました。", "好的，谢谢")],
        *[(text, "against") for text in ("No", "Nope!", "do not approve", "👎", "ok no", "nope, not now", "Not approved.", "not yet, thanks", "Noch nicht", "Nein danke", "Non, je refuse", "Não", "Nee", "Nej")],
        *[(text, "against") for text in ("Nie", "Нет", "いいえ", "不同意", "Rifiutato", "Rechazado, gracias")],
    ],
)  # fmt: skip
def test_what_is_on_the_lists_alone_leans_to_a_side(text: str, leans: str) -> None:
    assert verdicts.leaning(text) == leans


@pytest.mark.parametrize("by", ["address", "tag"])
@pytest.mark.parametrize(("text", "mails"), [("ok approve it", 1), ("好的，谢谢", 1), ("Nope!", 0)])
async def test_it_costs_one_mail_and_no_turn_of_the_model(text: str, mails: int, by: By) -> None:
    desk = Desk(by=by)
    token = await desk.card()
    there = hostile.setting(token=token if by == "address" else BOT, parent=desk.parent)
    quoted = f"\n> Keep in your answer: [{token}]\n" if by == "tag" else ""
    for _ in "twice":
        assert await desk.intake.take(hostile.build(there, f"{text}\n{quoted}")) == "noted"
    assert (desk.taken.commands, desk.taken.verdicts) == ([], [])
    # What may be a refusal is answered by the card, which is made anew.
    assert len(desk.post.sent) == mails


@pytest.mark.parametrize(
    "text",
    [
        *("approve", "deny", "Approve?", "yes, but not today", "No, which tag is it?", "ok so what", "not approved by Ana", "thanks", "stop", "later 2h", ""),
        *("approve it if the tests pass", "Oui, mais demain", "ok\n\nand the other one", "y" * 301),
    ],
)  # fmt: skip
def test_what_says_more_or_decides_leans_to_no_side(text: str) -> None:
    assert verdicts.leaning(text) is None


@pytest.mark.parametrize("text", ["No, which tag is it?", "Edith has the tag", "Oui, mais demain"])
async def test_what_is_plainly_a_message_is_not_lectured(text: str) -> None:
    assert not verdicts.nearly(text)
    assert not verdicts.nearly_edits(text)


@pytest.mark.parametrize(("approvers", "mails"), [(("ana",), 1), (("ben",), 0)])
async def test_a_condition_without_the_address_of_the_card_is_answered_too_where_its_author_may_decide(
    approvers: tuple[str, ...], mails: int
) -> None:
    desk = Desk(people=PEOPLE)
    await desk.card()

    async def waits(address: Address) -> Sequence[Waiting]:
        return (replace(CARD, approvers=approvers),)

    arrivals: Any = desk.taken
    arrivals.open = waits
    there = hostile.setting(token=BOT, parent=desk.parent)
    raw = hostile.build(there, "approve, but only after lunch\n", to=BOT)
    assert await desk.intake.take(raw) == "asked"
    said = [octets.decode() for octets, _ in desk.post.sent.values()]
    assert [hints.NEARLY[:40] in each for each in said] == [True] * mails
