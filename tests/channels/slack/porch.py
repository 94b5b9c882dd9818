"""Porch: keeps what a listener hands in, for tests of the listening alone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.outbox import Approval, Waiting
from bot.core.values import Address
from bot.kit.arrival import Became, Bounce, Form, Json, Open, Press, Rating, Remark, Words


@dataclass
class Porch:
    """Everything is taken, and nothing is done about it."""

    said: list[Words] = field(default_factory=list[Words])
    moved: list[Mapping[str, str]] = field(default_factory=list[Mapping[str, str]])
    buried: list[bytes] = field(default_factory=list[bytes])
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def words(self, words: Words) -> Became:
        self.said.append(words)
        self.heard.set()
        return "noted"

    def is_outside(self, words: Words) -> bool:
        return words.standing != "member"

    async def nearly(self, words: Words, request: str, *, against: bool) -> bool:
        raise AssertionError("no card is there to decide on")

    async def meant(self, words: Words) -> Sequence[Approval]:
        return ()

    async def objection(self, press: Press) -> str | None:
        raise AssertionError("nothing was pressed")

    async def unheard(self, words: Words) -> str | None:
        return None

    async def stopping(self, address: Address) -> Sequence[str] | None:
        return None

    async def remark(self, remark: Remark) -> Sequence[Approval]:
        raise AssertionError("nothing was changed")

    async def press(self, press: Press) -> None:
        raise AssertionError("nothing was pressed")

    async def rate(self, rating: Rating) -> None:
        raise AssertionError("nothing was rated")

    async def bounced(self, bounce: Bounce) -> bool:
        raise AssertionError("nothing came back")

    async def refusal(self, press: Press) -> str | None:
        raise AssertionError("nothing was pressed")

    async def halted(self, request: str) -> str | None:
        raise AssertionError("nothing was decided")

    async def took(self, request: str, id: str) -> bool:
        raise AssertionError("no copy was answered")

    async def bury(self, channel: str, raw: bytes, cause: str) -> None:
        self.buried.append(raw)
        self.heard.set()

    async def asked(self, request: str) -> Waiting | None:
        raise AssertionError("no copy was answered")

    async def form(self, request: str) -> Form | None:
        raise AssertionError("no form was asked for")

    async def complaints(self, request: str, arguments: Json) -> str | None:
        raise AssertionError("nothing was edited")

    async def lately(self, channel: str) -> Sequence[Address]:
        return []

    async def shown(self, channel: str) -> Sequence[str]:
        return []

    async def cursors(self, channel: str) -> Mapping[str, str]:
        return {}

    async def move_cursors(self, channel: str, cursors: Mapping[str, str]) -> None:
        self.moved.append(cursors)

    async def has_heard(self, address: Address, id: str) -> bool:
        raise AssertionError("nobody asked for one message")

    async def knows(self, address: Address) -> bool:
        return True

    async def open(self, address: Address) -> Sequence[Waiting]:
        return ()

    async def waiting(self, channel: str, person: str) -> Sequence[Open]:
        raise AssertionError("nobody looked")


class Chest:
    """A safe that nothing is kept in."""

    async def put(self, name: str, text: str) -> None:
        raise AssertionError("nothing is kept")

    async def get(self, name: str) -> str | None:
        raise AssertionError("nothing is kept")

    async def names(self) -> Sequence[str]:
        raise AssertionError("nothing is kept")

    async def drop(self, names: Sequence[str]) -> None:
        raise AssertionError("nothing is kept")

    async def swap(self, name: str, was: str, text: str) -> bool:
        raise AssertionError("nothing is kept")

    async def lend(self, name: str, text: str, seconds: int) -> None:
        raise AssertionError("nothing is kept")

    async def lent(self, name: str) -> str | None:
        raise AssertionError("nothing is kept")

    async def spend(self, ticket: str, seconds: int) -> bool:
        raise AssertionError("nothing was asked for")

    async def is_spent(self, ticket: str) -> bool:
        raise AssertionError("nothing was asked for")
