"""A listener as a process, and a mail server that gives it no peace: `python -m tests.channels.email.crew MAILS [SEED]`.

Connections are cut in the middle of a word, the server restarts, numbers its mails anew (UIDVALIDITY), the listener is killed; some mails
are delivered twice. At the end each mail is on one log, once. Here mails are read in the listener's own process: how that is done in a
child has tests of its own, and takes a fifth of a second each.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from bot.core.codec import decode
from bot.core.events import MessageReceived
from bot.engine.commit import Row
from bot.engine.desk import Desk
from bot.engine.reception import Reception
from bot.engine.server import ensure_server, stop_server
from bot.engine.store import Store
from bot.kit.people import People
from bot.settings import Settings
from bot.setup import mailroom
from bot.setup.mail_servers import imap
from channels.email import intake, listen
from channels.email.arrived import Arrived
from channels.email.reading.child import Said, summary
from tests.channels.cron.shop import opened
from tests.mail_server.dovecot import PASSWORD, Dovecot
from tests.mail_server.proxy import Proxy, free_port
from tests.mail_server.smtp import AUTHSERV, received

BOT, ANA = "bot@example.test", "ana@example.com"
AHEAD = 60
MAILS_A_SECOND = 50
PAUSE_SECONDS = 1.0
PATIENCE_SECONDS = 30.0
READ_A_SECOND = 50
LISTED_WITHIN_MS = 10_000
# A server that numbers anew twice in one second calls both the same.
GENERATION_SECONDS = 1.1
TROUBLE = ("cut", "cut", "cut", "killed", "restarted", "another generation")


async def _read_here(raw: bytes, said: Said) -> Arrived:
    return Arrived.model_validate(json.loads(json.dumps(summary(raw, said))))


async def _serve(url: str) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    intake.arrived = _read_here
    listen.FIRST_SECONDS, listen.LAST_SECONDS = 0.02, 0.2
    async with opened(url) as store:
        reception = Reception(Desk(store), {}, People(), "clerk")
        way_in = mailroom.intake(Settings(), store, People(), reception, ())
        # Without a lease: whoever takes over from one that was killed would wait for it most of the time.
        ear = listen.Listener(imap(Settings()), BOT, way_in, reception)
        await ear.listen(asyncio.Event(), lambda: None)


async def _start(url: str, port: int, folder: Path) -> Process:
    named = {
        "EMAIL_ADDRESS": BOT,
        "IMAP_HOST": "127.0.0.1",
        "IMAP_PORT": str(port),
        "IMAP_USERNAME": "bot",
        "IMAP_PASSWORD": PASSWORD,
        "IMAP_SECURITY": "none",
        "BOT_EMAIL_AUTHSERV_ID": AUTHSERV,
        "BOT_EMAIL_ALLOWED": ANA,
        # All of them are one person's, within the hour.
        "BOT_EMAIL_MAX_PER_SENDER_HOUR": "1000000",
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.channels.email.crew", "serve", url),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **named},
        stdout=DEVNULL,
    )


def mail(number: int) -> bytes:
    """One of these mails; every fourth answers the one before it."""
    answers = f"In-Reply-To: <{number - 1}@example.com>\r\n" if number % 4 == 3 else ""
    head = f"From: {ANA}\r\nTo: {BOT}\r\nSubject: Work\r\nMessage-ID: <{number}@example.com>\r\n{answers}"
    return received(f"{head}\r\nNumber {number}.\r\n".encode(), ANA)


class Storm:
    """The server, what stands before it, and the listener."""

    def __init__(self, url: str, store: Store, dovecot: Dovecot, proxy: Proxy) -> None:
        self._url = url
        self._dovecot = dovecot
        self._proxy = proxy
        self.ear = Ear(store)
        self._listener: Process | None = None
        self.troubles = Counter[str]()
        self.delivered = self.late = 0

    async def start(self) -> None:
        self._listener = await _start(self._url, self._proxy.port, self._dovecot.folder)

    async def kill(self) -> None:
        if self._listener:
            with suppress(ProcessLookupError):
                self._listener.kill()
            await self._listener.wait()

    async def trouble(self, which: str) -> None:
        """One of the things that happen to mail servers and to those who listen to them."""
        self.troubles[which] += 1
        match which:
            case "cut":
                self._proxy.cut()
            case "killed":
                await self.kill()
                await self.start()
            case "restarted":
                await asyncio.to_thread(self._restart, anew=False)
            case _:
                await asyncio.to_thread(self._restart, anew=True)
                await self._settled()

    async def _settled(self) -> None:
        """The next generation would have everything read again, and with it what this one passed over."""
        await asyncio.sleep(PAUSE_SECONDS)
        so_far = self.delivered
        await self.ear.until(so_far)
        self.late += sum(f"Number {number}." not in self.ear.heard for number in range(so_far))

    def _restart(self, *, anew: bool) -> None:
        self._dovecot.stop()
        if anew:
            time.sleep(GENERATION_SECONDS)
            self._dovecot.forget("bot")
        self._dovecot.start()


async def storm(url: str, mails: int, seed: int = 0) -> dict[str, int]:
    """So many mails, and trouble after every few of them. What was wrong in the end, and how often there was trouble."""
    chance = random.Random(seed)
    dovecot = Dovecot(free_port())
    dovecot.start()
    try:
        async with Proxy(dovecot.port) as proxy, opened(url) as store:
            running = Storm(url, store, dovecot, proxy)
            await running.start()
            try:
                await _delivered(running, dovecot, mails, chance)
                await running.ear.until(mails)
            finally:
                await running.kill()
            return {
                **running.troubles,
                "late": running.late,
                **_judged(await _heard(store), mails),
            }
    finally:
        dovecot.remove()


async def _delivered(running: Storm, dovecot: Dovecot, mails: int, chance: random.Random) -> None:
    """Mails come all the while, whatever goes on beside them; not too many more than are read."""
    coming = asyncio.create_task(_come(running, dovecot, mails, chance))
    deck = chance.sample(TROUBLE, len(TROUBLE))
    while deck or not coming.done():
        deck = deck or chance.sample(TROUBLE, len(TROUBLE))
        await running.trouble(deck.pop())
        await asyncio.sleep(chance.uniform(0, PAUSE_SECONDS))
    await coming


async def _come(running: Storm, dovecot: Dovecot, mails: int, chance: random.Random) -> None:
    for number in range(mails):
        for _ in range(2 if number % 10 == 0 else 1):
            dovecot.drop("bot", mail(number))
        running.delivered = number + 1
        if number % AHEAD == 0:
            await running.ear.until(number - AHEAD)
        await asyncio.sleep(chance.uniform(0, 2 / MAILS_A_SECOND))


class Ear:
    """What is on the logs so far; a log is read only where something came since it was looked at last."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows = dict[str, int]()
        self._since = 0
        self._one = asyncio.Lock()
        self.heard = Counter[str]()

    async def listen(self) -> Counter[str]:
        async with self._one:
            await self._listen()
        return self.heard

    async def _listen(self) -> None:
        # They are listed piece by piece, so that what comes meanwhile may be older than what was listed.
        since = self._since - LISTED_WITHIN_MS
        for name, at in await self._store.threads():
            if at < since:
                break
            self._since = max(self._since, at)
            rows = await self._store.read(name, self._rows.get(name, 0))
            self._rows[name] = self._rows.get(name, 0) + len(rows)
            self.heard.update(_said(rows))

    async def until(self, mails: int) -> None:
        """Until so many, the first ones, were heard, or nobody can wait any longer: all of them may be read again before."""
        wanted = {f"Number {number}." for number in range(mails)}
        deadline = time.monotonic() + PATIENCE_SECONDS + mails / READ_A_SECOND
        while wanted - (await self.listen()).keys() and time.monotonic() < deadline:
            await asyncio.sleep(0.1)


