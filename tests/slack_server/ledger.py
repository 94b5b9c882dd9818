"""Ledger: every call that reached the Web API, in order, with how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.slack_server.shapes import Json


@dataclass(slots=True)
class Entry:
    """One call; `answer` is what was (or would have been) said, `applied` whether it took effect, `lost` that nobody heard.

    `page` is where the vendor says why it was refused.
    """

    at: float
    token: str
    method: str
    arguments: Json
    answer: Json = field(default_factory=dict[str, object])
    status: int = 0
    applied: bool = False
    lost: bool = False
    page: str = ""

    @property
    def error(self) -> str:
        return str(self.answer.get("error", ""))


class Ledger:
    """All entries; tests ask it what the app did."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def calls(self, method: str = "") -> list[Entry]:
        return [entry for entry in self.entries if method in ("", entry.method)]

    def errors(self, method: str = "") -> list[str]:
        return [entry.error for entry in self.calls(method) if entry.error]

    def where(self, holds: Callable[[Entry], bool]) -> list[Entry]:
        return [entry for entry in self.entries if holds(entry)]
