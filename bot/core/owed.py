"""Owed: what the frame itself has still to say in a thread."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

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
    "failing",
    "failing_still",
    "works_again",
]
WHICH: frozenset[Code] = frozenset({"which", "which_card"})


class Notice(Struct, frozen=True):
    """Something the frame itself has to say. `code` names the sentence, `text` fills it; `copy` numbers the address it goes to."""

    key: str
    code: Code
    text: str = ""
    copy: int = 0


class Refusal(Struct, frozen=True):
    """A verdict that did not count and whose author has not been told."""

    verdict: str
    request: str
    by: str
    reason: str


Insistence = Literal["remind", "escalate"]
Occasion = Insistence | Literal["bounced"]


class Reminder(Struct, frozen=True):
    """That a request still waits, and who is to be told: those who are asked, or others besides. `alone`: whom its place does not reach.

    Where somebody's copy came back, `about` is who.
    """

    number: int
    request: str
    kind: Occasion
    to: tuple[str, ...]
    alone: str = ""
    about: str = ""


class Reminders(Struct, frozen=True):
    """How far up its ladder a request is: every step `upto` then has come due, in so many reminders, of which these are `owed`."""

    upto: int = 0
    number: int = 0
    owed: tuple[Reminder, ...] = ()


NONE_YET = Reminders()
