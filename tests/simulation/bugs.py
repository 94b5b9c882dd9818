"""Bugs: one wrong part each, so that the judge can be seen to find it. The first twelve are the classics of this trade."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from unittest.mock import ANY, patch

from pydantic import JsonValue

from bot.core import calls, human, ladder, reducer
from bot.core.events import MessageReceived, StepDecided, Verdict
from bot.core.frozen import replace
from bot.core.grant import Grant
from bot.core.thread import READY, Asked, Call, Closed, Thread, Working
from bot.core.values import Address, Card, Proposal
from bot.engine import toolbox
from bot.engine.commit import Append, Fenced, Lease, Moved, Outcome, Timer
from bot.engine.curb import Curb
from bot.engine.memory_store import MemoryStore
from tests.simulation.life import Life, Plant
from tests.simulation.ports import ScreenPort
from tests.simulation.process import current
from tests.simulation.record import is_words
from tests.simulation.source import Listener
from tests.simulation.world import LEASE_SECONDS, Letter

Refusal = type[Fenced] | type[Moved] | None


class BareAppend(MemoryStore):
    """Writes whatever comes, known or not."""

    def _known(self, commit: Append) -> None:
        return None


class NoFence(MemoryStore):
    """Asks for the head alone."""

    def _refusal(self, commit: Append) -> Refusal:
        refused = super()._refusal(commit)
        is_behind = commit.head != self._server.head(commit.thread)
        return refused if commit.rest or is_behind else None


class BareHeartbeat(MemoryStore):
    """Takes every lease it is told to renew."""

    async def renew(self, leases: Iterable[Lease]) -> list[Lease]:
        there = [lease for lease in leases if lease.entry in self._server.ready]
        for lease in there:
            self._server.ready[lease.entry].owner = self._consumer
            self._server.ready[lease.entry].renewed_at = self._server.clock()
        return there


class DedupBeforeWrite(MemoryStore):
    """Marks an arrival as known in one step and writes it in the next."""

    async def append(self, commit: Append) -> Outcome:
        if commit.kind == "arrival":
            known = self._known(commit)
            if known is not None:
                return known
            mark = self._server.clock() + 1000 * commit.seen_seconds
            self._server.seen[commit.thread, commit.id] = "1", mark
            await current().point("store", "append", "within")
            del self._server.seen[commit.thread, commit.id]
        return await super().append(commit)


class RestWithoutHead(MemoryStore):
    """Lets a thread rest that has more than was folded."""

    def _refusal(self, commit: Append) -> Refusal:
        refused = super()._refusal(commit)
        return None if commit.rest and refused is Moved else refused


class TimerLost(MemoryStore):
    """Takes a timer away when it is listed, not when it has fired."""

    async def due(self, limit: int) -> list[Timer]:
        timers = await super().due(limit)
        for timer in timers:
            del self._server.timers[timer.thread, timer.name]
        return timers

    async def fire(self, timer: Timer, event: bytes | None) -> Outcome:
        self._server.timers[timer.thread, timer.name] = timer.at
        return await super().fire(timer, event)


class LateFactDropped(MemoryStore):
    """Believes only who holds the thread."""

    async def append(self, commit: Append) -> Outcome:
        if commit.kind == "fact" and commit.events and not self._holds(commit.lease):
            return Fenced(self._server.head(commit.thread))
        return await super().append(commit)


class NoHeadCheck(MemoryStore):
    """Grants a claim to whoever holds the thread, whatever came in between."""

    def _refusal(self, commit: Append) -> Refusal:
        refused = super()._refusal(commit)
        return None if commit.kind == "claim" and refused is Moved else refused


class AcknowledgesFirst(Listener):
    """Says yes, then writes."""

    async def hear(self, letter: Letter) -> None:
        await self.acknowledge(letter)
        with suppress(ConnectionError):
            await self.store(letter)


class NeverLooks(ScreenPort):
    """Sends again without looking whether it is there."""

    async def find(self, address: Address, key: str) -> str | None:
        return None


# ---- folds that are wrong --------------------------------------------------------------------------------------------
_move, _message, _verdict, _step = calls.move, human.message, human.verdict, reducer._step  # pyright: ignore[reportPrivateUsage]
_climbed = ladder.climbed


def _approval_not_consumed(call: Call, event: calls.Move) -> Call:
    """An approval that led to a failure is used once more."""
    after = _move(call, event)
    failed = event.type == "ToolEnded" and event.outcome == "failed" and call.card is not None
    return replace(after, phase=READY) if failed and after is not call else after


def _unknown_repeated(call: Call, event: calls.Move) -> Call:
    """What nobody knows is simply tried again."""
    after = _move(call, event)
    is_unknown = event.type == "OutcomeUnknown" and after is not call
    return replace(call, phase=READY) if is_unknown else after


def _digest_ignored(thread: Thread, event: Verdict) -> Thread:
    call = thread.call(event.request)
    shown = call.card.digest if call and call.card else event.digest
    return _verdict(thread, event.model_copy(update={"digest": shown}))


def _anyone_approves(thread: Thread, event: Verdict) -> Thread:
    call = thread.call(event.request) if event.word == "approve" else None
    allowed = [who for who in call.card.approvers if who != "alice"] if call and call.card else []
    return _verdict(thread, event.model_copy(update={"actor": allowed[0]}) if allowed else event)


def _words_keep(thread: Thread, event: MessageReceived) -> Thread:
    """A message leaves the step as it was."""
    turn, kept = thread.turn, thread.calls
    after = _message(thread, event)
    is_kept = is_words(event) and isinstance(turn, Working)
    return replace(after, turn=turn, calls=kept) if is_kept else after


def _unseen_step(thread: Thread, event: StepDecided) -> Thread:
    return _step(replace(thread, heard=0), event)


def _kept(thread: Thread, why: str) -> Thread:
    """A grant outlives what ends it."""
    return thread


def _covers(thread: Thread, call: Call, card: Card, at: int) -> Grant | None:
    """Leave for one tool is leave for every tool."""
    return next(iter(thread.grants), None)


def _nobody_asked(thread: Thread, proposal: Proposal) -> tuple[str, ...]:
    """Whoever speaks in somebody else's thread approves alone what they asked for."""
    return ()


