"""Compare: what the oracle says of each fact of a history, beside what the real core made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.core.thread import Asked, Call, Closed, Outcome, Previewing, Ready, Started
from bot.engine.desk import thread_of
from tests.decisions.acts import act
from tests.decisions.choices import CHOICES, Choice, choice, without_left_out
from tests.decisions.difference import Difference
from tests.decisions.floor import is_ended_by
from tests.decisions.kinds import kinds
from tests.decisions.office import PINS, Office
from tests.decisions.play import Play
from tests.oracle import facts
from tests.oracle.cases import Case
from tests.oracle.past import Past, Ruled, call_of, digest, phase, requests, version
from tests.oracle.policy import replay
from tests.oracle.rights import House
from tests.oracle.words import AFTER, BEGINS, Effect, Phase, Refusal
from tests.oracle.words import Outcome as Told

ENDS: dict[Outcome, Told] = {
    "returned": Told.RETURNED,
    "failed": Told.FAILED,
    "denied": Told.DENIED,
    "withdrawn": Told.WITHDRAWN,
    "expired": Told.EXPIRED,
    "voided": Told.VOIDED,
    "gave_up": Told.GIVEN_UP,
    "happened": Told.HAPPENED,
}
BY_PEOPLE = (Effect.DENIED, Effect.WITHDRAWN, Effect.HAPPENED, Effect.GIVEN_UP)
LASTS = ("OPEN", "EXPIRED")
"""Where a request has a time of its own here: it is open, or that is over."""
STARTS = (Effect.CLAIMED, Effect.RUN_AGAIN)


@dataclass
class Comparison:
    """One case told to both. `parted` are the choices by which they part; from the first on only claims are compared."""

    case: Case
    play: Play
    states: dict[str, Effect] = field(default_factory=dict[str, Effect])
    overdue: list[Ruled] = field(default_factory=list[Ruled])
    parted: list[Choice] = field(default_factory=list[Choice])

    async def step(self, past: Past) -> Difference | None:
        """The last fact of this past, told to the product; where they part without a choice."""
        fact, is_word = past[-1].fact, isinstance(past[-1].fact, facts.Decision | facts.WordTyped)
        if past[-1].ruling.effects and not any(fact is each for each in self.case.history):
            self.overdue.append(past[-1])
            return None
        if not is_word:
            self._expire()
        refused, claimed = len(self.play.refusals), len(self.play.claims)
        standing = {name: self.play.call(name) for name in self.play.calls}
        await act(self.play, fact)
        self._expire()
        if self.play.unfounded:
            return self._difference(past, "no claim", "claimed", tuple(self.play.unfounded))
        for request, before in standing.items():
            after = self.play.call(request)
            if before and after and self._is_ended_without_cause(before, after, fact):
                return self._difference(past, "no end", "claimed", (str(after.phase),), request)
        self._note_twin(past)
        if self.parted:
            self._outlive(past)
        if self._has_claimed(claimed) and past[-1].ruling.on(_request(fact)) not in STARTS:
            return self._difference(past, "no claim", "claimed", ())
        if self.parted:
            self._number(past)
            return None
        said = tuple(each.reason for each in self.play.refusals[refused:])
        found = next(self._standings(past, said), None)
        self._number(past)
        return found or self._refusals(past, said)

    def _note_twin(self, past: Past) -> None:
        """Where it is not known how a call stands, it is not known either whether its equal is malformed, nor who asked for that first."""
        fact = past[-1].fact
        if not isinstance(fact, facts.Proposed):
            return
        for other in self.play.over & {*requests(past)} - {fact.call.request}:
            if self._is_open_in_both(past, other):
                continue
            is_here = call_of(past, other).thread == fact.call.thread
            wanted = {digest(past, other, 1 + number) for number in range(version(past, other))}
            if is_here and fact.call.digest in wanted:
                self.play.over.add(fact.call.request)
                return

    def _is_open_in_both(self, past: Past, request: str) -> bool:
        """Whether nobody has decided on it, by either's account, whatever else they make of it."""
        call = self.play.call(request)
        is_open = call is not None and isinstance(call.phase, Previewing | Asked) and not call.begun
        return is_open and phase(past, request) is Phase.ASKED

    def _outlive(self, past: Past) -> None:
        """What may go on here though it is over there is judged no more."""
        for found in self._standings(past, ()):
            if found.found in LASTS or any(each.outlives and each.fits(found) for each in CHOICES):
                self.play.over.add(found.request)

    def _has_claimed(self, since: int) -> bool:
        """Whether something began; once they have parted, something that needed an approval."""
        over = {self.play.calls[request] for request in self.play.over}
        return any(
            call.id not in over and (call.card is not None or not self.parted)
            for call in self.play.claims[since:]
        )

    def _is_ended_without_cause(self, before: Call, after: Call, fact: facts.Fact) -> bool:
        if (
            isinstance(before.phase, Closed)
            or not isinstance(after.phase, Closed)
            or before.id != after.id
        ):
            return False
        card = self.play.made.get((before.id, before.version))
        return not is_ended_by(after, fact, card, self.case.rule.deadline, self.play.now)

    def _expire(self) -> None:
        """A word that comes before the timer finds the deadline passed all the same, so the timer fires after it."""
        for ruled in self.overdue:
            self.states.update(ruled.ruling.effects)
            self.play.now = max(self.play.now, ruled.fact.at * 1000)
        if self.overdue:
            self.play.expire()
        self.overdue.clear()

    def _standings(self, past: Past, said: tuple[str, ...]) -> Iterator[Difference]:
        """Every request stands where the oracle says, but for these."""
        effects = past[-1].ruling.effects
        self.states.update((name, effect) for name, effect in effects if effect in AFTER)
        for request, effect in self.states.items():
            found = standing(self.play.call(request))
            if found is None and isinstance(past[-1].fact, facts.WordTyped):
                self.play.over.add(request)  # Void by words, and forgotten.
            if request in self.play.moved and effect is Effect.EXPIRED:
                self.play.over.add(request)  # Its deadline is another here.
            if request not in self.play.over and found and not _same(AFTER[effect], found):
                told = AFTER[effect][1].name
                yield self._difference(past, told, found[1].name, said, request)
            elif request not in self.play.over and (by := self._by(request, past)):
                yield self._difference(past, *by, said, request)
        for request, effect in effects:
            if request in self.play.over:
                continue
            if effect is Effect.VOTED and not self._has_voted(request, past[-1].fact):
                yield self._difference(past, "counted", "not counted", said, request)

    def _by(self, request: str, past: Past) -> tuple[str, str] | None:
        """Whose word ended this, by either's account, where they name another."""
        call, ended = self.play.call(request), past[-1].ruling.on(request)
        if call is None or not isinstance(call.phase, Closed) or ended not in BY_PEOPLE:
            return None
        fact = past[-1].fact
        by = fact.by if isinstance(fact, facts.Decision | facts.WordTyped) else None
        told = self.play.office.name(by) if by else "model"
        return None if told == call.phase.by else (f"by {told}", f"by {call.phase.by or 'nobody'}")

    def _has_voted(self, request: str, fact: facts.Fact) -> bool:
        call = self.play.call(request)
        phase = call.phase if call else None
        by = fact.by if isinstance(fact, facts.Decision | facts.WordTyped) else None
        votes = phase.votes if isinstance(phase, Asked) else ()
        return by is not None and self.play.office.name(by) in votes

    def _number(self, past: Past) -> None:
        """What the oracle calls the versions that it began, and the cards that were shown."""
        fact = past[-1].fact
        for request, effect in past[-1].ruling.effects:
            if effect in BEGINS and self.play.call(request):
                number = version(past, request)
                self.play.current(request, number, digest(past, request, number))
        if isinstance(fact, facts.CardShown) and self.play.is_current(fact.request, fact.version):
            self.play.again(fact.request)

    def _refusals(self, past: Past, said: tuple[str, ...]) -> Difference | None:
        """A refusal agrees in kind with one of the oracle's reasons, and only what it refuses is refused.

        Of a request that was replaced all that is said is that it is over.
        """
        fact, why = past[-1].fact, past[-1].ruling.refusals
        if self._is_beyond(fact):
            return None
        if Refusal.REPLAYED in why and not said:
            return None  # What a source tells again is known by its identity, and nobody is told anything of it.
        if isinstance(fact, facts.Decision) and bool(why) is not bool(said):
            told, found = ("refused", "counted") if why else ("counted", "refused")
            return self._difference(past, told, found, said)
        if Refusal.AMBIGUOUS in why and said:
            return None  # Of several that are open there, and of which one may be here.
        for reason in said:
            if not self._kinds(fact, reason) & why and not (why and self._is_replaced(fact)):
                return self._difference(past, "refused", "for another reason", said)
        return None

    def _is_beyond(self, fact: facts.Fact) -> bool:
        """Whether it is about a request, or typed where there is one, of which the oracle does not know how it stands here."""
        if not isinstance(fact, facts.WordTyped):
            return _request(fact) in self.play.over
        return any(thread_of(self.play.calls[name]) == fact.thread for name in self.play.over)

    def _kinds(self, fact: facts.Fact, reason: str) -> frozenset[Refusal]:
        """What the sentence may stand for."""
        same = kinds(reason)
        is_typed = isinstance(fact, facts.WordTyped)
        if is_typed and same & {Refusal.EXPIRED, Refusal.ALREADY_DECIDED, Refusal.NOT_SHOWN}:
            same |= {Refusal.NOTHING_OPEN}
        return same

    def _is_replaced(self, fact: facts.Fact) -> bool:
        if not isinstance(fact, facts.Decision):
            return False
        named = self.play.versions.get((fact.request, fact.version))
        return named is not None and named.call != self.play.calls[fact.request]

    def _difference(
        self, past: Past, told: str, found: str, said: tuple[str, ...], request: str = ""
    ) -> Difference:
        about = request or _request(past[-1].fact) or "r1"
        call = self.play.call(about)
        return Difference(
            self.case,
            past,
            told,
            found,
            said,
            about,
            is_replaced=self._is_replaced(past[-1].fact),
            is_paused=any(thread.paused for thread in self.play.threads.values()),
            is_behind=call is not None and self.play.is_behind(call),
            anew=call.anew if call else "",
            approved=call.approved if call else (),
        )


