"""The store in memory: what the Redis store promises, without a server, for simulations and tests.

It answers the same contract suite. The clock is passed in, so that a test may hold it or let it jump.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bot.engine import keys
from bot.engine.commit import (
    Append,
    Appended,
    Fenced,
    Known,
    Lease,
    Moved,
    Outcome,
    Parted,
    Row,
    Timer,
)
from bot.engine.letters import Letter
from bot.engine.memory_cursors import MemoryCursors
from bot.engine.memory_letters import MemoryLetters
from bot.engine.memory_rebuild import MemoryRebuild


@dataclass(slots=True)
class Entry:
    """A thread with work, waiting for a worker or leased by one."""

    thread: str
    tries_before: int = 0
    owner: str = ""
    count: int = 0
    renewed_at: int = 0

    def lease(self, entry: str) -> Lease:
        return Lease(self.thread, entry, self.count, self.tries_before + self.count)


@dataclass(slots=True)
class MemoryServer:
    """What all stores of a test share, as a Redis server would be."""

    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    logs: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])
    blobs: dict[tuple[str, str], bytes] = field(default_factory=dict[tuple[str, str], bytes])
    seen: dict[tuple[str, str], tuple[str, int]] = field(
        default_factory=dict[tuple[str, str], tuple[str, int]]
    )
    ready: dict[str, Entry] = field(default_factory=dict[str, Entry])
    wake: dict[str, str] = field(default_factory=dict[str, str])
    timers: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    touched: dict[str, int] = field(default_factory=dict[str, int])
    aliases: dict[str, str] = field(default_factory=dict[str, str])
    cursors: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    letters: dict[str, Letter] = field(default_factory=dict[str, Letter])
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    entries: int = 0

    def head(self, thread: str) -> int:
        return len(self.logs.get(thread, ()))

    def last(self, thread: str) -> tuple[Row, ...]:
        return (*self.logs.get(thread, ())[-1:],)

    def rouse(self, thread: str, tries_before: int = 0) -> None:
        self.entries += 1
        entry = f"{self.entries}-0"
        self.ready[entry] = Entry(thread, tries_before)
        self.wake[thread] = entry
        # Each waiter holds the bell it heard, so a new one hangs before the old one rings.
        rung, self.bell = self.bell, asyncio.Event()
        rung.set()


class MemoryStore(MemoryLetters, MemoryRebuild, MemoryCursors):
    def __init__(self, server: MemoryServer, *, lease_seconds: float, consumer: str) -> None:
        self._server = server
        self._lease_ms = int(lease_seconds * 1000)
        self._consumer = consumer

    async def open(self) -> None:
        return

    async def close(self) -> None:
        held = [e for e, entry in self._server.ready.items() if entry.owner == self._consumer]
        for entry in held:
            await self.release(self._server.ready[entry].lease(entry))

    async def now(self) -> int:
        return self._server.clock()

    async def append(self, commit: Append) -> Outcome:
        keys.of_thread(commit.thread)
        if answered := self._parted(commit) or self._known(commit):
            return answered
        refused = self._refusal(commit)
        if commit.is_strict and refused is not None:
            return refused(self._server.head(commit.thread))
        at = self._write(commit)
        if commit.rest and refused is None:
            self._come_to_rest(commit.thread)
        elif commit.thread not in self._server.wake:
            self._server.rouse(commit.thread)
        head = self._server.head(commit.thread)
        return refused(head) if refused else Appended(head, at, self._server.last(commit.beside))

    def _parted(self, commit: Append) -> Parted | None:
        rows, end = self._server.logs.get(commit.thread, []), commit.end
        follows = end is None or [row.at for row in rows[end.head - 1 : end.head]] == [end.at]
        return None if follows else Parted(len(rows))

    def _known(self, commit: Append) -> Known | Fenced | Moved | None:
        now, key = self._server.clock(), (commit.thread, commit.id)
        owner, until = self._server.seen.get(key, ("", 0))
        if until <= now:
            return self._begun(commit)
        self._server.seen[key] = (owner, now + commit.seen_seconds * 1000)
        head = self._server.head(commit.thread)
        if owner != self._owner(commit):
            return Fenced(head)
        if commit.rest and self._holds(commit.lease):
            return Moved(head)
        return Known(head, self._server.last(commit.beside))

    def _begun(self, commit: Append) -> Known | None:
        """A copy can only begin a log."""
        head = self._server.head(commit.thread)
        return Known(head) if commit.copied and head else None

    def _refusal(self, commit: Append) -> type[Fenced] | type[Moved] | None:
        if not (commit.is_strict or commit.rest):
            return None
        if not self._holds(commit.lease):
            return Fenced
        return None if self._server.head(commit.thread) == commit.head else Moved

    def _write(self, commit: Append) -> int:
        server, at = self._server, self._server.clock()
        until = at + commit.seen_seconds * 1000
        server.seen[commit.thread, commit.id] = (self._owner(commit), until)
        if commit.lease is None or self._holds(commit.lease):
            self._set_timers(commit)
        for ref, blob in commit.blobs.items():
            server.blobs.setdefault((commit.thread, ref), blob)
        if commit.events or commit.copied:
            log = server.logs.setdefault(commit.thread, [])
            log.extend(commit.copied)
            log.extend(Row(at, body) for body in commit.events)
        if server.head(commit.thread):
            server.touched[commit.thread] = server.logs[commit.thread][-1].at
        return at

    def _set_timers(self, commit: Append) -> None:
        for name, at in commit.timers.items():
            if at is None:
                self._server.timers.pop((commit.thread, name), None)
            else:
                self._server.timers[commit.thread, name] = at

    def _come_to_rest(self, thread: str) -> None:
        del self._server.ready[self._server.wake.pop(thread)]
        if self._server.letters.pop(thread, None) is not None:
            self._server.timers.pop((thread, ""), None)

    def _owner(self, commit: Append) -> str:
        if commit.kind != "claim" or commit.lease is None:
            return "1"
        return f"{self._consumer}/{commit.lease.entry}/{commit.lease.count}"

    def _holds(self, lease: Lease | None) -> bool:
        entry = self._server.ready.get(lease.entry) if lease else None
        if entry is None or lease is None:
            return False
        return entry.owner == self._consumer and entry.count == lease.count

    async def read(self, thread: str, start: int = 0) -> list[Row]:
        return self._server.logs.get(thread, [])[start:]

    async def blob(self, thread: str, ref: str) -> bytes | None:
        return self._server.blobs.get((thread, ref))

    async def take(self, count: int, wait_seconds: float) -> list[Lease]:
        deadline = asyncio.get_running_loop().time() + wait_seconds
        while True:
            bell = self._server.bell
            fresh = [e for e, entry in self._server.ready.items() if not entry.count]
            taken = [self._lease(entry) for entry in fresh[:count]]
            left = deadline - asyncio.get_running_loop().time()
            if taken or left <= 0:
                return taken
            try:
                async with asyncio.timeout(left):
                    await bell.wait()
            except TimeoutError:
                return []

    async def reclaim(self, count: int) -> list[Lease]:
        lapsed_at, ready = self._server.clock() - self._lease_ms, self._server.ready
        lapsed = [e for e, each in ready.items() if each.count and each.renewed_at <= lapsed_at]
        return [self._lease(entry) for entry in lapsed[:count]]

    def _lease(self, entry_id: str) -> Lease:
        entry = self._server.ready[entry_id]
        entry.owner, entry.renewed_at = self._consumer, self._server.clock()
        entry.count += 1
        return entry.lease(entry_id)

    async def renew(self, leases: Iterable[Lease]) -> list[Lease]:
        held = [lease for lease in leases if self._holds(lease)]
        for lease in held:
            self._server.ready[lease.entry].renewed_at = self._server.clock()
        return held

    async def release(self, lease: Lease) -> None:
        if self._holds(lease):
            del self._server.ready[lease.entry]
            self._server.rouse(lease.thread, lease.tries - 1)

    async def due(self, limit: int) -> list[Timer]:
        now = self._server.clock()
        found = [Timer(*key, at) for key, at in self._server.timers.items() if at <= now]
        return sorted(found, key=lambda timer: timer.at)[:limit]

    async def fire(self, timer: Timer, event: bytes | None) -> Outcome:
        key = (timer.thread, timer.name)
        if self._server.timers.get(key) != timer.at or timer.at > self._server.clock():
            return Known(self._server.head(timer.thread))
        del self._server.timers[key]
        return await self.append(Append.firing(timer, event))

    async def threads(self) -> list[tuple[str, int]]:
        return sorted(self._server.touched.items(), key=lambda pair: -pair[1])

    async def alias(self, address: str, thread: str) -> str:
        keys.of_thread(thread)
        return self._server.aliases.setdefault(address, thread)

    async def resolve(self, address: str) -> str | None:
        return self._server.aliases.get(address)

    async def prune(self, idle_seconds: float) -> None:
        _ = idle_seconds  # Workers leave no record here but their leases.
