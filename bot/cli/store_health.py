"""Store health: the finding about Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import cast

from redis.exceptions import RedisError, ResponseError

from bot.app import House, opened
from bot.cli import wording
from bot.cli.finding import Finding
from bot.engine.server import NoRedis, ServerFailed
from bot.engine.store import WrongKey
from bot.engine.wire import Wire, connect
from bot.kit.people import People
from bot.settings import Settings
from bot.setup.known import masked
from bot.setup.which_redis import redis_url

About = Mapping[str, object]
PATIENCE_SECONDS = 20.0


async def store_finding(settings: Settings) -> Finding:
    """Whether a Redis answers, keeps what it is given, and what a power loss would cost."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            about = await _asked(settings)
    except (NoRedis, ServerFailed, RedisError, OSError) as error:
        mend = (
            "look at REDIS_URL"
            if settings.redis_url
            else f"look at {settings.home}/redis/redis.log"
        )
        return Finding("redis", "broken", wording.failure(error), mend)
    where = masked(settings.redis_url) if settings.redis_url else f"embedded under {settings.home}"
    found = f"{about.get('redis_version', 'version unknown')}, {where}"
    if (policy := about.get("maxmemory_policy", "noeviction")) != "noeviction":
        mend = "set maxmemory-policy noeviction: a store that forgets loses threads"
        return Finding("redis", "broken", f"{found}, maxmemory-policy {policy}", mend)
    return _durability(settings, found, about)


async def threads_finding(settings: Settings) -> Finding:
    """Whether every log is in the index, and how much the engine could not go on with."""
    try:
        async with opened(settings, House({}, People())) as app:
            letters = (await app.desk.letters()).values()
            # Logs first: a thread that begins meanwhile is then in the index alone.
            logged = set(await app.store.logged())
            indexed = {thread for thread, _ in await app.store.threads()}
    except WrongKey as error:
        return Finding("threads", "broken", str(error), "bot rebuild makes indexes anew")
    if lost := logged - indexed:
        found = f"the index lacks {len(lost)} of {len(lost | indexed)} threads"
        return Finding("threads", "broken", found, "bot rebuild makes it anew from the logs")
    dead = sum(letter.is_dead for letter in letters)
    tried = len(letters) - dead
    found = f"{dead or 'no'} dead letter{'' if dead == 1 else 's'}"
    found += f", {tried} that failed and will be tried again" if tried else ""
    if dead:
        mend = "bot dead list shows them, bot dead replay ID tries one again"
        return Finding("threads", "warning", found, mend)
    return Finding("threads", "ok", found)


async def _asked(settings: Settings) -> About:
    """What the server says of itself."""
    wire = await connect(await redis_url(settings))
    try:
        about: dict[str, object] = {}
        for section in ("server", "memory", "persistence"):
            about |= await wire.about(section)
        return about | {"appendfsync": await _fsync(wire)}
    finally:
        await wire.close()


async def _fsync(wire: Wire) -> str:
    """How the server writes to disk; empty where we may not ask."""
    try:
        reply = cast("list[bytes]", await wire.command("CONFIG", "GET", "appendfsync"))
    except ResponseError:
        return ""
    return reply[1].decode() if len(reply) > 1 else ""


def _durability(settings: Settings, found: str, about: About) -> Finding:
    if not about.get("aof_enabled"):
        mend = "set appendonly yes: what was not saved yet is lost when the server ends"
        return Finding("redis", "warning", f"{found}, without a log on disk", mend)
    match about["appendfsync"]:
        case "always" | "" as fsync:
            return Finding("redis", "ok", f"{found}{fsync and ', every write on disk'}")
        case fsync:
            lost = "last second" if fsync == "everysec" else "last half minute"
            text = f"{found}, appendfsync {fsync}: a power loss may lose the {lost}"
            name = "appendfsync" if settings.redis_url else "BOT_APPENDFSYNC"
            return Finding("redis", "warning", text, f"set {name} to always, if that matters")
