"""Reads: calls that change nothing. They need no permission, may be cut off, and may run once more.

So a read may begin before the step that asks for it is on the log. One that ends at once goes there together with its step.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from pydantic import JsonValue

from bot.core.codec import digest
from bot.core.effects import Run
from bot.core.events import Event, StepDecided
from bot.core.thread import Call, Closed, Thread
from bot.engine.endings import Ending, Endings, call_of
from bot.engine.results import page
from bot.engine.session import Session
from bot.engine.toolbox import Toolbox
from bot.engine.trouble import STORE_AWAY
from bot.kit.call import Refused
from bot.kit.picture import Pictured

CACHED = 1_000
LISTEN_SECONDS = 1.0
"""How often whoever waits for a read or for the model looks whether that is still wanted."""
AT_ONCE_SECONDS = 0.02
"""How long a step may wait for its reads before it goes on the log by itself: it was paid for."""


class Reads:
    """Runs the reads of threads."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._endings = Endings(toolbox)
        self._cache: dict[tuple[str, str], tuple[float, JsonValue | Pictured]] = {}

    async def decided(self, session: Session, step: Event) -> None:
        """Record what the model chose; reads that it asks for and that end at once, in the same commit."""
        if not await self._with_reads(session, step):
            await session.record(step)

    async def read(self, session: Session, run: Run) -> None:
        """Run a read, or hear out one that has begun. A stop cuts it short."""
        call = call_of(session.thread, run.call)
        reading = self._begun(session, session.thread, call, run)
        while not (await asyncio.wait({reading}, timeout=LISTEN_SECONDS))[0]:
            with suppress(*STORE_AWAY):  # Listening can wait.
                await session.load()
            self.forget(session)
            if call.id not in session.readings:
                return
        if call.id in session.readings:  # Else another read of the round has seen the stop.
            ending = session.readings.pop(call.id)[1].result()
            if ending:
                await session.record(ending.fact, blobs=ending.blobs)

    def forget(self, session: Session) -> None:
        """Let go of the reads whose results nobody waits for any more; what is still under way is cut short."""
        for id in [id for id in session.readings if not _is_awaited(session.thread, id)]:
            session.readings.pop(id)[1].cancel()

    async def _with_reads(self, session: Session, step: Event) -> bool:
        if not isinstance(step, StepDecided) or session.stopping.is_set():
            return False
        if any(call.kind != "read" for call in step.calls):
            return False
        thread = session.foreseen(step)
        due = session.due(thread)
        runs = [each for each in due if isinstance(each, Run) and not each.claim]
        begun = [self._begun(session, thread, call_of(thread, run.call), run) for run in runs]
        if not begun or (await asyncio.wait(begun, timeout=AT_ONCE_SECONDS))[1]:
            return False
        if [error for reading in begun if (error := reading.exception())]:
            return False  # Our own mistake, which is told once the step is on record.
        endings = [ending for reading in begun if (ending := reading.result())]
        if len(endings) < len(begun):
            return False
        blobs = {ref: blob for ending in endings for ref, blob in ending.blobs.items()}
        facts = (ending.fact for ending in endings)
        return await session.record(step, *facts, blobs=blobs, kind="whole")

    def _begun(
        self, session: Session, thread: Thread, call: Call, run: Run
    ) -> asyncio.Task[Ending | None]:
        """This read, under way. Where another step took the place of the one it began for, it begins anew."""
        asked, reading = session.readings.pop(call.id, (None, None))
        if reading and asked != call.proposal:
            reading.cancel()
            reading = None
        if reading is None:
            reading = asyncio.ensure_future(self._ending(session, thread, call, run))
        session.readings[call.id] = call.proposal, reading
        return reading

    async def _ending(
        self, session: Session, thread: Thread, call: Call, run: Run
    ) -> Ending | None:
        """How it ended; None: it did not begin, for it is halted or nobody can tell, and is left to a later round."""
        try:
            await session.look()  # The model may have taken long, or this process stood still.
        except STORE_AWAY:
            return None
        if session.is_halted:
            return None
        try:
            result = await self._result(session, thread, call)
        except Exception as error:  # noqa: BLE001 - whatever the tool's own code raises
            return self._endings.failed(call, run, error)
        return self._endings.returned(thread, call, run, result)

    async def _result(self, session: Session, thread: Thread, call: Call) -> JsonValue | Pictured:
        if call.proposal.tool == "read_more":
            return await _read_more(session, call)
        _, tool = self._toolbox.find(thread, call)
        if not tool.cache_seconds:
            return await self._toolbox.run(thread, call)
        asked = digest(thread.agent, tool.name, call.proposal.arguments, thread.requester)
        name = (tool.source_digest, asked)
        kept = self._cache.get(name)
        if kept is None or kept[0] < asyncio.get_running_loop().time():
            if len(self._cache) >= CACHED:
                self._cache.clear()
            result = await self._toolbox.run(thread, call)
            until = asyncio.get_running_loop().time() + tool.cache_seconds
            kept = self._cache[name] = (until, result)
        return kept[1]


def _is_awaited(thread: Thread, id: str) -> bool:
    """Whether the result of this read can still count."""
    call = thread.call(id)
    return call is not None and not isinstance(call.phase, Closed)


async def _read_more(session: Session, call: Call) -> JsonValue:
    ref, number = str(call.proposal.arguments.get("ref")), call.proposal.arguments.get("page")
    whole = await session.blob(ref)
    if whole is None:
        message = f"there is no stored result {ref} in this thread"
        raise Refused(message)
    return page(whole, number if isinstance(number, int) else 1)
