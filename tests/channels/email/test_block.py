"""The lines below `edit`: whatever they are, they are arguments or none."""

from __future__ import annotations

import pytest

from channels.email.block import arguments
from tests.channels.email import hostile
from tests.channels.email.fakes import Desk

NONE = (
    "tag: !!bool no-such",
    "tag: !!timestamp today",
    "tag: !!int ''",
    f"tag: {'1:' * 200}1.5",
    "tag: !!omap [a: 1]",
    "tag: !!python/name:os.system x",
    "deep: [[!!pairs [a: 1]]]",
    "deep: {a: .nan}",
    "? [a]\n: b",
)


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_plain_value_is_no_argument(text: str) -> None:
    assert arguments(text) is None


def test_plain_values_are() -> None:
    assert arguments("tag: v1.2.4\nwhen: 2026-03-03\nhosts: [a, 1, true]\nnote:") == {
        "tag": "v1.2.4",
        "when": "2026-03-03",
        "hosts": ["a", 1, True],
        "note": None,
    }


async def test_whoever_wrote_them_is_told() -> None:
    desk = Desk()
    there = hostile.setting(token=await desk.card(), parent=desk.parent)
    assert await desk.intake.take(hostile.build(there, f"edit\n{NONE[0]}\n")) == "asked"
    ((octets, _),) = desk.post.sent.values()
    assert b"Nothing was changed" in octets
