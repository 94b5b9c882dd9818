"""Endings: what a call that came to its end leaves on the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from bot.core.effects import Run
from bot.core.events import ToolEnded
from bot.core.thread import Call, Thread
from bot.engine.results import PAGE_CHARACTERS, carry
from bot.engine.toolbox import Gone, Toolbox
from bot.kit.picture import Pictured


@dataclass(frozen=True, slots=True)
class Ending:
    """The fact, and what of the result is kept beside the log."""

    fact: ToolEnded
    blobs: Mapping[str, bytes] = field(default_factory=dict[str, bytes])


class Endings:
    """Words what came out of calls, as their tools say."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox

    def returned(
        self, thread: Thread, call: Call, run: Run, result: JsonValue | Pictured
    ) -> Ending:
        """A result, cut to what its tool lets onto the log."""
        carried = carry(result, self._cap(thread, call))
        fact = ToolEnded(
            id=_end(call, run),
            actor="engine",
            call=call.id,
            n=run.n,
            run=run.run,
            outcome="returned",
            result=carried.result,
            ref=carried.ref,
            size=carried.size,
            picture=carried.picture,
        )
        return Ending(fact, carried.blobs)

    def failed(self, call: Call, run: Run, error: Exception) -> Ending:
        """An error, in the words that the model and people may read."""
        fact = ToolEnded(
            id=_end(call, run),
            actor="engine",
            call=call.id,
            n=run.n,
            run=run.run,
            outcome="failed",
            error=self._toolbox.said(call, error),
        )
        return Ending(fact)

    def _cap(self, thread: Thread, call: Call) -> int:
        try:
            return self._toolbox.find(thread, call)[1].cap
        except Gone:
            return PAGE_CHARACTERS * 2


def call_of(thread: Thread, id: str) -> Call:
    """The call of this name, which an effect of the same thread gave."""
    call = thread.call(id)
    assert call is not None, "effects name calls of this thread"
    return call


def _end(call: Call, run: Run) -> str:
    return f"end:{call.id}.{run.n}.{run.run}"
