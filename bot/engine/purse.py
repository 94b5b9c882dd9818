"""Purse: a day's spend is reserved before the model is asked and settled after. What it says of a day is what the logs say.

Where a day's limit is reached one question is put to the owner, in the house, for all whom it concerns; they wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.core import days
from bot.core.codec import decode, encode
from bot.core.events import DecideFailed, Event, StepDecided
from bot.core.house import HOUSE, DayReached
from bot.core.reducer import replay
from bot.core.spend import spent
from bot.core.thread import Thread
from bot.core.values import Address, Routed, Usage
from bot.engine.commit import Append
from bot.engine.keys import BadThreadId
from bot.engine.scripts import Word
from bot.engine.store import Store, WrongKey
from bot.engine.trouble import STORE_AWAY

LAPSE_MS = 3_600_000
"""A reservation whose worker died: longer than any question to a model may take."""
BUSY_SECONDS = 0.2
AT_HOME = Address(channel="console", locator=HOUSE)
log = structlog.get_logger()
Choose = Callable[[Thread, Sequence[Event]], Coroutine[None, None, Event]]


@dataclass(frozen=True, slots=True)
class Most:
    """What may be used in a day; None: no such limit."""

    micro_usd: int | None = None
    tokens: int | None = None

    def times(self, many: int) -> tuple[Word, Word]:
        """As the script reads it, so many times."""
        return _word(self.micro_usd, many), _word(self.tokens, many)


@dataclass(frozen=True, slots=True)
class Means:
    """The limits of a day: those of all and of each person, and of the agents that have one; `owner` is asked."""

    bot: Most
    person: Most
    agents: Mapping[str, Most]
    owner: str
    bound: Callable[[str], Usage]
    """The most that one question of this agent can use."""
    places: tuple[Address, ...] = ()
    """Where the owner is reached: each is tried where the one before refuses it, and in the end the console."""

    def of(self, thread: Thread) -> dict[str, Most]:
        """By scope, what limits this thread."""
        agent = self.agents.get(thread.agent, Most())
        found = {"all": self.bot, f"agent:{thread.agent}": agent}
        return {**found, f"person:{thread.requester}": self.person}


class Ledger(Protocol):
    async def reserve(
        self,
        day: str,
        id: str,
        now: int,
        lapses: int,
        most: tuple[int, int],
        limits: Sequence[Word],
    ) -> Sequence[str]: ...

    async def settle(
        self, day: str, id: str, thread: str, used: tuple[int, int], scopes: Sequence[str]
    ) -> None: ...


class DaySpent(Exception):
    """A day's limit is reached, and somebody is asked: until then the model is not. `fact` says which, and whom."""

    def __init__(self, fact: DayReached) -> None:
        super().__init__(fact.reason)
        self.fact = fact


class Purse:
    """Chooses the next step as `choose` does, as far as the day's means reach."""

    def __init__(self, choose: Choose, store: Store, ledger: Ledger, means: Means) -> None:
        self._choose, self._store, self._ledger, self._means = choose, store, ledger, means

    async def __call__(self, thread: Thread, events: Sequence[Event]) -> Event:
        """The step, or `DaySpent`."""
        # By the thread, which is in one worker's hands: what one left that died is the next one's.
        await self._reserve(thread, thread.id)
        used: list[Event] = []
        try:
            used = [await self._choose(thread, events)]
        finally:
            await self._settle(thread, thread.id, [*events, *used])
        return used[0]

    async def _reserve(self, thread: Thread, id: str) -> None:
        """Wait for calls under way that could use up the day at their most, and stop where it is used up."""
        bound = self._means.bound(thread.agent)
        most = (bound.micro_usd or 0, bound.tokens)
        while True:
            now, house = await self._store.now(), await self._house()
            day, limits = days.day_of(now), list[Word]()
            for scope, limit in self._means.of(thread).items():
                limits += [scope, *limit.times(1 + days.extended(house, day, scope))]
            said = await self._ledger.reserve(day, id, now, now + LAPSE_MS, most, limits)
            if said[0] == "ok":
                return
            if said[0] == "spent":
                scope = said[1]
                times = days.extended(house, day, scope)
                fact = self._reached(day, scope, times, self._means.of(thread)[scope])
                if not days.is_asked(house, day, scope):
                    await self._ask(fact)
                raise DaySpent(fact)
            await asyncio.sleep(BUSY_SECONDS)

    async def _settle(self, thread: Thread, id: str, events: Sequence[Event]) -> None:
        """What cannot be settled now is settled when the thread is next asked, or counted anew: no answer is thrown away for that."""
        try:
            now = await self._store.now()
            used, scopes = used_on(days.day_of(now), events, now), [*self._means.of(thread)]
            await self._ledger.settle(days.day_of(now), id, thread.id, used, scopes)
        except STORE_AWAY as error:
            log.warning("not settled", thread=thread.id, error=str(error)[:300])

    async def _house(self) -> Thread:
        rows = await self._store.read(HOUSE)
        return replay(HOUSE, [decode(row.at, row.body) for row in rows])

    def _reached(self, day: str, scope: str, times: int, most: Most) -> DayReached:
        """One for everybody: its name is the day, the scope and how often it was extended."""
        return DayReached(
            id=f"day:{day}:{scope}:{times}",
            actor="engine",
            day=day,
            scope=scope,
            reason=f"{scope.replace(':', ' ')}, {day}: {_words(most, 1 + times)}",
            asked=(self._means.owner,) if self._means.owner else (),
            address=AT_HOME,
            addresses=tuple(
                Routed(by="thread", address=each) for each in (*self._means.places, AT_HOME)
            ),
        )

    async def _ask(self, fact: DayReached) -> None:
        commit = Append(thread=HOUSE, kind="arrival", id=fact.id, events=(encode(fact),))
        await self._store.append(commit)


async def recount(store: Store, ledger: Ledger) -> None:
    """The day's ledger from the logs; the same however often it is done."""
    now = await store.now()
    for thread in await store.logged():
        try:
            rows = await store.read(thread)
        except (WrongKey, BadThreadId):  # The rebuild of the indexes has told of it.
            continue
        log = [decode(row.at, row.body) for row in rows]
        today = [each for each in spent(log) if days.day_of(each.at) == days.day_of(now)]
        if today:
            scopes = ["all", f"agent:{today[0].agent}", f"person:{today[0].person}"]
            used = used_on(days.day_of(now), log, now)
            await ledger.settle(days.day_of(now), "", thread, used, scopes)


def used_on(day: str, log: Sequence[Event], now: int) -> tuple[int, int]:
    """Micro-dollars and tokens that a thread used that day; an answer that is not stored yet has no time and is of now."""
    stamped = [
        event.model_copy(update={"at": now})
        if isinstance(event, StepDecided | DecideFailed) and not event.at
        else event
        for event in log
    ]
    found = [each.usage for each in spent(stamped) if days.day_of(each.at) == day]
    return sum(usage.micro_usd or 0 for usage in found), sum(usage.tokens for usage in found)


def _word(most: int | None, times: int) -> Word:
    return "-" if most is None else most * times


def _words(most: Most, times: int) -> str:
    parts: list[str] = []
    if most.micro_usd is not None:
        parts.append(f"{most.micro_usd * times / 1_000_000:.2f} USD")
    if most.tokens is not None:
        parts.append(f"{most.tokens * times:,} tokens")
    return " or ".join(parts)
