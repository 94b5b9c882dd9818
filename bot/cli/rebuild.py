"""Rebuild: the command for the day the indexes are lost or doubted; the logs are all it needs."""

from __future__ import annotations

from dataclasses import asdict

from bot.cli import parts
from bot.cli.errors import DONE, FAILED
from bot.cli.output import say, say_json
from bot.cli.parts import AsJson
from bot.engine.rebuild import Rebuilt
from bot.engine.rebuild import rebuild as made_anew
from bot.engine.redis_ledger import recount
from bot.engine.redis_store import RedisStore


async def rebuild(*, as_json: AsJson = False) -> int:
    """Safe while workers run. A log that cannot be read keeps no other from its indexes, and is a failure all the same."""
    async with parts.bare() as app:
        done = await made_anew(app.store)
        if isinstance(app.store, RedisStore):
            await recount(app.store, app.store.ledger())
    if as_json:
        say_json(asdict(done))
    else:
        _tell(done)
    return FAILED if done.unread else DONE


def _tell(done: Rebuilt) -> None:
    for name in done.replaced:
        say(f"{name} was of another type, and was deleted.")
    for thread, cause in done.unread.items():
        say(f"{thread} cannot be read: {cause}")
    work = "has" if done.woken == 1 else "have"
    threads, timers = _count(done.threads, "thread"), _count(done.timers, "timer")
    say(f"{threads}, {timers}; {_count(done.woken, 'thread')} {work} work.")


def _count(number: int, of: str) -> str:
    return f"{number} {of}{'' if number == 1 else 's'}"
