"""Stuck: where and on what a turn came to a halt."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from bot.engine.letters import Stage
from bot.kit.channel import Undeliverable


class LeaseLost(Exception):
    """Somebody else works on this thread now; what is not appended yet is theirs to find out."""


class LogParted(LeaseLost):
    """The log that was folded is not there any more, and nothing that follows from it can be appended."""


class Stuck(Exception):
    """What stopped a turn, and at which stage; `seq` is the event it was about, if it was about one."""

    def __init__(self, stage: Stage, error: BaseException, seq: int | None = None) -> None:
        super().__init__(str(error))
        self.stage: Stage = stage
        self.error, self.seq = error, seq


@contextmanager
def during(stage: Stage) -> Generator[None]:
    """What goes wrong inside went wrong at this stage. A message refused for good is no halt: that is a fact."""
    try:
        yield
    except (LeaseLost, Stuck, Undeliverable):
        raise
    except Exception as error:
        raise Stuck(stage, error) from error
