"""Owed: what the frame itself has still to say in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Code = Literal[
    "which",
    "which_card",
    "stopped",
    "model_trouble",
    "gone",
    "undelivered",
    "secrets",
    "halted",
    "spent",
    "passed",
    "granted",
    "asked_there",
]
WHICH: frozenset[Code] = frozenset({"which", "which_card"})


@dataclass(frozen=True)
class Notice:
    """Something the frame itself has to say. `code` names the sentence, `text` fills it."""

    key: str
    code: Code
    text: str = ""


@dataclass(frozen=True)
class Refusal:
    """A verdict that did not count and whose author has not been told."""

    verdict: str
    request: str
    by: str
    reason: str
