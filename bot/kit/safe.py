"""Safe: the port by which a channel keeps what opens doors, beside the logs and never in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Safe(Protocol):
    """What is kept under names, and which tickets were spent. Every write may be repeated."""

    async def put(self, name: str, text: str) -> None:
        """Keep this text under the name, in the place of what was there."""
        ...

    async def get(self, name: str) -> str | None:
        """What is kept under the name."""
        ...

    async def names(self) -> Sequence[str]:
        """Every name that something is kept under."""
        ...

    async def drop(self, names: Sequence[str]) -> None:
        """Keep nothing under these names any more."""
        ...

    async def swap(self, name: str, was: str, text: str) -> bool:
        """Keep this text in the place of what `was` there (empty: nothing); False: something else is there by now, and stays."""
        ...

    async def lend(self, name: str, text: str, seconds: int) -> None:
        """Keep this text for so long, apart from what is kept for good."""
        ...

    async def lent(self, name: str) -> str | None:
        """What is still kept under the name for a time."""
        ...

    async def spend(self, ticket: str, seconds: int) -> bool:
        """Whether this is the first to spend the ticket; for so long it stays spent."""
        ...

    async def is_spent(self, ticket: str) -> bool:
        """Whether somebody has spent it."""
        ...
