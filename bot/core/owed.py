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
    """Something the frame itself has to say. `code` names the sentence, `text` fills it; `copy` numbers the address it goes to."""

    key: str
    code: Code
    text: str = ""
    copy: int = 0


@dataclass(frozen=True)
class Refusal:
    """A verdict that did not count and whose author has not been told."""

    verdict: str
    request: str
    by: str
    reason: str


Insistence = Literal["remind", "escalate"]


@dataclass(frozen=True)
class Reminder:
    """That a request still waits, and who is to be told: those who are asked, or others besides."""

    number: int
    request: str
    kind: Insistence
    to: tuple[str, ...]


@dataclass(frozen=True)
class Reminders:
    """How far up its ladder a request is: every step `upto` then has come due, in so many reminders, of which these are `owed`."""

    upto: int = 0
    number: int = 0
    owed: tuple[Reminder, ...] = ()


NONE_YET = Reminders()
