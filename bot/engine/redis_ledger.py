"""The day's ledger in Redis: an index of what the logs say was used, and what is under way. It can be made anew from the logs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import structlog

from bot.core.codec import decode
from bot.core.measures import Amounts, day_of
from bot.core.spend import spent, used
from bot.engine import scripts
from bot.engine.keys import BadThreadId
from bot.engine.means import keyed
from bot.engine.scripts import Script
from bot.engine.store import Store, WrongKey
from bot.engine.wire import Wire

UNDER_WAY = "bot:{spend}:under-way"
COUNTED = "bot:{spend}:counted"
"""There while whatever is used is counted as it comes."""
KEEP_SECONDS = 3 * 86_400
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Entry:
    """What a thread has used that day, as its log says, under the names of the books; `most` is the limits by scope, all scopes that it counts in."""

    day: str
    thread: str
    used: Amounts
    most: Mapping[str, Amounts]


@dataclass(frozen=True, slots=True)
class Row:
    """What a thread has under way, at its most, until it lapses (milliseconds since the epoch)."""

    lapses: int
    most: Amounts


class RedisLedger:
    """All in one slot: a limit of all is looked at in the same step as those of one."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def reserve(
        self, entry: Entry, names: Sequence[str], now: int, row: Row
    ) -> Sequence[str]:
        """`ok`, `busy`, or `spent` with the scope and the name of the limit and how much of these names it has used."""
        more = {"names": names, "now": now, "row": _written(entry, row)}
        return await self._run(scripts.RESERVE, entry, more)

    async def settle(
        self,
        entry: Entry,
        wanted: Sequence[Sequence[str]] = (),
        row: Row | None = None,
        held: Row | None = None,
    ) -> Sequence[str]:
        """In the place of what is `held` of a reservation comes the row, or nothing; what another worker reserved for the thread since stays.

        For each wanted call, which takes one of these names, the name and the scope of the limit that it is beyond, or nothing."""
        rows = {"row": row, "held": held}
        kept = {name: _written(entry, each) for name, each in rows.items() if each}
        return await self._run(scripts.SETTLE, entry, {"wanted": wanted, **kept})

    async def begin(self, store: Store, *, is_limited: bool) -> None:
        """Before a worker begins: where nothing was limited until now, and so nothing counted, the day as the logs have it."""
        if not is_limited:
            await self._wire.command("DEL", COUNTED)
        elif not await self._wire.command("EXISTS", COUNTED):
            log.info("counting what was used today")
            await recount(store, self)
            await self._wire.command("SET", COUNTED, "1")

    async def _run(self, script: Script, entry: Entry, more: Mapping[str, object]) -> Sequence[str]:
        said = {
            "thread": entry.thread,
            "used": entry.used,
            "most": entry.most,
            "keep": KEEP_SECONDS,
        }
        given = json.dumps({**said, "scopes": [*entry.most], **more})
        reply = await self._wire.run(
            script, [f"bot:{{spend}}:used:{entry.day}", UNDER_WAY], [given]
        )
        return [word.decode() for word in cast("list[bytes]", reply)]


def _written(entry: Entry, row: Row) -> str:
    return json.dumps({"lapses": row.lapses, "most": row.most, "scopes": [*entry.most]})


async def recount(store: Store, ledger: RedisLedger) -> None:
    """The day's ledger from the logs; the same however often it is done."""
    now = await store.now()
    for thread in await store.logged():
        try:
            rows = await store.read(thread)
        except (WrongKey, BadThreadId):  # The rebuild of the indexes has told of it.
            continue
        events = [decode(row.at, row.body) for row in rows]
        amounts = used(events, now)
        if any(amounts.values()):
            whose = next(spent(events))
            scopes = ("all", f"agent:{whose.agent}", f"person:{whose.person}")
            most: dict[str, Amounts] = {scope: {} for scope in scopes}
            await ledger.settle(Entry(day_of(now), thread, keyed(amounts, now), most))
