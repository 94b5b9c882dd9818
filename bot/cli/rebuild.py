"""Rebuild: the command for the day the indexes are lost or doubted; the logs are all it needs."""

from __future__ import annotations

from dataclasses import asdict

from bot.cli import parts
from bot.cli.output import say, say_json
from bot.cli.parts import AsJson
from bot.engine.rebuild import rebuild as made_anew


async def rebuild(*, as_json: AsJson = False) -> None:
    """Safe while workers run."""
    async with parts.bare() as app:
        done = await made_anew(app.store)
    if as_json:
        say_json(asdict(done))
        return
    for name in done.replaced:
        say(f"{name} was of another type, and was deleted.")
    for thread, cause in done.unread.items():
        say(f"{thread} cannot be read: {cause}")
    say(f"{done.threads} threads, {done.timers} timers; {done.woken} threads have work.")
