"""Timers: how late they fire while very many are pending. `python -m tests.bench.timers [PENDING]`.

Two workers on a real Redis; some timers of many threads come due while the others lie ahead. Lateness is what the logs say: the
store's stamp of each `TimerFired` less the time at which it was due. The same is done with hardly any pending.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import structlog

from bot.core.codec import decode, encode
from bot.core.events import Paused, TimerFired
from bot.engine.commit import Append
from bot.engine.redis_store import RedisStore
from bot.engine.server import ensure_server, stop_server
from bot.engine.session import Session
from bot.engine.worker import Worker

DUE = 2_000
A_SECOND = 100
A_THREAD = 100
DAY_MS = 86_400_000
HEAD_START_MS = 20_000


async def _rest(session: Session) -> None:
    """What is to be done when a timer has fired is no matter of this bench."""


async def _set(store: RedisStore, thread: str, timers: dict[str, int | None]) -> None:
    paused = encode(Paused(id="p", actor="bench"))
    await store.append(
        Append(thread=thread, kind="arrival", id="p", events=(paused,), timers=timers)
    )


async def measured(url: str, run: str, pending: int, due: int = DUE) -> list[int]:
    """The lateness of each timer that came due, in milliseconds. Raises where one fired twice or not at all."""
    async with AsyncExitStack() as stack:
        stores = [RedisStore(url, lease_seconds=30) for _ in range(3)]
        for store in stores:
            await store.open()
            stack.push_async_callback(store.close)
        keeper, *hands = stores
        tomorrow = await keeper.now() + DAY_MS
        for number in range(pending // A_THREAD):
            far: dict[str, int | None] = {f"far{each}": tomorrow + each for each in range(A_THREAD)}
            await _set(keeper, f"{run}far{number}", far)
        begin = await keeper.now() + HEAD_START_MS
        wanted = {f"{run}near{each}": begin + each * 1000 // A_SECOND for each in range(due)}
        for thread, at in wanted.items():
            await _set(keeper, thread, {"x": at})
        stop = asyncio.Event()
        works = [Worker(each, _rest, lease_seconds=30) for each in hands]
        running = [asyncio.create_task(each.run(stop)) for each in works]
        while await keeper.now() < begin + due * 1000 // A_SECOND + HEAD_START_MS:
            await asyncio.sleep(0.5)
        stop.set()
        await asyncio.gather(*running)
        return [each for thread in wanted for each in await _late(keeper, thread)]


async def _late(store: RedisStore, thread: str) -> list[int]:
    events = [decode(row.at, row.body) for row in await store.read(thread)]
    fired = [event for event in events if isinstance(event, TimerFired)]
    if len(fired) != 1:
        raise AssertionError(f"{thread} has {len(fired)} firings")
    return [event.at - event.due for event in fired]


def told(pending: int, late: list[int]) -> str:
    p99 = sorted(late)[len(late) * 99 // 100]
    return f"{pending:>9,} pending: {len(late):,} fired once; late p50 {statistics.median(late):.0f} ms, p99 {p99} ms, most {max(late)} ms"


def main() -> None:
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory(prefix="bt-", dir="/tmp") as folder:
        home = Path(folder)
        url = ensure_server(home, appendfsync="everysec")
        try:
            for run, pending in (("a", A_THREAD), ("b", most)):
                late = asyncio.run(measured(url, run, pending))
                print(told(pending, late))  # noqa: T201 - the table is its output
        finally:
            stop_server(home)


if __name__ == "__main__":
    main()
