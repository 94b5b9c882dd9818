"""Mailbox: one connection to an IMAP server, owned by one thread: what is new is fetched in its order, and then it waits for more.

RFC 9051, RFC 2177 (IDLE, renewed long before half an hour). `\\Seen` says nothing: people set it.
"""

# IMAPClient leaves its methods half typed; here they meet ours.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportArgumentType=false

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol, cast

from imapclient import IMAPClient

from channels.email.imap import connected, leave
from channels.email.secure import Server

FIRST_QUIET_SECONDS, IDLE_SECONDS = 1.0, 60.0
POLL_SECONDS = 30.0
LOOK_SECONDS = 1.0
AT_ONCE = 50
MOST_BYTES = 25_000_000
LOST_DAYS = 1
RESCAN_DAYS = 7


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a mailbox was read: its generation, and the last UID in it (RFC 9051, 2.3.1.1).

    Everything that came `since` then is read again where the generation is another; while that goes on, `end` is how far.
    """

    validity: int
    uid: int
    since: date
    end: int = 0

    def __str__(self) -> str:
        return f"{self.validity}:{self.uid}:{self.since.toordinal()}:{self.end}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """The cursor as it was stored; None: it is none."""
        parts = text.split(":")
        if len(parts) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
            return None
        validity, uid, since, end = map(int, parts)
        return cls(validity, uid, date.fromordinal(max(1, since)), end)


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail; where it is larger than is read, `raw` is its headers alone."""

    uid: int
    raw: bytes
    size: int

    @property
    def is_whole(self) -> bool:
        return self.size <= MOST_BYTES


class Desk(Protocol):
    """Who takes what is fetched; these calls return when it is durable, and raise where it is not."""

    def stopped(self) -> bool:
        """Whether it is time to end."""
        ...

    def cursor(self) -> Cursor | None:
        """How far we were."""
        ...

    def take(self, mail: Fetched) -> None:
        """This mail."""
        ...

    def moved(self, cursor: Cursor) -> None:
        """Everything up to there was taken."""
        ...

    def alive(self) -> None:
        """The server has answered."""
        ...


class Mailbox:
    """One connection, from login to its end."""

    def __init__(
        self, server: Server, desk: Desk, login: Callable[[IMAPClient], None], folder: str = "INBOX"
    ) -> None:
        self._server = server
        self._desk = desk
        self._login = login
        self._folder = folder
        self._quiet = FIRST_QUIET_SECONDS
        self.client: IMAPClient | None = None

    def run(self, stands: Callable[[], None]) -> None:
        """Reads until told to stop. Raises whatever ends the connection."""
        client = self.client = connected(self._server)
        self._desk.alive()
        try:
            self._login(client)
            told = cast("Mapping[bytes, object]", client.select_folder(self._folder, readonly=True))
            validity = _number(told[b"UIDVALIDITY"])
            self._read_all(client, validity)
            stands()
            while not self._desk.stopped():
                self._wait(client)
                self._read_new(client, validity)
        finally:
            self.client = None
            leave(client)

    # ---- what is new -------------------------------------------------------------------------------
    def _read_all(self, client: IMAPClient, validity: int) -> None:
        """What came while nobody listened. Where the generation is another, or nothing is known, the last days are read again."""
        cursor = self._desk.cursor()
        if cursor is None or cursor.validity != validity:
            # What comes from here on stands behind that end, and is new.
            end = max(cast("list[int]", client.search(["UID", "*"])), default=0)
            since = cursor.since if cursor else _ago(LOST_DAYS)
            self._desk.moved(Cursor(validity, 0, since, end))
        self._read_again(client)
        self._read_new(client, validity)

    def _read_again(self, client: IMAPClient) -> None:
        """What is left of the days that are read again."""
        cursor = self._desk.cursor()
        if cursor is None or cursor.uid >= cursor.end:
            return
        recent = sorted(cast("list[int]", client.search(["SINCE", cursor.since])))
        left = [uid for uid in recent if cursor.uid < uid <= cursor.end]
        for mail in self._fetched(client, left):
            self._desk.take(mail)
            self._desk.moved(replace(cursor, uid=mail.uid))
            if self._desk.stopped():
                return
        self._desk.moved(replace(cursor, uid=cursor.end, end=0))

    def _read_new(self, client: IMAPClient, validity: int) -> None:
        """What stands behind the cursor; a server answers `n:*` with the last one even where that is not."""
        while not self._desk.stopped():
            cursor = self._desk.cursor()
            last = cursor.uid if cursor else 0
            found = sorted(
                uid
                for uid in cast("list[int]", client.search(["UID", f"{last + 1}:*"]))
                if uid > last
            )
            self._desk.alive()
            if not found:
                return
            for mail in self._fetched(client, found[:AT_ONCE]):
                self._desk.take(mail)
                self._desk.moved(Cursor(validity, mail.uid, _ago(RESCAN_DAYS)))
                if self._desk.stopped():
                    return
            self._quiet = FIRST_QUIET_SECONDS
            self._desk.moved(Cursor(validity, found[:AT_ONCE][-1], _ago(RESCAN_DAYS)))

    def _fetched(self, client: IMAPClient, uids: list[int]) -> Iterator[Fetched]:
        """These mails, one by one; one that was taken away meanwhile is passed over."""
        for start in range(0, len(uids), AT_ONCE):
            some = uids[start : start + AT_ONCE]
            sizes = cast(
                "Mapping[int, Mapping[bytes, object]]", client.fetch(some, ["RFC822.SIZE"])
            )
            for uid in some:
                size = _number(sizes.get(uid, {}).get(b"RFC822.SIZE", 0))
                part = b"BODY[]" if size <= MOST_BYTES else b"BODY[HEADER]"
                asked = "BODY.PEEK[]" if size <= MOST_BYTES else "BODY.PEEK[HEADER]"
                told = cast("Mapping[int, Mapping[bytes, object]]", client.fetch([uid], [asked]))
                raw = told.get(uid, {}).get(part)
                self._desk.alive()
                if isinstance(raw, bytes):
                    yield Fetched(uid, raw, size)

    # ---- waiting -----------------------------------------------------------------------------------
    def _wait(self, client: IMAPClient) -> None:
        """Until there may be something new: told by the server, or after a while where it does not tell.

        What came since the last look it may tell nobody before more comes: that is looked for soon, then less and less often.
        """
        if not client.has_capability("IDLE"):
            self._sleep(POLL_SECONDS)
            client.noop()
            self._desk.alive()
            return
        client.idle()
        self._desk.alive()
        end, self._quiet = time.monotonic() + self._quiet, min(2 * self._quiet, IDLE_SECONDS)
        try:
            while not self._desk.stopped() and time.monotonic() < end:
                # At the end of a connection nothing is told, at once: what is sent next finds that out.
                begun = time.monotonic()
                told = cast("object", client.idle_check(timeout=LOOK_SECONDS))
                if told or time.monotonic() - begun < LOOK_SECONDS / 2:
                    break
        finally:
            client.idle_done()
        client.noop()  # Servers answer SEARCH as of the command before it; what came since would lie until the next look.
        self._desk.alive()

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self._desk.stopped() and time.monotonic() < end:
            time.sleep(LOOK_SECONDS)


def _ago(days: int) -> date:
    return date.today() - timedelta(days=days)  # noqa: DTZ011 - IMAP knows days of its own zone alone


def _number(value: object) -> int:
    return value if isinstance(value, int) else int(str(value))
