"""Perform: does one round of effects and appends what each of them did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress

import structlog

from bot.core import halts, ladder, outbox
from bot.core.effects import (
    Announce,
    Decide,
    Doubt,
    Effect,
    Preview,
    Refuse,
    Run,
    Send,
    next_effects,
)
from bot.core.events import (
    Delivered,
    DeliveryFailed,
    Event,
    Halted,
    OutcomeUnknown,
    Verdict,
    VerdictRefused,
)
from bot.core.frozen import replace
from bot.core.owed import Refusal
from bot.core.thread import Thread
from bot.core.values import Address
from bot.engine.display import Display
from bot.engine.fates import told
from bot.engine.purse import DaySpent
from bot.engine.question import Question
from bot.engine.reads import LISTEN_SECONDS
from bot.engine.run import Runner
from bot.engine.session import Session
from bot.engine.stuck import LeaseLost, LogParted, during
from bot.engine.trouble import STORE_AWAY
from bot.kit.channel import Channel, Dated, Explaining, Undeliverable

Choose = Callable[[Thread, Sequence[Event]], Coroutine[None, None, Event]]

log = structlog.get_logger()


class Performer:
    """What one worker needs in order to act: a model to choose, tools to run, channels to speak through."""

    def __init__(self, choose: Choose, runner: Runner, channels: Mapping[str, Channel]) -> None:
        self._choose = choose
        self._runner = runner
        self._reads = runner.reads
        self._channels = channels
        self._display = Display(channels)
        self._dated = {name: each for name, each in channels.items() if isinstance(each, Dated)}

    async def __call__(self, session: Session) -> None:
        """One round, and beside it what was sent before is shown as it stands now."""
        try:
            await self._round(session)
            if session.showing:
                session.is_unshown = not await session.showing
        finally:
            if session.showing:
                session.showing.cancel()
                session.showing = None

    def _show(self, session: Session) -> None:
        session.shown = (session.curb.ruling(session.thread),)
        session.showing = self._display.begin(
            session.thread, session.events, session.showing, *session.shown
        )

    async def _round(self, session: Session) -> None:
        """Everything that is to be done now, side by side. One failure does not cut the others short."""
        if session.is_fresh():
            session.owed_before = _owed(session.thread)
        await self._runner.refresh(session)
        await session.look()
        self._show(session)
        self._reads.forget(session)
        effects = session.due()
        question = next((effect for effect in effects if isinstance(effect, Decide)), None)
        self._ask(session, question)
        rest = [effect for effect in effects if not isinstance(effect, Decide)]
        if rest:
            try:
                await self._all(session, rest)
            except LogParted:
                raise
            except Exception:
                await self._heard_out(session)
                raise
        elif session.question:
            await self._answered(session)

    async def _all(self, session: Session, effects: Sequence[Effect]) -> None:
        if len(effects) == 1:  # As most often: it needs no task beside this one.
            await self._one(session, effects[0])
            return
        sends = [effect.key for effect in effects if isinstance(effect, Send)]
        work = [self._one(session, effect) for effect in effects if not isinstance(effect, Send)]
        work.append(self._send_all(session, sends))
        outcomes = await asyncio.gather(*work, return_exceptions=True)
        wrong = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        for error in sorted(wrong, key=lambda error: not isinstance(error, LogParted)):
            raise error

    # ---- asking the model: it may take minutes, and the thread lives on meanwhile --------------------
    def _ask(self, session: Session, question: Decide | None) -> None:
        """See that the model is asked if it is to be. An answer under way is waited for, be it void by now: it costs."""
        if question and not session.question:
            asked = self._choose(session.thread, session.events.snapshot())
            session.question = Question(session.thread, asyncio.ensure_future(asked))

    async def _answered(self, session: Session) -> None:
        """Wait for the model, and listen: as soon as there is something else to do, that is done first."""
        question = session.question
        assert question is not None, "the model is waited for after it was asked"
        # An answer goes on record at once: what it had not seen shows in the fold, wherever it stands in the log.
        while not (await asyncio.wait({question.answer}, timeout=LISTEN_SECONDS))[0]:
            with suppress(*STORE_AWAY):  # Listening can wait; the answer is paid for.
                await session.load()
                await session.look()
            # After the store was away the next heartbeat tells whether the thread is still ours: until then nothing can be done.
            if session.is_held() and any(not isinstance(each, Decide) for each in session.due()):
                return
        session.question = None
        if isinstance(spent := question.answer.exception(), DaySpent):
            session.is_spent, answer = True, spent.told(session.thread)
            if answer is None:
                return
        else:
            with during("decide"):
                answer = question.named(question.answer.result())
        await self._reads.decided(session, answer)

    async def _heard_out(self, session: Session) -> None:
        """Whatever else went wrong: an answer under way is paid for, and without it the next try would ask again."""
        question, session.question = session.question, None
        if question:
            with suppress(DaySpent):
                await session.record(question.named(await question.answer))

    # ---- everything else ---------------------------------------------------------------------------
    async def _one(self, session: Session, effect: Effect) -> None:
        match effect:
            case Preview(call, version):
                with during("tool"):
                    await self._runner.preview(session, call, version)
            case Run(claim=False) as run:
                with during("tool"):
                    await self._reads.read(session, run)
            case Run() as run:
                with during("tool"):
                    await self._runner.write(session, run, lambda: self._show(session))
            case Doubt(call, n):
                unknown = OutcomeUnknown(id=f"unknown:{call}.{n}", actor="engine", call=call, n=n)
                await session.record(unknown)
            case Refuse(refusal):
                await self._refuse(session, refusal)
            case Send(key):
                await self._send(session, key)
            case Announce(halt, agent, by, reason):
                told = Halted(id=halts.told_id(halt), actor=by, agent=agent, reason=reason)
                await session.record(told)
            case Decide():
                raise AssertionError("the model is asked in a way of its own")

    async def _refuse(self, session: Session, refusal: Refusal) -> None:
        """Told once: facts are taken from whoever overslept the lease too, and whoever has it now finds the same refusal due."""
        if not session.is_held():
            raise LeaseLost(session.thread.id)
        fact = VerdictRefused(
            id=f"refused:{refusal.verdict}",
            actor="engine",
            verdict=refusal.verdict,
            request=refusal.request,
            reason=refusal.reason,
        )
        await session.record(fact)
        address = session.thread.address
        try:
            if address is not None and not self._is_explained(session, refusal.verdict, address):
                why = told(refusal.reason, refusal.request, session.events, refusal.verdict)
                await self._channels[address.channel].tell(address, refusal.by, why)
        except Exception as error:  # noqa: BLE001 - telling is best effort, the fact is what counts
            log.warning("not told", person=refusal.by, error=str(error)[:300])

    def _is_explained(self, session: Session, verdict: str, address: Address) -> bool:
        """Whether its channel says where the verdict was given why it does not count: nobody is told twice."""
        given = next((each for each in session.events if each.id == verdict), None)
        if not (isinstance(given, Verdict) and given.address):
            return False
        there = (self._channels.get(each) for each in (address.channel, given.address.channel))
        return any(
            isinstance(each, Explaining) and each.explains(given.address, address) for each in there
        )

    async def _send_all(self, session: Session, keys: list[str]) -> None:
        for key in keys:
            await self._send(session, key)

    async def _send(self, session: Session, key: str) -> None:
        """A message found owed after a load may have gone out before a crash: look before sending it again."""
        with during("render"):
            message = outbox.message(session.thread, key)
            address = outbox.address(session.thread, key)
            if message is None or address is None:
                # Something came in between; else the round would be done again without end.
                assert Send(key) not in session.due(), f"{key} is owed, and cannot be said"
                return
        try:
            channel = self._channel(session.thread, address)
            with during("send"):
                receipt = await channel.find(address, key) if key in session.owed_before else None
                # Whoever has the thread now may be sending it.
                if receipt is None and not session.is_held():
                    raise LeaseLost(session.thread.id)
                receipt = receipt or await channel.send(address, message)
        except Undeliverable as error:
            reason = str(error)[:500]
            failed = DeliveryFailed(id=f"unsent:{key}", actor="engine", key=key, reason=reason)
            await session.record(failed)
            return
        dated = self._dated.get(address.channel)
        at = dated.written(receipt) if dated else None
        sent = Delivered(id=f"sent:{key}", actor="engine", key=key, receipt=receipt, written=at)
        await session.record(sent)

    def _channel(self, thread: Thread, address: Address) -> Channel:
        """Raises `Undeliverable` where its channel is not set up and there is another place to go, the thread's own or a fallback."""
        if address.channel not in self._channels and thread.addresses != (address,):
            message = f"{address.channel} is not set up here"
            raise Undeliverable(message)
        return self._channels[address.channel]


def _owed(thread: Thread) -> frozenset[str]:
    """The messages owed, also those that a pause or a new card holds back: somebody may have sent them before."""
    awake = next_effects(replace(thread, paused=False))
    sends = (effect.key for effect in awake if isinstance(effect, Send))
    return frozenset((*sends, *(key for call in thread.calls for key in ladder.keys(call))))
