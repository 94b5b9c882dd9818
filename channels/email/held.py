"""Held: mail that nothing was made of though somebody may have meant us: kept with its octets, for the owner to look at."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import structlog
from pydantic import TypeAdapter

from bot.core.masks import PLAIN
from bot.kit.safe import Safe

MOST = 500
MOST_BYTES = 262_144
_PREFIX = "email/held/"
# A mailbox that its server has numbered anew is read anew, a week of it and more.
_SEEN_TO, _SEEN_TO_SECONDS = "email/seen-to/", 90 * 24 * 3600
log = structlog.get_logger()


class TooLarge(Exception):
    """It is not kept as a whole; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail that was held back, and why."""

    id: str
    at: int
    sender: str
    subject: str
    reason: str
    size: int
    raw: str = ""

    @property
    def octets(self) -> bytes:
        """The mail as it came but for secrets, or its beginning where it was large."""
        return b64decode(self.raw)

    def whole(self) -> bytes:
        """The mail as it came but for secrets. Raises `TooLarge`: half a mail may say something else than all of it."""
        if self.size > len(self.octets):
            raise TooLarge(
                f"{self.id} has {self.size:,} bytes and only its first {MOST_BYTES:,} are kept, so it is not let in: "
                "let its sender write again, without its files or once their mail is vouched for."
            )
        return self.octets


_KEPT = TypeAdapter(Kept)


def _without_secrets(raw: bytes) -> bytes:
    """As they would be cut out of it if it were heard; what Base64 hides is cut out when it is."""
    text = raw.decode("utf-8", "surrogateescape")
    return PLAIN.cut(text).encode("utf-8", "surrogateescape")


class Held:
    """Those that are held back."""

    def __init__(self, safe: Safe) -> None:
        self._safe = safe

    async def keep(
        self, id: str, at: int, sender: str, subject: str, reason: str, raw: bytes
    ) -> None:
        """Hold it back, unless somebody has seen to it. Beyond so many the oldest go, and that is said."""
        if await self.get(id) or await self._safe.lent(f"{_SEEN_TO}{id}"):
            return
        begun, rest = _without_secrets(raw[:MOST_BYTES]), len(raw[MOST_BYTES:])
        octets = b64encode(begun).decode()
        kept = Kept(id, at, sender[:320], subject[:400], reason[:400], len(begun) + rest, octets)
        await self._safe.put(f"{_PREFIX}{id}", json.dumps(asdict(kept)))
        log.warning("mail held back", id=id, reason=reason[:200])
        names = [each for each in await self._safe.names() if each.startswith(_PREFIX)]
        if len(names) > MOST:
            every = await self.all()
            gone = [f"{_PREFIX}{each.id}" for each in every[MOST:]]
            log.warning("held mail dropped", count=len(gone))
            await self._safe.drop(gone)

    async def all(self) -> Sequence[Kept]:
        """Everything that is held back, the newest first."""
        names = [each for each in await self._safe.names() if each.startswith(_PREFIX)]
        found = [await self.get(each.removeprefix(_PREFIX)) for each in names]
        return sorted((each for each in found if each), key=lambda each: -each.at)

    async def get(self, id: str) -> Kept | None:
        """The one of this ID."""
        kept = await self._safe.get(f"{_PREFIX}{id}")
        return _KEPT.validate_json(kept) if kept else None

    async def drop(self, id: str) -> None:
        """It is seen to, and is not held back another time."""
        await self._safe.lend(f"{_SEEN_TO}{id}", "yes", _SEEN_TO_SECONDS)
        await self._safe.drop([f"{_PREFIX}{id}"])
