"""Lamp: whether a thread is worked on is shown where a channel can show it, before and after every round.

Nothing is waited for here and nothing is decided by it: what is so is on the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager

import structlog

from bot.engine.session import Session
from bot.engine.stuck import LeaseLost
from bot.kit.channel import Channel, Showing

log = structlog.get_logger()


class Lamp:
    """Performs a round, with the light on."""

    def __init__(
        self, perform: Callable[[Session], Awaitable[None]], channels: Mapping[str, Channel]
    ) -> None:
        self._perform = perform
        self._showing = _showing(channels)

    async def __call__(self, session: Session) -> None:
        self._show(session)
        try:
            await self._perform(session)
        except LeaseLost:
            raise  # Whoever has the thread now shows what it does.
        except Exception:
            self._leave(session)
            raise
        self._show(session)

    def _show(self, session: Session) -> None:
        with _dark():
            if channel := self._of(session):
                channel.show(session.thread, session.events)

    def _leave(self, session: Session) -> None:
        with _dark():
            if channel := self._of(session):
                channel.leave(session.thread)

    def _of(self, session: Session) -> Showing | None:
        address = session.thread.address
        return self._showing.get(address.channel) if address else None


@contextmanager
def _dark() -> Generator[None]:
    """A light that does not burn stops no work."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever a channel does: the round is what counts
        log.warning("not shown", error=str(error)[:300])


async def settled(channels: Mapping[str, Channel]) -> None:
    """End what is being shown, within a few seconds; for when the process stops."""
    await asyncio.gather(*(channel.settled() for channel in _showing(channels).values()))


def _showing(channels: Mapping[str, Channel]) -> Mapping[str, Showing]:
    """Those that can. Asked once each: Python 3.11 takes long to see whether something is of a protocol."""
    return {name: channel for name, channel in channels.items() if isinstance(channel, Showing)}
