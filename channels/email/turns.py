"""Turns: one listener a mailbox. The others stand by, and one of them takes over within the lease.

Whoever loses the lease stops reading before it is over; a mail that both were reading by then is one event still.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import structlog

from bot.kit.lease import Lease
from channels.email.listen import REFUSED_SECONDS, Listener, NotWelcome

log = structlog.get_logger()


async def in_turn(
    lease: Lease,
    listener: Callable[[], Listener],
    stop: asyncio.Event,
    ready: Callable[[], None],
) -> None:
    """Listens whenever it is our turn, until told to stop. Raises `NotWelcome` where the server refuses us from the start."""
    is_first = True
    try:
        while not stop.is_set():
            pause = lease.seconds / 4
            try:
                if until := await _held(lease):
                    await _turn(lease, until, listener(), stop, ready)
                    pause = 0
                elif is_first:
                    log.info("mailbox is read by another process; standing by")
                    ready()
            except Exception as error:
                if is_first:
                    raise
                log.error("mailbox not read", error=f"{type(error).__name__}: {str(error)[:200]}")
                await _left(lease)
                pause = REFUSED_SECONDS if isinstance(error, NotWelcome) else pause
            is_first = False
            await _within(stop, pause)
    finally:
        await _left(lease)


async def _turn(
    lease: Lease, until: float, listener: Listener, stop: asyncio.Event, ready: Callable[[], None]
) -> None:
    """Listens until told to stop, or until the lease is lost."""
    over = asyncio.Event()
    keeping = asyncio.create_task(_keep(lease, until))
    waiting = asyncio.create_task(stop.wait())
    for each in (keeping, waiting):
        each.add_done_callback(lambda _: over.set())
    try:
        await listener.listen(over, ready)
    finally:
        keeping.cancel()
        waiting.cancel()


async def _keep(lease: Lease, until: float) -> None:
    """Holds on to it; returns once it is lost, or as good as lost because nobody answers."""
    margin = lease.seconds / 10
    while (left := until - margin - time.monotonic()) > 0:
        await asyncio.sleep(min(lease.seconds / 4, left))
        begun = time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, until - margin - begun)):
                is_ours = await lease.hold()
        except Exception as error:  # noqa: BLE001 - the store is away: it may be back before the lease is over
            log.warning("lease not renewed", error=f"{type(error).__name__}: {str(error)[:200]}")
            continue
        if not is_ours:
            break
        until = begun + lease.seconds
    log.warning("mailbox is another process's now")


async def _held(lease: Lease) -> float | None:
    """Until when it is ours, by our own clock; None: it is somebody else's."""
    begun = time.monotonic()
    return begun + lease.seconds if await lease.hold() else None


async def _left(lease: Lease) -> None:
    """Lets go of it, so that another need not wait; best effort."""
    with suppress(Exception):
        async with asyncio.timeout(lease.seconds):
            await lease.leave()


async def _within(stop: asyncio.Event, seconds: float) -> None:
    """Returns when told to stop, or after so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
