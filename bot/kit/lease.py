"""Lease: the port by which one of several processes has something for itself, for a while."""

from __future__ import annotations

from typing import Protocol


class Lease(Protocol):
    """One holder's hand on something that one alone may have."""

    @property
    def seconds(self) -> float:
        """How long it lasts after it was last held on to."""
        ...

    async def hold(self) -> bool:
        """Whether we have it now, for so long from here on; whoever had it stays where they hold on to it."""
        ...

    async def leave(self) -> None:
        """Somebody else may have it at once."""
        ...
