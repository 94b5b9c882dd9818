"""Time that a test sets: the clock of Redis, by which everything is decided, and those of the parts beside it, so far ahead."""

from __future__ import annotations

import hashlib
import math
import time
from datetime import datetime

import pytest
import redis

from bot.engine import reception, scripts
from bot.engine.redis_store import RedisStore
from bot.engine.scripts import Script
from bot.setup import mailroom

KEY = "test:ahead"
TIME = "redis.call('TIME')"
AHEAD = (
    "(function() local t = redis.call('TIME'); "
    f"t[1] = string.format('%d', t[1] + (redis.call('GET', '{KEY}') or 0)); return t end)()"
)


class Clock:
    """Stands where it was set last, and goes on from there; it is never set back."""

    def __init__(self, url: str, patch: pytest.MonkeyPatch) -> None:
        self._url, self._ahead = url, 0
        for name, script in vars(scripts).copy().items():
            if isinstance(script, Script) and TIME in script.source:
                patch.setattr(scripts, name, _moved(script))
        now = RedisStore.now

        async def moved(store: RedisStore) -> int:
            return await now(store) + self._ahead * 1000

        patch.setattr(RedisStore, "now", moved)
        patch.setattr(reception, "time", self.time)
        patch.setattr(mailroom, "_now", lambda: int(self.time() * 1000))

    def time(self) -> float:
        """In seconds since the epoch."""
        return time.time() + self._ahead

    def set(self, moment: str) -> None:
        """To this time, as ISO 8601 writes it with its zone, or within a second after it."""
        ahead = math.ceil(datetime.fromisoformat(moment).timestamp() - time.time())
        assert ahead > self._ahead, "time does not go back"
        self._ahead = ahead
        with redis.Redis.from_url(self._url) as connection:  # pyright: ignore[reportUnknownMemberType]
            connection.set(KEY, ahead)


def _moved(script: Script) -> Script:
    source = script.source.replace(TIME, AHEAD)
    return Script(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())
