"""Perform: does one round of effects and appends what each of them did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress

from bot.core import halts
from bot.core.effects import Announce, Decide, Doubt, Effect, Preview, Refuse, Run, Send
from bot.core.events import Event, Halted, OutcomeUnknown
from bot.core.thread import Thread
from bot.engine.display import Display
from bot.engine.purse import Busy, DaySpent
from bot.engine.question import Question
from bot.engine.reads import LISTEN_SECONDS
from bot.engine.run import Runner
from bot.engine.session import Session
from bot.engine.speak import Speaker, owed
from bot.engine.stuck import LogParted, during
from bot.engine.trouble import STORE_AWAY
from bot.kit.channel import Channel

Choose = Callable[[Thread, Sequence[Event]], Coroutine[None, None, Event]]


class Performer:
    """What one worker needs in order to act: a model to choose, tools to run, channels to speak through."""

    def __init__(self, choose: Choose, runner: Runner, channels: Mapping[str, Channel]) -> None:
        self._choose = choose
        self._runner = runner
        self._reads = runner.reads
        self._speaker = Speaker(channels)
        self._display = Display(channels)

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
            session.owed_before = owed(session.thread)
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
        work.append(self._speaker.deliver_all(session, sends))
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
        if isinstance(spent := question.answer.exception(), Busy):
            return
        if isinstance(spent, DaySpent):
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
            with suppress(Busy, DaySpent):
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
                await self._speaker.explain(session, refusal)
            case Send(key):
                await self._speaker.deliver(session, key)
            case Announce(halt, agent, by, reason):
                told = Halted(id=halts.told_id(halt), actor=by, agent=agent, reason=reason)
                await session.record(told)
            case Decide():
                raise AssertionError("the model is asked in a way of its own")
