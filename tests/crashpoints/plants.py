"""Plants: bugs put into the engine on purpose. Without a death nobody notices any of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from unittest.mock import patch

from bot.core import outbox
from bot.core.effects import Doubt, Effect, Run, next_effects
from bot.core.events import Delivered, ToolEnded
from bot.core.thread import Call, Thread
from bot.core.values import Address
from bot.engine.run import Runner
from bot.engine.session import Session
from bot.engine.speak import Speaker
from tests.simulation.ports import ScreenPort

Effects = Callable[[Thread], tuple[Effect, ...]]


def _without_doubt(thread: Thread) -> tuple[Effect, ...]:
    return tuple(effect for effect in next_effects(thread) if not isinstance(effect, Doubt))


def _runs_again(thread: Thread) -> tuple[Effect, ...]:
    return tuple(
        Run(effect.call, effect.n, 2, claim=True) if isinstance(effect, Doubt) else effect
        for effect in next_effects(thread)
    )


@contextmanager
def _effects(planted: Effects) -> Generator[None]:
    with ExitStack() as stack:
        for module in ("session", "speak"):
            stack.enter_context(patch(f"bot.engine.{module}.next_effects", planted))
        yield


class RecordsFirst(Runner):
    """Writes down what came out, and then lets the tool run."""

    async def _act(self, session: Session, call: Call, run: Run) -> None:
        ended = ToolEnded(
            id=f"end:{call.id}.{run.n}.{run.run}",
            actor="engine",
            call=call.id,
            n=run.n,
            run=run.run,
            outcome="returned",
            result="done",
        )
        await session.record(ended)
        await self._toolbox.run(session.thread, call)


class DeliversFirst(Speaker):
    """Writes down that a message was delivered, and then sends it."""

    async def deliver(self, session: Session, key: str) -> None:
        message, address = outbox.message(session.thread, key), outbox.address(session.thread, key)
        assert message, "only what is owed is sent"
        assert address, "a thread has an address"
        await session.record(Delivered(id=f"sent:{key}", actor="engine", key=key))
        await self._channels[address.channel].send(address, message)


class NeverLooks(ScreenPort):
    """Says of no message that it was sent before."""

    async def find(self, address: Address, key: str) -> str | None:
        await super().find(address, key)
        return None


PLANTS: Mapping[str, Callable[[], AbstractContextManager[object]]] = {
    "nobody doubts what was started": lambda: _effects(_without_doubt),
    "what is unknown is run again": lambda: _effects(_runs_again),
    "a result is recorded before the tool runs": lambda: _cast("Runner", RecordsFirst),
    "a message counts as delivered before it is sent": lambda: patch(
        "bot.engine.perform.Speaker", DeliversFirst
    ),
    "a message is sent again without looking": lambda: _cast("ScreenPort", NeverLooks),
}


def _cast(part: str, other: type) -> AbstractContextManager[object]:
    return patch(f"tests.crashpoints.cast.{part}", other)
