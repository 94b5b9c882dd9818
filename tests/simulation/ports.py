"""Ports: the store, the screen and the model as one worker reaches them. Each call may go wrong; each effect is on the ledger."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeVar

from bot.core.codec import decode
from bot.core.events import ToolStarted
from bot.core.outbox import Outgoing
from bot.core.values import Address
from bot.engine.commit import Append, Appended, Known, Lease, Outcome, Row, Timer
from bot.engine.desk import thread_of
from bot.engine.letters import Letter
from bot.engine.memory_store import MemoryServer, MemoryStore
from bot.engine.store import Entry
from bot.kit.channel import Undeliverable
from bot.model.port import Answer
from tests.simulation.chooser import choose
from tests.simulation.process import Process
from tests.simulation.world import LEASE_SECONDS, Fault, Shown

T = TypeVar("T")
# How long the model thinks, in seconds; longer than a lease at times.
SWIFT, SLOW = (0.1, 0.5, 2.0), (0.1, 0.1, 0.5, 0.5, 2.0, 9.0, 30.0)


class StorePort:
    """The store over a wire that fails. What it answers is compared with what the server holds."""

    def __init__(self, process: Process, inner: MemoryStore) -> None:
        self._process, self._inner = process, inner

    async def _call(self, name: str, effect: Callable[[], Awaitable[T]]) -> T:
        return await self._process.call("store", name, effect)

    async def _look(self, name: str, effect: Callable[[], Awaitable[T]]) -> T:
        """What idle workers do all the time: answered at once, or lives would be long in the computing."""
        return await self._process.call("store", name, effect, far=0.0)

    async def open(self) -> None:
        await self._inner.open()

    async def close(self) -> None:
        await self._call("close", self._inner.close)

    async def now(self) -> int:
        return await self._call("now", self._inner.now)

    async def append(self, commit: Append) -> Outcome:
        events = [decode(0, body) for body in commit.events]
        name = "+".join([commit.kind, *(event.type for event in events), *["rest"] * commit.rest])

        async def effect() -> Outcome:
            server = self._process.world.server
            rightful = is_rightful(server, self._process.name, commit)
            if commit.lease and commit.events and not holds(server, self._process.name, commit):
                self._process.world.seen["facts from a lapsed lease"] += 1
            outcome = await self._inner.append(commit)
            if commit.kind == "claim" and isinstance(outcome, Appended) and not rightful:
                self._process.world.ledger.breaches.append(f"{commit.id} was claimed wrongly")
            return outcome

        outcome = await self._call(f"append {name}", effect)
        self._heard(commit, outcome)
        return outcome

    def _heard(self, commit: Append, outcome: Outcome) -> None:
        """What a living worker was told is written must be there at the end; what it was granted is what it starts."""
        granted = isinstance(outcome, Appended | Known)
        for event in (decode(0, body) for body in commit.events):
            if granted or not commit.is_strict:
                self._process.world.ledger.answered.append((commit.thread, event.id))
            if isinstance(event, ToolStarted) and granted:
                self._process.claims[event.call] = event.n, event.run
        if commit.kind == "claim" and not granted:
            self._process.world.seen["claim refused"] += 1

    async def read(self, thread: str, start: int = 0) -> list[Row]:
        return await self._call("read", lambda: self._inner.read(thread, start))

    async def blob(self, thread: str, ref: str) -> bytes | None:
        return await self._call("blob", lambda: self._inner.blob(thread, ref))

    async def take(self, count: int, wait_seconds: float) -> list[Lease]:
        return await self._look("take", lambda: self._inner.take(count, wait_seconds))

    async def reclaim(self, count: int) -> list[Lease]:
        taken = await self._look("reclaim", lambda: self._inner.reclaim(count))
        self._process.world.seen["taken over"] += len(taken)
        return taken

    async def renew(self, leases: Iterable[Lease]) -> list[Lease]:
        asked = list(leases)

        async def effect() -> list[Lease]:
            before = owners(self._process.world.server)
            held = await self._inner.renew(asked)
            self._process.world.seen["leases overslept"] += len(asked) - len(held)
            if owners(self._process.world.server) != before:
                self._process.world.ledger.breaches.append("a lapsed lease was taken back")
            return held

        return await self._call("renew", effect)

    async def release(self, lease: Lease) -> None:
        await self._call("release", lambda: self._inner.release(lease))

    async def due(self, limit: int) -> list[Timer]:
        return await self._look("due", lambda: self._inner.due(limit))

    async def fire(self, timer: Timer, event: bytes | None) -> Outcome:
        return await self._call("fire", lambda: self._inner.fire(timer, event))

    async def park(self, lease: Lease, letter: Letter) -> bool:
        return await self._call("park", lambda: self._inner.park(lease, letter))

    async def bury(self, letter: Letter, timer: Timer | None = None) -> None:
        await self._call("bury", lambda: self._inner.bury(letter, timer))

    async def letters(self) -> list[Letter]:
        return await self._call("letters", self._inner.letters)

    async def letter(self, id: str) -> Letter | None:
        return await self._call("letter", lambda: self._inner.letter(id))

    async def revive(self, letter: Letter) -> None:
        await self._call("revive", lambda: self._inner.revive(letter))

    async def restore(self, entry: Entry) -> bool:
        return await self._call("restore", lambda: self._inner.restore(entry))

    async def hasten(self, name: str, at_once: int = 0, each_ms: int = 0) -> None:
        await self._call("hasten", lambda: self._inner.hasten(name, at_once, each_ms))

    async def sound(self) -> list[str]:
        return await self._call("sound", self._inner.sound)

    async def threads(self) -> list[tuple[str, int]]:
        return await self._call("threads", self._inner.threads)

    async def logged(self) -> list[str]:
        return await self._call("logged", self._inner.logged)

    async def alias(self, address: str, thread: str) -> str:
        return await self._call("alias", lambda: self._inner.alias(address, thread))

    async def resolve(self, address: str) -> str | None:
        return await self._call("resolve", lambda: self._inner.resolve(address))

    async def cursors(self, name: str) -> dict[str, str]:
        return await self._call("cursors", lambda: self._inner.cursors(name))

    async def move_cursors(self, name: str, cursors: Mapping[str, str]) -> None:
        await self._call("move_cursors", lambda: self._inner.move_cursors(name, cursors))

    async def prune(self, idle_seconds: float) -> None:
        await self._look("prune", lambda: self._inner.prune(idle_seconds))


def owners(server: MemoryServer) -> dict[str, tuple[str, int]]:
    """Who holds what, under which count: it changes hands only by being taken."""
    return {name: (entry.owner, entry.count) for name, entry in server.ready.items()}


def holds(server: MemoryServer, consumer: str, commit: Append) -> bool:
    """Whether this consumer holds the very lease it names, by the server's own tables."""
    lease = commit.lease
    return lease is not None and owners(server).get(lease.entry) == (consumer, lease.count)


