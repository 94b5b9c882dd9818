"""The reader of mails, held against a corpus that was written before it: tests/corpus/README.md says what is exact."""

from __future__ import annotations

from pathlib import Path

import pytest

from channels.email.reading.read import Reading, read
from tests.channels.email import compare
from tests.channels.email.compare import Case

CASES = list(compare.cases())
EXACT = 0.95
OURS = ("bot@example.test",)


def reading(path: Path) -> Reading:
    return read(path.read_bytes(), OURS, "example.test")


def verdict(found: Reading) -> compare.Verdict | None:
    return {"word": found.decision.word, "rest": found.decision.rest} if found.decision else None


def test_at_least_95_in_100_are_read_exactly() -> None:
    wrong = [name for name, path, case in CASES if not compare.exact(reading(path).text, case)]
    assert len(CASES) >= 280
    assert 1 - len(wrong) / len(CASES) >= EXACT, wrong


def test_nearly_every_verdict_is_read() -> None:
    missed = [
        name
        for name, path, case in CASES
        if not compare.verdict_right(verdict(reading(path)), case)
    ]
    assert 1 - len(missed) / len(CASES) >= 0.98, missed


@pytest.mark.parametrize(("name", "path", "case"), CASES, ids=[name for name, _, _ in CASES])
def test_no_word_is_lost_and_no_verdict_made_up(name: str, path: Path, case: Case) -> None:
    found = reading(path)
    assert compare.lost(found.text, case) == []
    assert not compare.verdict_false(verdict(found), case)
    assert (found.subject, found.sender) == (
        " ".join(case["subject"].split()),
        compare.sender(case).lower(),
    )
    assert (not found.silent) == case["answerable"] or case.get("doubtful"), found.silent
