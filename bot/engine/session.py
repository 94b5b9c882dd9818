"""Session: one thread in the hands of one worker. It folds what it reads and appends what it did, in that order.

The local fold and the stored log say the same: after each append the session either evolves by its own facts (nothing
came between) or reads on from where it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from uuid import uuid4

from bot.core import halts
from bot.core.codec import decode, encode
from bot.core.effects import Decide, Effect, Run, next_effects
from bot.core.events import OURS, Event, ToolStarted
from bot.core.halts import Ruling
from bot.core.house import HOUSE
from bot.core.log import Log
from bot.core.masks import PLAIN, Masks
from bot.core.redact import redacted
from bot.core.thread import Call, Thread
from bot.core.values import Proposal
from bot.engine.commit import (
    Append,
    Appended,
    End,
    Fenced,
    Kind,
    Known,
    Lease,
    Outcome,
    Parted,
    Row,
)
from bot.engine.curb import SHOWN, STILL_SECONDS, Curb, alarms
from bot.engine.endings import Ending
from bot.engine.question import Question
from bot.engine.store import Store
from bot.engine.stuck import LeaseLost, LogParted, Stuck, must_stand


class Session:
    """A thread, its events and the right to act on it. Appends are serialised: facts of parallel effects queue here."""

    def __init__(
        self,
        store: Store,
        lease: Lease,
        lease_seconds: float,
        curb: Curb | None = None,
        masks: Masks = PLAIN,
        stopping: asyncio.Event | None = None,
    ) -> None:
        self.lease = lease
        self.stopping = stopping or asyncio.Event()
        self.masks = masks
        self.events = Log(lease.thread)
        self.read_to: int | None = None
        self.question: Question | None = None
        self.showing: asyncio.Task[bool] | None = None
        self.shown: tuple[Ruling | None, ...] = ()
        self.readings: dict[str, tuple[Proposal, asyncio.Task[Ending | None]]] = {}
        self.owed_before: frozenset[str] = frozenset()
        self._store = store
        self.curb = curb or Curb(store)
        self._lease_seconds = lease_seconds
        self._held_until = asyncio.get_running_loop().time() + lease_seconds
        self._armed: Mapping[str, int] = {}
        self._lock = asyncio.Lock()
        self.resting = False
        self.is_spent = False
        self.is_news = self.is_unshown = False
        self._wrote = False
        self._stamp = 0

    @property
    def thread(self) -> Thread:
        """The fold of what was read and written so far."""
        return self.events.thread

    async def load(self) -> None:
        """Read what the log has more than was folded."""
        async with self._lock:
            await self._read_on()

    async def look(self) -> None:
        """See what holds threads back, as of a moment ago; whoever had to wait for that, whether thread and log are still theirs.

        While nobody answered there may have been a power loss: what is to be done now may follow from what it took, and so may the lease.
        """
        if await self.curb.look() > STILL_SECONDS:
            at = asyncio.get_running_loop().time()
            self.renewed(at, is_held=self.lease in await self._store.renew([self.lease]))
            await self.load()

    @property
    def is_halted(self) -> bool:
        return self.curb.halt(self.thread) is not None

    def due(self, folded: Thread | None = None) -> tuple[Effect, ...]:
        """What is to be done now, as far as it may be; of this thread, or of what will be folded next."""
        thread = folded or self.thread
        effects, halt = next_effects(thread), self.curb.halt(thread)
        if self.is_spent:  # The next session asks anew whether the day's limit still holds.
            effects = tuple(each for each in effects if not isinstance(each, Decide))
        return halts.allowed(thread, self.events, halt, effects) if halt and effects else effects

    async def record(
        self, *facts: Event, blobs: Mapping[str, bytes] | None = None, kind: Kind = "fact"
    ) -> bool:
        """Append facts, without what looks like a secret; come to rest with them if they leave nothing to do. Whether they stand on the log."""
        kept = tuple(redacted(fact, self.masks) for fact in facts)
        async with self._lock:
            outcome = await self._append(kind, kept, blobs or {})
        return kind == "fact" or isinstance(outcome, Appended | Known)

    def foreseen(self, fact: Event) -> Thread:
        """The thread as it will be once this is recorded, if nothing comes before it."""
        return self.events.ahead((redacted(fact, self.masks),))

    async def claim(self, run: Run, call: Call, fact: ToolStarted) -> bool:
        """Permission to run this call as it was looked at: False if anything slipped in, and then all is looked at again.

        What slipped in may be folded by now, for another effect of the round has read it: so the fold is asked, and what holds threads back.
        """
        async with self._lock:
            await self.curb.look(0)
            if run not in self.due() or self.thread.call(call.id) != call:
                return False
            if self.curb.has_ended(self.thread, call):
                return False
            outcome = await self._append("claim", (fact,), {})
            # A grant may have ended between that look and the moment at which this was stored: then the fold did not take it.
            now = self.thread.call(call.id)
            return isinstance(outcome, Appended | Known) and now is not None and now.begun >= run.n

    async def rest(self) -> None:
        """Let go of the thread, if nothing came in between: then `resting` is true."""
        async with self._lock:
            await self._append("fact", (), {})

    async def blob(self, ref: str) -> bytes | None:
        """A large result that this thread's log keeps."""
        return await self._store.blob(self.thread.id, ref)

    def let_go(self) -> None:
        """Nobody waits for the model or for reads any longer."""
        for _, reading in self.readings.values():
            reading.cancel()
        if self.question:
            self.question.answer.cancel()
            self.question = None

    def is_fresh(self) -> bool:
        """Whether nothing was appended in this session yet: what is owed now was owed by somebody before."""
        return not self._wrote

    def renewed(self, at: float, *, is_held: bool = True) -> None:
        """The heartbeat that was sent at this monotonic time was heard, and answered with this."""
        self._held_until = at + self._lease_seconds if is_held else at

    def is_held(self) -> bool:
        """Whether, by this process's own clock, nobody else can have taken the thread."""
        return asyncio.get_running_loop().time() < self._held_until

    async def _append(
        self, kind: Kind, facts: tuple[Event, ...], blobs: Mapping[str, bytes]
    ) -> Outcome:
        folded = self.events.ahead(facts)
        wanted = alarms(folded)
        # The store stamps the time, so a timer that is new with these facts is set from a guess that is early. It is
        # put right by the next commit, and therefore such a commit is never the last one.
        guessed = bool(facts) and any(self._armed.get(name) != at for name, at in wanted.items())
        may_rest = not guessed and not folded.is_closed_to_us
        rest = kind == "fact" and may_rest and not self.question and not self.due(folded)
        is_held_back = rest and bool(next_effects(folded))
        if rest:
            wanted |= await self.curb.leaves(
                folded, held_back=is_held_back, unshown=self.is_unshown
            )
        if rest and folded.id == HOUSE:
            # Before it rests: whoever dies in between leaves it to the next.
            await self.curb.told(folded.at)
        commit = Append(
            thread=self.thread.id,
            kind=kind,
            id=facts[0].id if facts else uuid4().hex,
            events=tuple(encode(fact) for fact in facts),
            lease=self.lease,
            head=self.thread.head if rest or kind != "fact" else None,
            end=self._end(),
            timers={**{name: None for name in self._armed if name not in wanted}, **wanted},
            blobs=blobs,
            rest=rest,
            beside=HOUSE if is_held_back or (rest and SHOWN in wanted) else "",
        )
        outcome = await self._store.append(commit)
        if isinstance(outcome, Parted):
            raise LogParted(self.thread.id)
        self._wrote = True
        self.resting = rest and isinstance(outcome, Appended | Known)
        outcome = await self._heard(outcome, commit, facts)
        if commit.beside and isinstance(outcome, Appended | Known):
            await self.curb.missed(self.thread, self.due, self.shown, outcome.beside)
        return outcome

    async def _heard(self, outcome: Outcome, commit: Append, facts: tuple[Event, ...]) -> Outcome:
        match outcome:
            case Appended(head, at) if head == self.thread.head + len(facts):
                self.read_to = head
                for body in commit.events:
                    self._fold_in(Row(at, body))
                self._armed = alarms(self.thread)
            case Fenced() if commit.kind == "claim" or commit.rest:
                raise LeaseLost(self.thread.id)
            case _:
                await self._read_on()
                must_stand(commit, outcome, facts, self.thread)
        return outcome

    async def _read_on(self) -> None:
        end = self._end()
        rows = await self._store.read(self.thread.id, self.thread.head - (end is not None))
        # The last row folded is read once more, and must be the same: a power loss can take the end of a log.
        if end and (not rows or rows.pop(0).at != end.at):
            raise LogParted(self.thread.id)
        self.read_to = self.thread.head + len(rows)
        self.is_news |= bool(rows)
        states = list[Thread]()
        for row in rows:
            if self._fold_in(row).type in OURS:
                states, self._armed = [], {}
            states.append(self.thread)
        for state in states:  # Whoever rested after words alone set timers for those, too.
            self._armed = {**self._armed, **alarms(state)}

    def _end(self) -> End | None:
        """What was folded, as the store knows it again; a row that nothing of ours wrote has no stamp."""
        return End(len(self.events), self._stamp) if self._stamp else None

    def _fold_in(self, row: Row) -> Event:
        event = decode(row.at, row.body)
        try:
            self.events.add(event)
        except Exception as error:
            raise Stuck("fold", error, self.thread.head + 1) from error
        self._stamp = row.at
        return event
