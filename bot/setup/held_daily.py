"""Held daily: once a day, in the owner's morning, the owner is told by mail what is held back; on days without, nothing is said.

Any number of clocks may look: one at a time does, by a lease, and what the mail server has taken for a day is not sent again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from bot.engine.store import Store
from bot.kit.people import People
from bot.settings import Settings
from bot.setup import mailroom

LOOK_SECONDS = 300.0
FROM_HOUR = 8
log = structlog.get_logger()


@asynccontextmanager
async def told(settings: Settings, store: Store, people: People) -> AsyncGenerator[None]:
    """As long as this is open."""
    telling = asyncio.create_task(_daily(settings, store, people))
    try:
        yield
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling


async def _daily(settings: Settings, store: Store, people: People) -> None:
    """Look every few minutes; whatever goes wrong is tried at the next look."""
    while True:
        try:
            await tell(settings, store, people, time.time())
        except Exception as error:  # noqa: BLE001 - the clock beside it must survive whatever mail meets
            log.warning("held mail not told of", error=str(error)[:300])
        await asyncio.sleep(LOOK_SECONDS)


async def tell(settings: Settings, store: Store, people: People, now: float) -> bool:
    """Tells the owner what is held, if it is time, in seconds since the epoch, and they were not told on this day; whether it did."""
    owner = people.people.get(settings.owner)
    to = next(iter(owner.accounts("email")), "") if owner else ""
    if owner is None or not to or not mailroom.speaks(settings):
        return False
    local = datetime.fromtimestamp(now, ZoneInfo(owner.time_zone or "UTC"))
    if local.hour < FROM_HOUR:
        return False
    return await mailroom.tell_held(settings, store, to, f"{local:%Y-%m-%d}")