def is_rightful(server: MemoryServer, consumer: str, commit: Append) -> bool:
    """Whether it also has folded all there is."""
    return holds(server, consumer, commit) and commit.head == server.head(commit.thread)


def memory_store(process: Process) -> MemoryStore:
    return MemoryStore(process.world.server, lease_seconds=LEASE_SECONDS, consumer=process.name)


class ScreenPort:
    """A channel that can be looked up. Nothing but a crash comes between the last look at the lease and the sending."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def find(self, address: Address, key: str) -> str | None:
        async def look() -> str | None:
            is_there = any(each.message.key == key for each in self._process.world.ledger.shown)
            return f"seen {key}" if is_there else None

        return await self._process.call("channel", "find", look)

    async def send(self, address: Address, message: Outgoing) -> str:
        process = self._process
        match await process.point("channel", "send", "before"):
            case Fault("refuse"):
                raise ConnectionError("the channel was not reached")
            case Fault("bounce"):
                raise Undeliverable("nobody lives here")
            case _:
                shown = Shown(thread_of(message.key), message)
        process.world.ledger.shown.append(shown)
        process.world.tell(f"{process.name} shows {type(message).__name__} {message.key}")
        match await process.point("channel", "send", "after"):
            case Fault("lose"):
                raise ConnectionError("the channel's receipt was lost")
            case _:
                return f"line {len(process.world.ledger.shown)}"

    async def tell(self, address: Address, person: str, text: str) -> None:
        async def say() -> None:
            self._process.world.seen["told"] += 1

        await self._process.call("channel", "tell", say)


class ModelPort:
    """A model that reads the bytes it is sent and chooses by them, the seed and how often it was asked the same."""

    def __init__(self, process: Process, asked: dict[bytes, int]) -> None:
        self._process, self._asked = process, asked

    async def ask(self, body: bytes) -> Answer:
        world = self._process.world
        content = json.loads(body)["messages"][0]["content"]
        text = "\n".join(block["text"] for block in content)
        self._asked[body] = self._asked.get(body, 0) + 1
        chance = world.random("model", text, self._asked[body])
        await self._process.point("model", "ask", "before")
        await asyncio.sleep(chance.choice(SWIFT if world.is_calm else SLOW))
        answer = choose(text, chance, is_calm=world.is_calm)
        await self._process.point("model", "ask", "after")
        return answer
