"""Pulse: the port by which whoever hears knows that something was said which should have come back by now."""

from __future__ import annotations

from typing import Protocol


class Pulse(Protocol):
    """Shared by all who speak and hear in one medium, whatever process they are in; ages are by one clock."""

    async def said(self, seconds: float) -> None:
        """Something was said that those who hear are told of; it may have come back since so many seconds ago."""
        ...

    async def unheard(self, silent: float, after: float) -> bool:
        """Whether something was said at least `after` seconds ago and nobody has heard anything since; the caller has not for `silent`."""
        ...

    async def turns(self, listener: str, heard: int, sockets: int = 0) -> tuple[int, int]:
        """That this listener has heard so many things more, and when it was connected there were so many sockets, if it was just now.

        How many things all of them have heard by now, and how many told so within a minute.
        """
        ...

    async def listeners(self) -> tuple[int, int]:
        """How many told within a minute that they listen, and how many sockets there were when one was opened last; 0: nobody knows."""
        ...
