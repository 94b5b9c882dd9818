"""Redis beside: what is kept in the same Redis beside the logs, each behind a port of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.engine.redis_begun import RedisBegun
from bot.engine.redis_lease import RedisLease
from bot.engine.redis_ledger import RedisLedger
from bot.engine.redis_pulse import RedisPulse
from bot.engine.redis_safe import RedisSafe

if TYPE_CHECKING:
    from bot.engine.wire import Wire


class RedisBeside:
    """The safe, the pulse of a medium, the ledger of what is spent, leases, and the threads that bots began."""

    _wire: Wire

    def safe(self) -> RedisSafe:
        return RedisSafe(self._wire)

    def pulse(self, medium: str) -> RedisPulse:
        return RedisPulse(self._wire, medium)

    def lease(self, name: str, seconds: float) -> RedisLease:
        return RedisLease(self._wire, name, seconds)

    def ledger(self) -> RedisLedger:
        return RedisLedger(self._wire)

    def begun(self) -> RedisBegun:
        return RedisBegun(self._wire)
