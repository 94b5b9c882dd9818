"""Source: where messages and presses come from. As Slack does, it sends each again until it hears that it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from redis.exceptions import ConnectionError as NoConnection

from bot.core.events import Event
from bot.engine.desk import Desk
from tests.simulation.ports import StorePort
from tests.simulation.process import Process
from tests.simulation.world import Letter, World

PATIENCE_SECONDS = 3.0
LISTENERS = 2


class Listener:
    """A process that only listens: what it hears is stored, and then acknowledged."""

    def __init__(self, process: Process, store: StorePort) -> None:
        self.process, self._desk = process, Desk(store)

    async def hear(self, letter: Letter) -> None:
        try:
            await self.store(letter)
        except NoConnection:
            return  # Not acknowledged, so it comes again.
        await self.acknowledge(letter)

    async def store(self, letter: Letter) -> None:
        await self._desk.post(letter.thread, letter.event)

    async def acknowledge(self, letter: Letter) -> None:
        await self.process.point("source", "acknowledge", "before")
        letter.acknowledged = letter.acknowledged or self.process.world.ledger.next()


class Source:
    """All that people send, and the listeners that take it."""

    def __init__(self, world: World, listener: Callable[[Process], Listener]) -> None:
        self._world, self._listener = world, listener
        self._listeners: dict[int, Listener] = {}
        self._generation = 0
        self._deliveries = set[asyncio.Task[None]]()

    def offer(self, thread: str, event: Event) -> Letter:
        """Something new happened outside."""
        letter = Letter(thread, event, self._world.ledger.next())
        self._world.ledger.letters.append(letter)
        self._world.tell(f"{event.actor} sends {event.type} {event.id}")
        self._spawn(self._deliver(letter))
        return letter

    def repeat(self, letter: Letter) -> None:
        """The same once more, asked for or not."""
        self._world.seen["duplicates delivered"] += 1
        self._world.tell(f"{letter.event.id} comes again")
        self._spawn(self._once(letter, self._world.seen["duplicates delivered"]))

    def _spawn(self, delivery: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(delivery)
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    async def _deliver(self, letter: Letter) -> None:
        tries = 0
        while letter.acknowledged is None:
            await self._once(letter, tries)
            tries += 1
            if letter.acknowledged is None:
                self._world.seen["duplicates delivered"] += 1
                await asyncio.sleep(min(tries, 5))

    async def _once(self, letter: Letter, turn: int) -> None:
        listener = self._take((letter.offered + turn) % LISTENERS)
        await asyncio.wait(
            {listener.process.start(listener.hear(letter))}, timeout=PATIENCE_SECONDS
        )

    def _take(self, place: int) -> Listener:
        """The listener at this place; one that died has a successor."""
        found = self._listeners.get(place)
        if found is None or found.process.is_dead:
            self._generation += 1
            process = Process(self._world, f"l{place}.{self._generation}")
            found = self._listeners[place] = self._listener(process)
        return found
