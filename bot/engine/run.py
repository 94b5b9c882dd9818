"""Run: tools at work. Previews run freely; what changes anything runs once, after a claim, if it still may."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from bot.core.effects import Run
from bot.core.events import OutcomeUnknown, Previewed, PreviewRefused, ToolStarted
from bot.core.thread import Call
from bot.core.values import Card
from bot.engine import recheck
from bot.engine.endings import Endings, call_of
from bot.engine.reads import Reads
from bot.engine.session import Session
from bot.engine.toolbox import Toolbox
from bot.kit.call import Refused, Unsure
from bot.kit.origins import outside, short

MOST_RUNS = 3
"""How often an idempotent call whose outcome is unclear runs under its key before a human is asked."""

UNCLEAR = (Unsure, TimeoutError, OSError, EOFError)
"""Errors after which what the tool began may have come about: the line went dead, or its time was over."""


class Runner:
    """Runs the calls of threads."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._endings = Endings(toolbox)
        self.reads = Reads(toolbox)

    async def refresh(self, session: Session) -> None:
        """Ask anew what was asked under a policy or a tool that is no longer there."""
        thread = session.thread
        stands = thread.paused or thread.is_closed_to_us or session.is_halted
        if session.is_fresh() and not stands:
            for fact in await recheck.stale(self._toolbox, thread):
                await session.record(fact)

    async def preview(self, session: Session, id: str, version: int) -> None:
        """Lay out what a gated call would do, for its approvers; what cannot be done goes back to the model.

        Raises `ConnectionError` where nobody can tell now who may decide: that is tried again.
        """
        call, name = call_of(session.thread, id), f"card:{id}-v{version}"
        await recheck.askable(self._toolbox, session.thread, call)
        try:
            card = await self._toolbox.card(session.thread, call)
            copied = self._copied(session, call, card)
        except Exception as error:  # noqa: BLE001 - whatever the tool's own code raises
            said = self._toolbox.said(call, error)
            refused = PreviewRefused(id=name, actor="engine", call=id, version=version, reason=said)
            await session.record(refused)
            return
        card = card.model_copy(update={"outside": copied})
        await session.record(
            Previewed(id=name, actor="engine", call=id, version=version, card=card)
        )

    def _copied(self, session: Session, call: Call, card: Card) -> dict[str, str]:
        """What repeats what came from outside; where more may be granted, short values too, but for those that may not differ or are the tool's own."""
        given, offer, thread = call.proposal.arguments, card.grant, session.thread
        found = outside(given, session.events, thread.id)
        if offer is None or offer.outside:
            return found
        own = self._toolbox.find(thread, call)[1].defaults
        free = {
            name: value
            for name, value in given.items()
            if name not in offer.same and not (name in own and own[name] == value)
        }
        return {**short(free, session.events, thread.id), **found}

    # ---- what changes anything ---------------------------------------------------------------------
    async def write(self, session: Session, run: Run, begun: Callable[[], None]) -> None:
        """Claim, say that it has begun, then run, once. What was approved is looked at again first: it may no longer be what would run."""
        call = call_of(session.thread, run.call)
        void = await recheck.void(self._toolbox, session.thread, call) if run.run == 1 else None
        if void is None and run.run == 1 and session.curb.has_ended(session.thread, call):
            void = recheck.halted(call)
        if void is not None:
            await session.record(void)
            return
        claim = ToolStarted(
            id=f"start:{call.id}.{run.n}.{run.run}:{uuid4().hex[:8]}",
            actor="engine",
            call=call.id,
            n=run.n,
            run=run.run,
        )
        if await session.claim(run, call, claim):
            begun()
            await self._act(session, call, run)

    async def _act(self, session: Session, call: Call, run: Run) -> None:
        """The one place where something is done to the world."""
        await session.look()  # Whoever was stopped since the claim may have missed a halt.
        if session.is_halted or not session.is_held():
            await self._late(session, call, run)
            return
        try:
            result = await self._toolbox.run(session.thread, call)
        except Exception as error:  # noqa: BLE001 - whatever the tool's own code raises
            await self._broke(session, call, run, error)
        else:
            ended = self._endings.returned(session.thread, call, run, result)
            await session.record(ended.fact, blobs=ended.blobs)

    async def _late(self, session: Session, call: Call, run: Run) -> None:
        """This try did not begin. What became of one before it, nobody knows any better for that."""
        if run.run > 1:
            return  # It stays started, and runs again under the same key.
        if run.n > 1:
            await session.record(_unknown(call, run))
            return
        late = _HALTED if session.is_halted else _LATE
        await session.record(self._endings.failed(call, run, late).fact)

    async def _broke(self, session: Session, call: Call, run: Run, error: Exception) -> None:
        """A tool that ended in an error: did it fail, or can nobody tell?

        An idempotent call that is unclear stays started, and so runs again under the same key.
        """
        if not isinstance(error, UNCLEAR):
            await session.record(self._endings.failed(call, run, error).fact)
        elif not call.proposal.idempotent or run.run >= MOST_RUNS:
            await session.record(_unknown(call, run))


def _unknown(call: Call, run: Run) -> OutcomeUnknown:
    name = f"unknown:{call.id}.{run.n}"
    return OutcomeUnknown(id=name, actor="engine", call=call.id, n=run.n)


_LATE = Refused("the worker lost its lease before it began; nothing was started")
_HALTED = Refused("everything was halted before it began; nothing was started")
