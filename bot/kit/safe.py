"""Safe: the port by which a channel keeps what opens doors, beside the logs and never in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Safe(Protocol):
    """What is kept under names, and tickets that are good for one use. Every write may be repeated."""

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

    async def issue(self, ticket: str, seconds: int) -> None:
        """From here on this ticket can be spent, for so long."""
        ...

    async def spend(self, ticket: str) -> bool:
        """Whether the ticket was good; it is good once."""
        ...
