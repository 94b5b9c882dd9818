"""Play: a history of the oracle, told to the real core as the engine, the channels and the model would tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from bot.core import askers
from bot.core.effects import Decide, Preview, Run, next_effects, timers
from bot.core.events import (
    Delivered,
    Event,
    MessageReceived,
    OutcomeUnknown,
    Previewed,
    StepDecided,
    TimerFired,
    ToolEnded,
    ToolStarted,
    VerdictRefused,
)
from bot.core.frozen import replace
from bot.core.owed import Refusal
from bot.core.reducer import evolve
from bot.core.thread import Asked, Call, Ready, Started, Thread, delivery_key, is_closed
from bot.core.values import Address
from bot.engine import recheck
from bot.engine.desk import thread_of
from tests.decisions.floor import Accept, Made, objection
from tests.decisions.office import DEPLOYBOT, PINS, Office
from tests.oracle.rules import Arguments, digest_of

Use = tuple[str, dict[str, object]]
"""A tool or intent with its arguments, as the model chooses it."""


@dataclass(frozen=True)
class Version:
    """What the oracle numbers so, and the call and showing that it is here."""

    call: str
    version: int
    digest: str
    told: str


def told_of(call: Call) -> str:
    """The digest that the oracle gives to a call with these arguments."""
    return digest_of(call.proposal.tool, arguments_of(call))


def arguments_of(call: Call) -> Arguments:
    """The arguments of a call as the oracle has them."""
    given = call.proposal.arguments
    return (("tag", str(given["tag"])), ("amount", _whole(given)))


def _whole(given: Mapping[str, JsonValue]) -> int:
    amount = given["amount"]
    assert isinstance(amount, int), "the tool takes no other"
    return amount


@dataclass
class Play:
    """Threads that live by the facts of one history. Seconds there are thousands of milliseconds here."""

    office: Office
    threads: dict[str, Thread] = field(default_factory=dict[str, Thread])
    calls: dict[str, str] = field(default_factory=dict[str, str])
    versions: dict[tuple[str, int], Version] = field(default_factory=dict[tuple[str, int], Version])
    over: set[str] = field(default_factory=set[str])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    now: int = 0
    told: int = 0
    halted: bool = False
    shown: Counter[int] = field(default_factory=Counter[int])
    """How much was shown so far in each second."""
    unseen: set[str] = field(default_factory=set[str])
    """Calls with a card made to see whether a grant covers them, which the oracle has not seen shown."""
    moved: set[str] = field(default_factory=set[str])
    """Requests that what was said for another gave a later deadline."""
    claims: list[Call] = field(default_factory=list[Call])
    accepts: list[Accept] = field(default_factory=list[Accept])
    """Every approval that was said, whatever became of it."""
    made: dict[tuple[str, int], Made] = field(default_factory=dict[tuple[str, int], Made])
    """The cards that were made, by call and version."""
    edited: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Who changed which call."""
    unfounded: list[str] = field(default_factory=list[str])
    """Starts that nobody's word carries."""

    # ---- what is so ------------------------------------------------------------------------------------------
    def call(self, request: str) -> Call | None:
        """The call that stands for a request now."""
        name = self.calls.get(request)
        return self.threads[thread_of(name)].call(name) if name else None

    def named(self, call: Call) -> str:
        """The request that this call stands for."""
        return next((name for name, id in self.calls.items() if id == call.id), "")

    def current(self, request: str, number: int, told: str) -> None:
        """From here on the oracle means the showing at hand by this number and digest."""
        call = self.call(request)
        assert call is not None, "a version is one of a call"
        digest = call.card.digest if call.card and isinstance(call.phase, Asked) else ""
        if told != told_of(call):
            digest = "of a card that was not made here"
        self.versions[request, number] = Version(call.id, call.version, digest, told)

    def is_current(self, request: str, number: int) -> bool:
        """Whether the oracle has given no later number, and there is still such a call."""
        return number == self._last(request) and self.call(request) is not None

    def _last(self, request: str) -> int:
        return max((number for name, number in self.versions if name == request), default=0)

    def again(self, request: str) -> None:
        """The showing at hand is what the oracle means by the number that it gave last."""
        number = self._last(request)
        self.current(request, number, self.versions[request, number].told)

    def is_behind(self, call: Call) -> bool:
        """Whether something else of its thread runs first."""
        others = (each for each in self.threads[thread_of(call.id)].calls if each.id != call.id)
        return any(isinstance(each.phase, Ready | Started) or each.begun for each in others)

    # ---- telling ---------------------------------------------------------------------------------------------
    def tell(self, thread: str, event: Event) -> None:
        """One more event on the log of a thread, and what the engine does at once about a verdict that did not count."""
        after = evolve(self.threads[thread], event.model_copy(update={"at": self.now}))
        for refusal in after.refusals:
            self.refusals.append(refusal)
            gone = VerdictRefused(
                id=f"refused:{refusal.verdict}",
                verdict=refusal.verdict,
                request=refusal.request,
                reason=refusal.reason,
            )
            after = evolve(after, gone.model_copy(update={"at": self.now}))
        self.threads[thread] = after

    def id(self, mark: str = "e") -> str:
        """The next identity at some source."""
        self.told += 1
        return f"{mark}{self.told}"

    def decide(self, thread: str, *uses: Use) -> tuple[str, ...]:
        """The model's step; the names of its calls."""
        so_far, agent = self.threads[thread], self.office.agent
        asked = tuple(dict.fromkeys((so_far.requester, *agent.approvers)))
        step = StepDecided(
            id=self.id(),
            actor="model",
            seen=so_far.head,
            calls=agent.propose(
                uses,
                asked=asked,
                question_deadline_seconds=None,
                approval_deadline_seconds=None,
            ),
            asked=asked,
            agent=agent.digest,
        )
        self.tell(thread, askers.naming(so_far, step))
        return tuple(f"{so_far.id}-{so_far.head}-{index}" for index in range(len(uses)))

    def rest(self, thread: str) -> None:
        """A model that is asked and has nothing to add lets stand what is open."""
        while any(isinstance(effect, Decide) for effect in next_effects(self.threads[thread])):
            if any(not is_closed(call) for call in self.threads[thread].calls):
                self.decide(thread, ("stand_by", {}))
            else:
                self.decide(thread, ("nothing_to_do", {"reason": "nothing"}))

    def speak(
        self, thread: str, by: str, text: str, channel: str = "slack", written: int | None = None
    ) -> None:
        """An addressed message."""
        said = MessageReceived(
            id=self.id("m"),
            actor=by,
            address=Address(channel=channel, locator=thread),
            text=text,
            agent=DEPLOYBOT,
            written=self.now if written is None else written,
        )
        self.tell(thread, said)

    # ---- what the engine does --------------------------------------------------------------------------------
    async def show(self, call: Call) -> None:
        """Makes and delivers the card of a call that has none yet."""
        await self.make(call)
        thread = thread_of(call.id)
        shown = self.threads[thread].call(call.id)
        if shown and isinstance(shown.phase, Asked):
            self.tell(thread, Delivered(id=self.id(), key=delivery_key(shown), written=self.now))

    async def make(self, call: Call) -> None:
        """Makes the card of a call that has none yet; of what runs under a grant the thread is told at once."""
        thread = thread_of(call.id)
        if Preview(call.id, call.version) in next_effects(self.threads[thread]):
            card = await self.office.toolbox.card(self.threads[thread], call)
            card = card.model_copy(
                update={"deputies": self.office.lent(self.named(call), card.deputies)}
            )
            made = Previewed(id=self.id(), call=call.id, version=call.version, card=card)
            self.made[call.id, call.version] = self.world(call)
            self.tell(thread, made)
        made_of = self.threads[thread].call(call.id)
        if made_of and made_of.granted:
            self.tell(thread, Delivered(id=self.id(), key=delivery_key(made_of)))

    async def look(self, call: Call) -> Run | None:
        """What a worker finds who looks at a call: a card or an approval that no longer stands is void."""
        thread = thread_of(call.id)
        if not self.threads[thread].paused:
            for fact in await recheck.stale(self.office.toolbox, self.threads[thread]):
                if fact.call == call.id:
                    self.tell(thread, fact)
        run = self.run(call)
        if run is None or run.run > 1:
            return run
        void = await recheck.void(self.office.toolbox, self.threads[thread], call)
        if void is None:
            return run
        self.tell(thread, void)
        self.rest(thread)
        return None

    def run(self, call: Call) -> Run | None:
        """The permission to act on a call that is there to be claimed."""
        for effect in next_effects(self.threads[thread_of(call.id)]):
            if isinstance(effect, Run) and effect.call == call.id:
                return effect
        return None

    def claim(self, call: Call, run: Run) -> None:
        """The claim before the start."""
        started = ToolStarted(id=self.id(), call=call.id, n=run.n, run=run.run)
        self.tell(thread_of(call.id), started)
        now = self.threads[thread_of(call.id)].call(call.id)
        if now and now.begun >= run.n:  # Else the fold did not take it, and nothing begins.
            self._judge(call, run)
            self.claims.append(call)

    def world(self, call: Call) -> Made:
        """What a card of this call would rest on now."""
        pins = PINS.get(call.id, "p1")
        return Made(self.now, arguments_of(call), pins, self.office.deploys)

    def _judge(self, call: Call, run: Run) -> None:
        begun, orders = self.threads[thread_of(call.id)].requester, self._orders(call)
        before = [each for each in self.claims if each.id == call.id]
        if len(before) > orders and not self.office.rule.idempotent:
            self.unfounded.append("it began before, and nobody ordered it again")
        if self.halted and run.run == 1:
            self.unfounded.append("all is halted")
        if run.run > 1:
            return  # Of the same try, which was looked at when it began.
        version = max((n for id, n in self.made if id == call.id and n <= call.version), default=0)
        why = objection(
            self.office,
            replace(call, version=version),
            arguments_of(call),
            self.made.get((call.id, version)),
            self.accepts,
            {begun, *self.edited.get(call.id, ())},
            self.world(call),
        )
        if why:
            self.unfounded.append(why)

    def _orders(self, call: Call) -> int:
        return sum(each.is_order and each.call == call.id for each in self.accepts)

    def end(self, call: Call, n: int, *, returned: bool = True) -> None:
        """What came out of a try."""
        ended = ToolEnded(
            id=self.id(),
            call=call.id,
            n=n,
            run=max(call.runs, 1),
            outcome="returned" if returned else "failed",
        )
        self.tell(thread_of(call.id), ended)
        self.rest(thread_of(call.id))

    def doubt(self, call: Call) -> None:
        """Nobody is at a call that was claimed."""
        self.tell(thread_of(call.id), OutcomeUnknown(id=self.id(), call=call.id, n=call.n))

    def expire(self) -> None:
        """Every timer that is due fires."""
        for name, thread in self.threads.items():
            for timer, due in timers(thread).items():
                if due <= self.now:
                    self.tell(name, TimerFired(id=self.id(), name=timer, due=due))
                    self.rest(name)
