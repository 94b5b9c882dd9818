"""Chance: while a life lasts, every die that the engine throws and every clock that it reads is the life's."""

from __future__ import annotations

import os
import random
from collections.abc import Generator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import datetime, tzinfo
from unittest.mock import patch

import structlog

from tests.simulation.process import current
from tests.simulation.world import World

SLOW_TIMERS_SECONDS = 0.5
"""Looking for due timers five times a second is most of what idle workers do; in a life every half second will do."""


@contextmanager
def tamed(world: World) -> Generator[None]:
    """Same seed, same life, in any process."""
    dice, before = world.random("ids"), random.getstate()
    logged = structlog.get_config()
    random.seed(world.seed)
    structlog.configure(processors=[_told(world)])
    try:
        with (
            patch.object(os, "urandom", dice.randbytes),
            patch("bot.kit.propose.datetime", _clock(world)),
            patch("bot.engine.worker.TIMER_SECONDS", SLOW_TIMERS_SECONDS),
        ):
            yield
    finally:
        structlog.configure(**logged)
        random.setstate(before)


def _clock(world: World) -> type[datetime]:
    class Wrong(datetime):
        """The wall clock of whichever worker looks at it."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.fromtimestamp((world.now() + current().skew_ms) / 1000, tz)

    return Wrong


def _told(world: World):
    def tell(
        logger: object, method: str, line: MutableMapping[str, object]
    ) -> Mapping[str, object]:
        """What the engine logs is part of the story, and of nothing else."""
        world.tell(f"log: {line.get('event')} {line.get('thread', '')} {line.get('error', '')}")
        raise structlog.DropEvent

    return tell
