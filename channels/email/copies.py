"""Copies: what was sent, put into the Sent folder too, once; whatever keeps a copy from being made keeps no mail from going."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from __future__ import annotations

import asyncio

import structlog

from bot.kit.safe import Safe
from channels.email.imap import named, visiting
from channels.email.secure import Server

SECONDS = 20.0
KEPT_SECONDS = 30 * 24 * 3600
log = structlog.get_logger()


class Copies:
    """The Sent folder of our mailbox."""

    def __init__(self, server: Server, folder: str, safe: Safe) -> None:
        self._server = server
        self._folder = folder
        self._safe = safe
        self._one = asyncio.Lock()

    async def has(self, id: str) -> bool:
        """Whether a copy of the mail of this ID was made."""
        return await self._safe.is_spent(f"email/copy/{id}")

    async def keep(self, id: str, octets: bytes) -> None:
        """Puts it there, unless it is there; best effort."""
        try:
            async with asyncio.timeout(SECONDS), self._one:
                await asyncio.to_thread(self._append, id, octets)
            await self._safe.spend(f"email/copy/{id}", KEPT_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever it is: the mail itself has gone
            log.warning("no copy of a mail was kept", folder=self._folder, error=_told(error))

    def _append(self, id: str, octets: bytes) -> None:
        """Servers that put a copy there by themselves are not given another, nor is one made anew after a crash."""
        with visiting(self._server) as client:
            client.select_folder(self._folder, readonly=True)
            if not named(client, id):
                client.append(self._folder, octets, (rb"\Seen",))


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:300]}"
