"""Worker: takes threads that have work, performs what `next_effects` says until nothing is left, lets go.

Resume is not a special case: after a crash, a deploy or a fortnight's silence another worker loads the log, folds it and
goes on. What kills a turn half-way leaves the lease to lapse, and the thread comes back to somebody by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from bot.core.codec import encode
from bot.core.events import TimerFired
from bot.core.masks import PLAIN, Masks
from bot.engine.commit import Lease, Timer
from bot.engine.curb import SHOWN, WAITING, Curb
from bot.engine.letters import Letter, cause_of
from bot.engine.session import Session
from bot.engine.store import Store, WrongKey
from bot.engine.stuck import LeaseLost, Stuck
from bot.engine.trouble import (
    MOST_TAKEOVERS,
    PATIENCE,
    Patience,
    Unreadable,
    WorkersDied,
    put_off,
    set_aside,
)

Perform = Callable[[Session], Awaitable[None]]

TIMER_SECONDS = 0.2
PRUNE_SECONDS = 3600.0
DRAIN_SECONDS = 20.0
"""Stopping as a whole takes five more at most: a take that is waited for, and closing a store that does not answer."""
FAILED_PAUSE_SECONDS = 1.0
TAKE_WAIT_SECONDS = 1.0
FULL_PAUSE_SECONDS = 0.05
NEWER_PAUSE_SECONDS = 1.0
log = structlog.get_logger()


class Worker:
    """Holds up to `concurrency` threads at once. `perform` does what one thread's fold asks for, once."""

    def __init__(
        self,
        store: Store,
        perform: Perform,
        *,
        lease_seconds: float,
        concurrency: int = 16,
        patience: Patience = PATIENCE,
        masks: Masks = PLAIN,
    ) -> None:
        self._store = store
        self._perform = perform
        self._lease_seconds = lease_seconds
        self._concurrency = concurrency
        self._patience = patience
        self._masks = masks
        self._stopping = asyncio.Event()
        self._curb = Curb(store)
        self._held: dict[Lease, tuple[Session, asyncio.Task[None]]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; then finish the round in hand, begin nothing, and hand the threads back."""
        self._stopping, drained = stop, asyncio.Event()
        lease_part = self._lease_seconds / 4
        duties = [
            self._forever(self._take, 0.0, stop),
            self._forever(self._reclaim, lease_part, stop),
            self._forever(self._fire_timers, TIMER_SECONDS, stop),
            self._forever(self._prune, PRUNE_SECONDS, stop),
        ]
        heart = asyncio.create_task(self._forever(self._beat, lease_part, drained))
        await asyncio.gather(*duties)
        await self._drain()
        drained.set()
        await heart

    async def _forever(
        self, step: Callable[[], Awaitable[None]], pause_seconds: float, end: asyncio.Event
    ) -> None:
        """One duty, until its end. A store that is away is no reason to die: it may come back."""
        while not end.is_set():
            pause = pause_seconds
            try:
                await step()
            except Exception as error:  # noqa: BLE001 - the duty must survive whatever a turn of it meets
                log.warning("duty failed", duty=step.__name__, error=str(error)[:300])
                pause = max(pause, FAILED_PAUSE_SECONDS)
            if pause:
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await end.wait()

    async def _take(self) -> None:
        room = self._concurrency - len(self._held)
        if room <= 0:
            await asyncio.sleep(FULL_PAUSE_SECONDS)
            return
        since = asyncio.get_running_loop().time()
        for lease in await self._store.take(room, TAKE_WAIT_SECONDS):
            self._hold(lease, since)

    async def _reclaim(self) -> None:
        room = self._concurrency - len(self._held)
        since = asyncio.get_running_loop().time()
        for lease in await self._store.reclaim(room) if room > 0 else ():
            log.info("taken over", thread=lease.thread, tries=lease.tries)
            self._hold(lease, since)

    def _hold(self, lease: Lease, since: float) -> None:
        if lease in self._held:
            return  # A power loss took its first delivery, and it was delivered again: one turn is under way, and holds it.
        session = Session(
            self._store, lease, self._lease_seconds, self._curb, self._masks, self._stopping
        )
        session.renewed(since)
        task = asyncio.create_task(self._live(session))
        # By lease, not by thread: one that lapsed may come back to this worker while the turn before it is still under way.
        self._held[lease] = (session, task)
        task.add_done_callback(lambda _: self._held.pop(lease))

    async def _live(self, session: Session) -> None:
        """One thread until it waits or rests. Whatever goes wrong here sets it aside, and its neighbours go on."""
        try:
            await session.load()
            if not self._stopping.is_set():
                await self._work(session)
        except LeaseLost:
            log.info("lease lost", thread=session.lease.thread)
        except Exception as error:  # noqa: BLE001 - it is logged once it is known how often that came
            tries: int | None = None
            try:
                # A store that is away cannot even be told: then the lease lapses, and whoever takes it over tries again.
                with suppress(Exception):
                    tries = await set_aside(self._store, session, error, self._patience)
            finally:
                whose = {"thread": session.lease.thread, "tries": tries}
                if cause := put_off(error, session.masks):
                    log.warning("put off", cause=cause, **whose)
                else:
                    log.error("turn failed", exc_info=error, **whose)
        finally:
            session.let_go()

    async def _work(self, session: Session) -> None:
        """Rounds, until there is nothing to do or nothing may be done here. What came in during one, the next one shows, if it does no more."""
        self._look(session)
        session.is_news = False
        await self._perform(session)
        while not session.resting and not self._stopping.is_set():
            self._look(session)
            if session.thread.newer:
                await self._leave(session)
                return
            if session.is_news or session.due() or session.question:
                session.is_news = False
                await self._perform(session)
            else:
                await session.rest()

    async def _leave(self, session: Session) -> None:
        """Handed back, in a while: a worker of the newer version may be the next to take it, and no try is lost."""
        log.warning("written by a newer version", thread=session.lease.thread)
        with suppress(TimeoutError):
            async with asyncio.timeout(NEWER_PAUSE_SECONDS):
                await self._stopping.wait()
        await self._store.release(session.lease)

    def _look(self, session: Session) -> None:
        """Whether there is any sense in going on."""
        if session.thread.newer:
            return
        if seq := session.thread.unreadable:
            raise Stuck("parse", Unreadable(seq), seq)
        if session.lease.tries > MOST_TAKEOVERS:
            raise Stuck("other", WorkersDied(session.lease.tries - 1))

    async def _beat(self) -> None:
        sessions = {session.lease: session for session, _ in self._held.values()}
        at = asyncio.get_running_loop().time()
        renewed = {*await self._store.renew(sessions)} if sessions else set[Lease]()
        for lease, session in sessions.items():
            session.renewed(at, is_held=lease in renewed)

    async def _fire_timers(self) -> None:
        for timer in await self._store.due(100):
            try:
                await self._store.fire(timer, _fired(timer))
            except WrongKey as error:
                await self._bury(timer, error)

    async def _bury(self, timer: Timer, error: Exception) -> None:
        """A timer that can never fire must not stand before the others for ever."""
        at, cause = await self._store.now(), cause_of(error, self._masks)
        letter = Letter(id=timer.thread, at=at, tries=1, stage="other", cause=cause)
        log.error("parked", thread=timer.thread, stage=letter.stage, cause=cause, tries=1)
        await self._store.bury(letter, timer)

    async def _prune(self) -> None:
        await self._store.prune(24 * PRUNE_SECONDS)

    async def _drain(self) -> None:
        """What ends within the grace ends here; closing the store hands back what does not."""
        tasks = [task for _, task in self._held.values()]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=DRAIN_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _fired(timer: Timer) -> bytes | None:
    """What a due timer appends; one without a name, or that is none of the thread's own, only wakes it."""
    if timer.name in ("", WAITING, SHOWN):
        return None
    return encode(TimerFired(id=timer.id, actor="clock", name=timer.name, due=timer.at))
