"""Console: the terminal as a channel. What is said there is on the thread's log, and every terminal reads the log.

A message is delivered by being on the log: nothing is pushed, nothing can be shown twice, and a terminal that opens a
week later shows the same as one that was there. So sending is looking, and there is nothing to look up.
"""

from __future__ import annotations

from bot.core.outbox import Outgoing
from bot.core.values import Address

CHANNEL = "console"


class Console:
    """A pull medium."""

    async def find(self, address: Address, key: str) -> str | None:
        return None

    async def send(self, address: Address, message: Outgoing) -> str:
        return f"{CHANNEL}:{address.locator}"

    async def tell(self, address: Address, person: str, text: str) -> None:
        """A refusal is on the log too (`VerdictRefused`), where the terminal finds it."""