async def compare(told: Case) -> tuple[list[Choice], Difference | None]:
    """Tells the case to both: the choices by which they part, and the first difference that comes from none."""
    PINS.clear()
    case = without_left_out(told)
    office = Office(case.people, case.rule, _same_in(case), _brought_in(case))
    both = Comparison(case, Play(office))
    past = replay(House(case.people, case.rule), case.history)
    for place in range(len(past)):
        found = await both.step(past[: place + 1])
        chosen = choice(found) if found and found.found != "claimed" else None
        if found and chosen is None:
            return both.parted, found
        if chosen:
            both.parted.append(chosen)
            if found and (chosen.outlives or found.found in LASTS):
                both.play.over.add(found.request)
    return both.parted, None


def _same_in(case: Case) -> tuple[str, ...]:
    """What may not differ in what is granted: there the policy says it, here the press, and a case has one pattern."""
    for fact in case.history:
        if isinstance(fact, facts.Decision) and fact.pattern is not None:
            return tuple(name for name, value in fact.pattern if value != "*")
    return ()


def _brought_in(case: Case) -> dict[tuple[str, str], int]:
    """When the card of a request was first brought to each person: a millisecond after what was shown before in that second."""
    found, shown = dict[tuple[str, str], int](), Counter[int]()
    for fact in case.history:
        if isinstance(fact, facts.CardShown):
            shown[fact.at] += 1
            person = case.people.at(fact.to)
            if person is not None:
                found.setdefault((fact.request, person.name), fact.at * 1000 + shown[fact.at])
    return found


def _request(fact: facts.Fact) -> str:
    match fact:
        case facts.Claimed() | facts.FoundUnfinished() | facts.Decision():
            return fact.request
        case _:
            return ""


def _same(told: tuple[Phase, Told], found: tuple[Phase, Told]) -> bool:
    under_way = {Phase.STARTED, Phase.FOUND}
    return told[1] is found[1] and (told[0] is found[0] or {told[0], found[0]} == under_way)


def standing(call: Call | None) -> tuple[Phase, Told] | None:
    """Where a call stands, in the oracle's words; None: it was closed, and the thread remembers none of it."""
    if call is None:
        return None
    match call.phase:
        case Previewing() | Asked("approval"):
            return Phase.ASKED, Told.OPEN
        case Ready():
            gated = call.card is not None or call.begun
            return Phase.READY, Told.APPROVED if gated else Told.NOT_GATED
        case Started():
            return Phase.STARTED, Told.RUNNING
        case Asked():
            return Phase.UNKNOWN, Told.UNKNOWN
        case Closed(outcome):
            return Phase.CLOSED, ENDS[outcome]
        case _:
            raise AssertionError(call.phase)
