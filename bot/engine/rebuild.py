"""Rebuild: every index beside the logs, made anew from the logs. Safe while workers run, and the same however often it is done.

A letter that is lost with the indexes comes back by itself: the thread it was about is woken, tried and parked again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.core.codec import decode
from bot.core.effects import next_effects
from bot.core.reducer import replay
from bot.engine.commit import Row
from bot.engine.curb import alarms
from bot.engine.keys import BadThreadId
from bot.engine.letters import cause_of
from bot.engine.store import Entry, Store, WrongKey


@dataclass
class Rebuilt:
    """What was done: `unread` names each thread whose log could not be folded, and why; `replaced` the keys deleted."""

    threads: int = 0
    timers: int = 0
    woken: int = 0
    unread: dict[str, str] = field(default_factory=dict[str, str])
    replaced: list[str] = field(default_factory=list[str])


async def rebuild(store: Store) -> Rebuilt:
    """Make the index entry, the timers and the wake-up of every thread that has a log."""
    done = Rebuilt(replaced=await store.sound())
    for thread in await store.logged():
        try:
            entry = await _restored(store, thread, done)
        except (WrongKey, BadThreadId) as error:
            done.unread[thread] = cause_of(error)
            continue
        done.threads += 1
        done.timers += len(entry.timers)
        done.woken += entry.has_work
    return done


async def _restored(store: Store, thread: str, done: Rebuilt) -> Entry:
    """Its indexes, written as of a head that still stood when they were."""
    while True:
        rows = await store.read(thread)
        entry = _entry(thread, rows, done)
        if await store.restore(entry):
            return entry


def _entry(thread: str, rows: list[Row], done: Rebuilt) -> Entry:
    try:
        folded = replay(thread, [decode(row.at, row.body) for row in rows])
    except Exception as error:  # noqa: BLE001 - one log that does not fold must not stop the rebuild of the others
        done.unread[thread] = cause_of(error)
        return Entry(thread=thread, head=len(rows), timers={}, has_work=True)
    has_work = bool(next_effects(folded)) or folded.is_closed_to_us
    return Entry(thread=thread, head=len(rows), timers=alarms(folded), has_work=has_work)
