"""Which Redis: the one that is configured, or the embedded one, which is started and kept up."""

from __future__ import annotations

import asyncio

import structlog

from bot.engine.server import ensure_server
from bot.settings import Settings

SERVER_LOOK_SECONDS = 1.0
log = structlog.get_logger()


async def redis_url(settings: Settings) -> str:
    """The configured server, or the embedded one, started if it does not run."""
    if settings.redis_url is not None:
        return settings.redis_url.get_secret_value()
    return await asyncio.to_thread(ensure_server, settings.home, appendfsync=settings.appendfsync)


async def keep_server(settings: Settings) -> None:
    """An embedded server that was killed is started again; its log is on disk."""
    while settings.redis_url is None:
        await asyncio.sleep(SERVER_LOOK_SECONDS)
        try:
            await redis_url(settings)
        except Exception as error:  # noqa: BLE001 - it may work the next time; until then the log says why not
            log.error("the embedded Redis cannot be started", error=str(error)[:300])
