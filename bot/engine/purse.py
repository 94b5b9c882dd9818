"""Purse: what a day or an hour may use is reserved before the model is asked and settled after. What it says of them is what the logs say.

Where such a limit is reached one question is put to the owner, in the house, for all whom it concerns; they wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Protocol

import structlog

from bot.core import days
from bot.core.askers import FORM
from bot.core.codec import encode
from bot.core.events import DecideFailed, Event, StepDecided
from bot.core.house import HOUSE, DayReached
from bot.core.measures import HOURLY, MEASURES, Amounts, day_of, period_of, together
from bot.core.reducer import evolve
from bot.core.spend import amounts, is_made, used
from bot.core.thread import Thread
from bot.core.values import Address, Proposal, Routed
from bot.engine import means
from bot.engine.commit import Append
from bot.engine.house_log import HouseLog
from bot.engine.means import Means
from bot.engine.redis_ledger import Entry, Row
from bot.engine.store import Store
from bot.engine.trouble import STORE_AWAY

LAPSE_MS = 3_600_000
"""A reservation whose worker died: longer than any question to a model may take."""
BUSY_SECONDS, BUSY_LOOKS = 0.2, 5
"""How often it is looked whether others have ended, before whoever asks looks whether it is still to be asked."""
AT_HOME = Address(channel="console", locator=HOUSE)
UNCOUNTED = "what the day allows cannot be looked up now"
log = structlog.get_logger()
Choose = Callable[[Thread, Sequence[Event]], Coroutine[None, None, Event]]


class Ledger(Protocol):
    async def reserve(
        self, entry: Entry, names: Sequence[str], now: int, row: Row
    ) -> Sequence[str]: ...

    async def settle(
        self,
        entry: Entry,
        wanted: Sequence[Sequence[str]] = (),
        row: Row | None = None,
        held: Row | None = None,
    ) -> Sequence[str]: ...


class Busy(Exception):
    """Others under way could use up what is left: it is asked later, unless it was halted or stopped meanwhile."""


class DaySpent(Exception):
    """A day's limit is reached, and somebody is asked: until then the model is not. `fact` says which, and whom."""

    def __init__(self, fact: DayReached) -> None:
        super().__init__(fact.reason)
        self.fact = fact

    def told(self, thread: Thread) -> DayReached | None:
        """What this thread is told: once, however often the model would be asked, but anew when it waited for another limit since."""
        fact, last = self.fact, thread.short
        if not thread.address:
            return None
        if fact.id not in thread.ids:
            return fact
        if last is None or (last.day, last.scope) == (fact.day, fact.scope):
            return None
        return fact.model_copy(update={"id": f"{fact.id}#{thread.head}"})


@dataclass(frozen=True, slots=True)
class _Looked:
    """What holds for a thread as of a moment: the house's log, and the books of that day."""

    now: int
    house: Thread
    limits: dict[str, means.Most]
    entry: Entry


