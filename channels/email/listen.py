"""Listen: the thread that owns the mailbox, and beside it the loop in which what it fetched is taken.

The cursor moves only after a mail is durable. A connection that ends is made anew after a growing, jittered while; one that hangs is cut.
"""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Coroutine
from typing import TypeVar

import structlog
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, LoginError

from bot.kit.arrival import Arrivals
from channels.email.ids import CHANNEL
from channels.email.imap import cut, login
from channels.email.intake import Intake
from channels.email.mailbox import IDLE_SECONDS, Cursor, Fetched, Mailbox
from channels.email.secure import Server, said_by

FIRST_SECONDS, LAST_SECONDS = 1.0, 300.0
REFUSED_SECONDS = 60.0
HANGS_SECONDS = IDLE_SECONDS + 150.0
WATCH_SECONDS = 15.0
TAKE_SECONDS = 120.0
MOST_TRIES = 4
Result = TypeVar("Result")
log = structlog.get_logger()


class NotWelcome(Exception):
    """The mail server does not take us as we are set up; the sentence says what to mend."""


class Stopped(Exception):
    """The loop has ended meanwhile."""


class Listener:
    """One mailbox's ear."""

    def __init__(self, server: Server, address: str, intake: Intake, arrivals: Arrivals) -> None:
        self._server = server
        self._place = f"{address.lower()}/INBOX"
        self._intake = intake
        self._arrivals = arrivals
        self._cursor: Cursor | None = None
        self._ends = threading.Event()
        self._alive_at = time.monotonic()
        self._tries: dict[int, int] = {}
        self._box: Mailbox | None = None
        self._refusal = ""
        self._has_stood = False

    async def listen(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Until told to stop. Raises `NotWelcome` where the server refuses us at the start."""
        self._loop = asyncio.get_running_loop()
        stored = await self._arrivals.cursors(CHANNEL)
        self._cursor = Cursor.read(stored.get(self._place, ""))
        over = asyncio.Event()
        thread = threading.Thread(target=self._run, args=(ready, over), name="mailbox", daemon=True)
        thread.start()
        watching = asyncio.create_task(self._watch())
        waiting = [asyncio.create_task(each.wait()) for each in (stop, over)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        self._ends.set()
        for task in (*waiting, watching):
            task.cancel()
        await asyncio.to_thread(thread.join, TAKE_SECONDS)
        if self._refusal and not stop.is_set():
            raise NotWelcome(self._refusal)

    # ---- the thread --------------------------------------------------------------------------------
    def _run(self, ready: Callable[[], None], over: asyncio.Event) -> None:
        pause = FIRST_SECONDS
        try:
            while not self._ends.is_set():
                begun = time.monotonic()
                try:
                    self._box = Mailbox(self._server, self, self._login)
                    self._box.run(lambda: self._stands(ready))
                except LoginError as error:
                    if _says_no(error) and not self._has_stood:
                        self._refusal = f"IMAP: the server does not take {self._server.way_in}: {said_by(error)}"
                        return
                    pause = max(pause, REFUSED_SECONDS) if _says_no(error) else pause
                    log.error("mailbox refuses us", error=self._server.trouble(error))
                except Stopped:
                    return
                except Exception as error:  # noqa: BLE001 - whatever ends a connection: another is made
                    kind = type(error).__name__
                    log.warning("mailbox lost", kind=kind, error=self._server.trouble(error))
                if time.monotonic() - begun > LAST_SECONDS:
                    pause = FIRST_SECONDS
                self._ends.wait(pause * random.uniform(0.5, 1.5))  # noqa: S311 - to spread who comes back
                pause = min(2 * pause, LAST_SECONDS)
        finally:
            self._loop.call_soon_threadsafe(over.set)

    def _stands(self, ready: Callable[[], None]) -> None:
        if not self._has_stood:
            self._has_stood = True
            self._loop.call_soon_threadsafe(ready)

    def _login(self, client: IMAPClient) -> None:
        login(client, self._server)

    def stopped(self) -> bool:
        return self._ends.is_set()

    def cursor(self) -> Cursor | None:
        return self._cursor

    def alive(self) -> None:
        self._alive_at = time.monotonic()

    def take(self, mail: Fetched) -> None:
        """Hands it to the loop and waits. One that fails again and again is buried, so that the next one is read."""
        if not mail.is_whole:
            self._wait_for(
                self._arrivals.bury(
                    CHANNEL, mail.raw, f"it has {mail.size:,} bytes, which is more than is read"
                )
            )
            return
        try:
            became = self._wait_for(self._intake.take(mail.raw))
        except Stopped:
            raise
        except Exception as error:
            self._tries[mail.uid] = self._tries.get(mail.uid, 0) + 1
            if self._tries[mail.uid] < MOST_TRIES:
                raise
            # Where the store is away this fails too, and the mail waits.
            self._wait_for(
                self._arrivals.bury(CHANNEL, mail.raw, f"{type(error).__name__}: {error}"[:500])
            )
            became = "buried"
        self._tries.pop(mail.uid, None)
        log.info("mail read", uid=mail.uid, became=became)

    def moved(self, cursor: Cursor) -> None:
        self._wait_for(self._arrivals.move_cursors(CHANNEL, {self._place: str(cursor)}))
        self._cursor = cursor

    def _wait_for(self, work: Coroutine[None, None, Result]) -> Result:
        if self._loop.is_closed():
            work.close()
            raise Stopped
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(TAKE_SECONDS)

    # ---- the loop ----------------------------------------------------------------------------------
    async def _watch(self) -> None:
        """A connection that stands and passes nothing on raises nothing: it is cut from here."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if time.monotonic() - self._alive_at > HANGS_SECONDS and self._box and self._box.client:
                log.warning("mailbox hangs", seconds=round(time.monotonic() - self._alive_at))
                self._alive_at = time.monotonic()
                cut(self._box.client)


def _says_no(error: LoginError) -> bool:
    """Whether the server has refused us; where the connection ended, or it cannot just now (RFC 5530), that says nothing of our password."""
    is_lost = isinstance(error.__context__, IMAPClientAbortError)
    return not is_lost and "[UNAVAILABLE]" not in str(error)
