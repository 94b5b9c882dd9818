"""What people write in the place of a verdict, in every language whose verdicts are read: they are told how one is given."""

from __future__ import annotations

import pytest

from channels.email import hints
from channels.email.reading import verdicts
from tests.channels.email import hostile
from tests.channels.email.fakes import Desk

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


@pytest.mark.parametrize("text", ["No, which tag is it?", "Edith has the tag", "Oui, mais demain"])
async def test_what_is_plainly_a_message_is_not_lectured(text: str) -> None:
    assert not verdicts.nearly(text)
    assert not verdicts.nearly_edits(text)
