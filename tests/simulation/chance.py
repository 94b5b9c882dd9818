"""Chance: while a life lasts, every die that the engine throws and every clock that it reads is the life's."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Generator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from unittest.mock import patch

import structlog

from bot.model import request
from bot.model.request import ToolSpec
from tests.simulation.process import current
from tests.simulation.world import World

TIMER_SECONDS, TAKE_WAIT_SECONDS = 2.0, 5.0
"""Idle workers mostly look whether there is something to do; in a life they look less often."""


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
            patch("bot.engine.worker.TIMER_SECONDS", TIMER_SECONDS),
            patch("bot.engine.worker.TAKE_WAIT_SECONDS", TAKE_WAIT_SECONDS),
            patch("bot.kit.agent.deepcopy", _itself),
            patch("bot.model.request._tools", _rendered),
        ):
            yield
    finally:
        structlog.configure(**logged)
        random.setstate(before)


def _itself(specs: object) -> object:
    return specs


_tools = request._tools  # pyright: ignore[reportPrivateUsage]
_kept = dict[tuple[str, ...], list[dict[str, object]]]()


def _rendered(tools: Sequence[ToolSpec]) -> list[dict[str, object]]:
    """The tools as the model is sent them: always the same for the same tools, and a quarter of a life to render anew."""
    names = tuple(tool["name"] for tool in tools)
    if names not in _kept:
        _kept[names] = _tools(tools)
    return _kept[names]


def _clock(world: World) -> type[datetime]:
    class Wrong(datetime):
        """The wall clock of whichever worker looks at it."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.fromtimestamp((world.now() + current().skew_ms) / 1000, tz)

    return Wrong


Tell = Callable[[object, str, MutableMapping[str, object]], Mapping[str, object]]


def _told(world: World) -> Tell:
    def tell(
        logger: object, method: str, line: MutableMapping[str, object]
    ) -> Mapping[str, object]:
        """What the engine logs is part of the story, and of nothing else."""
        world.tell(f"log: {line.get('event')} {line.get('thread', '')} {line.get('error', '')}")
        raise structlog.DropEvent

    return tell
