"""Key: what seals reply addresses and the IDs of our mails. It is in the safe, beside the logs, and leaves it for no other place."""

from __future__ import annotations

import secrets

from bot.kit.safe import Safe

NAME = "email/key"
MAKING_SECONDS = 30


class Key:
    """The one of this bot."""

    def __init__(self, safe: Safe) -> None:
        self._safe = safe

    async def octets(self) -> bytes:
        """Made once, by whoever comes first. Raises ConnectionError while another makes it."""
        kept = await self._safe.get(NAME)
        if kept is None and await self._safe.spend(NAME, MAKING_SECONDS):
            await self._safe.put(NAME, secrets.token_hex(32))
        kept = kept or await self._safe.get(NAME)
        if kept is None:
            raise ConnectionError("the key of reply addresses is being made")
        return bytes.fromhex(kept)