class Purse:
    """Chooses the next step as `choose` does, as far as the day's means reach."""

    def __init__(self, choose: Choose, store: Store, ledger: Ledger, means: Means) -> None:
        self._choose, self._store, self._ledger, self._means = choose, store, ledger, means
        self._log, self._lock, self._at = HouseLog(store), asyncio.Lock(), Thread(HOUSE)

    async def __call__(self, thread: Thread, events: Sequence[Event]) -> Event:
        """The step, without the calls that are beyond a limit, or `DaySpent` or `Busy`."""
        house, held = await self._reserved(thread, events)
        began, answer = asyncio.get_running_loop().time(), None
        try:
            answer = await self._choose(thread, events)
            if asked := _asked(answer):
                took = asyncio.get_running_loop().time() - began
                answer = asked.model_copy(update={"took": int(took * 1000)})
        finally:
            answer = await self._settled(thread, events, (house, held), answer)
        assert answer is not None, "an answer or an error came"
        return answer

    async def _reserved(self, thread: Thread, events: Sequence[Event]) -> tuple[Thread, Row]:
        """Wait for calls under way that could use up the day at their most, and stop where it is used up. The house as it stood, and what is reserved."""
        bound = self._means.bound(thread.agent)
        for _ in range(BUSY_LOOKS):
            house = await self._house()
            looked = self._looked(thread, events, house, await self._store.now())
            names = [means.key_of(name, looked.now) for name in MEASURES]
            row = Row(looked.now + LAPSE_MS, means.keyed(bound, looked.now))
            # By the thread, which is in one worker's hands: what one left that died is the next one's.
            said = await self._ledger.reserve(looked.entry, names, looked.now, row)
            if said[0] == "ok":
                return house, row
            if said[0] == "spent":
                used: dict[str, int] = dict(zip(MEASURES, map(int, said[3:]), strict=True))
                await self._stop(looked, said[1], means.measure_of(said[2]), used)
            await asyncio.sleep(BUSY_SECONDS)
        raise Busy

    def _looked(self, thread: Thread, events: Sequence[Event], house: Thread, now: int) -> _Looked:
        limits = self._means.now(house, thread.agent, thread.requester, now)
        keyed = {scope: means.keyed(most, now) for scope, most in limits.items()}
        # By its own log: what a worker wrote here that died before the log had it is not there.
        entry = Entry(day_of(now), thread.id, means.keyed(used(events, now), now), keyed)
        return _Looked(now, house, limits, entry)

    async def _stop(self, looked: _Looked, scope: str, measure: str, used: Amounts) -> None:
        """Raises `DaySpent`, after it was asked about."""
        period, most = period_of(measure, looked.now), looked.limits[scope]
        alike = {name: used[name] for name in most if (name in HOURLY) is (measure in HOURLY)}
        reason = means.reason(scope, period, measure, used[measure], most[measure])
        times = days.extended(looked.house, period, scope)
        fact = self._reached(period, scope, times, reason, alike)
        if days.asked(looked.house, period, scope) is None:
            commit = Append(thread=HOUSE, kind="arrival", id=fact.id, events=(encode(fact),))
            await self._store.append(commit)
        raise DaySpent(fact)

    def _reached(
        self, period: str, scope: str, times: int, reason: str, used: dict[str, int]
    ) -> DayReached:
        """One for everybody: its name is the day or the hour, the scope and how often it was extended."""
        return DayReached(
            id=f"day:{period}:{scope}:{times}",
            actor="engine",
            day=period,
            scope=scope,
            reason=reason,
            used=used,
            asked=(self._means.owner,) if self._means.owner else (),
            address=AT_HOME,
            addresses=tuple(
                Routed(by="thread", address=each) for each in (*self._means.places, AT_HOME)
            ),
        )

    async def _settled(
        self,
        thread: Thread,
        events: Sequence[Event],
        reserved: tuple[Thread, Row],
        answer: Event | None,
    ) -> Event | None:
        """The answer, with what is beyond a limit marked. What cannot be settled now is settled when the thread is next asked: no answer is thrown away for that."""
        house, held = reserved
        asked = _asked(answer)
        step = asked if isinstance(asked, StepDecided) else None
        calls = [each for each in step.calls if is_made(each)] if step else []
        try:
            looked = self._looked(thread, events, house, await self._store.now())
            if asked:
                # The calls are counted one by one, as far as there is room for them.
                its_own = {**amounts(asked), "calls": 0, "cards": 0}
                whole = together(looked.entry.used, means.keyed(its_own, looked.now))
                looked = replace(looked, entry=replace(looked.entry, used=whole))
            wanted = [_names(each, looked.now) for each in calls]
            said = await self._ledger.settle(looked.entry, wanted, _working(looked, calls), held)
            words = [_words(each, looked.limits) for each in said]
        except STORE_AWAY as error:
            log.warning("not settled", thread=thread.id, error=str(error)[:300])
            limits = self._means.of(thread.agent, thread.requester).values()
            are_held = any(name in most for most in limits for name in ("calls", "cards"))
            words = [UNCOUNTED if are_held else ""] * len(calls)
        return _marked(step, words) if step and any(words) else answer

    async def _house(self) -> Thread:
        """The house as it is now, folded on from where it was read last: it has years of days."""
        async with self._lock:
            is_anew, events = await self._log.read_on()
            self._at = reduce(evolve, events, Thread(HOUSE) if is_anew else self._at)
            return self._at


def _asked(answer: Event | None) -> StepDecided | DecideFailed | None:
    """The answer, if a model gave it; not what configuration wrote."""
    return answer if isinstance(answer, StepDecided | DecideFailed) and answer.model else None


def _names(call: Proposal, now: int) -> list[str]:
    """What this takes one of each."""
    measures = ("calls", "cards") if call.kind == "gated" else ("calls",)
    return [means.key_of(each, now) for each in measures]


def _working(looked: _Looked, calls: Sequence[Proposal]) -> Row | None:
    """What runs at once after a step may work for so long, side by side or one after another: nobody else gets that time meanwhile."""
    if not any("wall_ms" in most for most in looked.limits.values()):
        return None
    reads = max((each.time_limit_seconds for each in calls if each.kind == "read"), default=0)
    writes = sum(each.time_limit_seconds for each in calls if each.kind == "write")
    longest = max(reads, writes) * 1000
    return Row(looked.now + longest, {"wall_ms": longest}) if longest else None


def _words(said: str, limits: dict[str, means.Most]) -> str:
    if not said:
        return ""
    key, _, scope = said.partition(" ")
    measure = means.measure_of(key)
    return means.beyond(scope, measure, limits[scope][measure])


def _marked(step: StepDecided, words: Sequence[str]) -> StepDecided:
    left = iter(words)
    calls = (
        each.model_copy(update={"beyond": next(left)}) if is_made(each) else each
        for each in step.calls
    )
    return step.model_copy(update={"calls": tuple(calls), "v": FORM})