async def _heard(store: Store) -> Counter[str]:
    """What was said, as often as it is on a log: every one from its beginning."""
    found = Counter[str]()
    for name, _ in await store.threads():
        found.update(_said(await store.read(name)))
    return found


def _said(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        event = decode(row.at, row.body)
        if isinstance(event, MessageReceived):
            yield event.text.rpartition("\n")[2]


def _judged(heard: Counter[str], mails: int) -> dict[str, int]:
    wanted = {f"Number {number}." for number in range(mails)}
    return {
        "heard": sum(heard.values()),
        "lost": len(wanted - set(heard)),
        "twice": sum(count - 1 for count in heard.values()),
        "made up": len(set(heard) - wanted),
    }


WRONG = ("late", "lost", "twice", "made up")


async def _alone(mails: int, seed: int) -> int:
    with tempfile.TemporaryDirectory(prefix="bt-", dir="/tmp") as folder:
        url = ensure_server(Path(folder), appendfsync="everysec")
        began = time.monotonic()
        try:
            found = await storm(url, mails, seed)
        finally:
            stop_server(Path(folder))
    told = ", ".join(f"{count} {what}" for what, count in found.items())
    sys.stdout.write(f"{mails} mails, {told}; {time.monotonic() - began:.0f} s\n")
    return int(any(found[what] for what in WRONG))


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(_serve(sys.argv[2]))
    else:
        sys.exit(asyncio.run(_alone(*(int(each) for each in (*sys.argv[1:], "0")[:2]))))