def _any_version(request: str) -> object:
    return ANY


def _reminded_again(thread: Thread, call: Call, at: int) -> Call:
    """What was told before is told with the next step once more."""
    return _climbed(thread, replace(call, reminders=replace(call.reminders, upto=0)), at)


def _others_left_out(thread: Thread, call: Call, at: int) -> Call:
    """Whoever is asked is reminded, and nobody else is ever told."""
    after = _climbed(thread, call, at)
    owed = tuple(each for each in after.reminders.owed if each.kind == "remind")
    return replace(after, reminders=replace(after.reminders, owed=owed))


class _Never:
    """What no value is."""

    __match_args__ = ("until",)


_ends = calls._ends  # pyright: ignore[reportPrivateUsage]  # what is wrong takes the place of what is right


def _only_while_it_runs(call: Call, n: int) -> bool:
    """An end that comes after a human was asked about it is passed over."""
    return _ends(call, n) and not isinstance(call.phase, Asked)


async def _unmoved(box: toolbox.Toolbox, thread: Thread, call: Call) -> str | None:
    """The pins are not looked at again."""
    return None


_digest = toolbox.digest


def _key_of_the_run(*terms: JsonValue) -> str:
    """Another key each time."""
    return _digest(*terms) if len(terms) > 1 else os.urandom(4).hex()


# ---- how each is planted ---------------------------------------------------------------------------------------------
def _store(kind: type[MemoryStore]) -> Plant:
    def plant(life: Life) -> AbstractContextManager[object]:
        life.crew.store = lambda process: kind(
            process.world.server, lease_seconds=LEASE_SECONDS, consumer=process.name
        )
        return nullcontext()

    return plant


def _listener(life: Life) -> AbstractContextManager[object]:
    life.hears = AcknowledgesFirst
    return nullcontext()


def _screen(life: Life) -> AbstractContextManager[object]:
    life.crew.screen = NeverLooks
    return nullcontext()


def _fold(place: str, wrong: object) -> Plant:
    return lambda _: patch(place, wrong)


def _never_halted(curb: Curb, thread: Thread) -> None:
    """The kill switch is not looked at."""
    _ = curb, thread


PLANTED: dict[str, Plant] = {
    "bare append": _store(BareAppend),
    "acknowledgement before write": _listener,
    "no fence": _store(NoFence),
    "bare JUSTID heartbeat": _store(BareHeartbeat),
    "dedup before write": _store(DedupBeforeWrite),
    "approval not consumed": _fold("bot.core.calls.move", _approval_not_consumed),
    "old card version honoured": _fold("bot.core.approvals.version_of", _any_version),
    "resend without look-up": _screen,
    "rest without head": _store(RestWithoutHead),
    "timer lost": _store(TimerLost),
    "late fact dropped": _store(LateFactDropped),
    "unknown repeated by itself": _fold("bot.core.calls.move", _unknown_repeated),
    "digest ignored": _fold("bot.core.human.verdict", _digest_ignored),
    "anyone approves": _fold("bot.core.human.verdict", _anyone_approves),
    "who asked approves": _fold("bot.core.askers._of", _nobody_asked),
    "words keep the step": _fold("bot.core.human.message", _words_keep),
    "unseen step": _fold("bot.core.reducer._step", _unseen_step),
    "no head check": _store(NoHeadCheck),
    "grant outlives a denial": _fold("bot.core.grants.ended", _kept),
    "grant for every tool": _fold("bot.core.grants.covering", _covers),
    "reminded again": _fold("bot.core.ladder.climbed", _reminded_again),
    "others left out": _fold("bot.core.ladder.climbed", _others_left_out),
    "wait without a timer": _fold("bot.core.effects.Sleeping", _Never),
    "answer counts as said unsent": _fold("bot.core.calls.SAYING", Closed("said")),
    "late end passed over": _fold("bot.core.calls._ends", _only_while_it_runs),
    "pins not read again": _fold("bot.engine.recheck._moved", _unmoved),
    "key of its own for each run": _fold("bot.engine.toolbox.digest", _key_of_the_run),
    "halt not heeded": _fold("bot.engine.curb.Curb.halt", _never_halted),
}
