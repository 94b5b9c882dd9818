"""Stuck: where and on what a turn came to a halt."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from bot.core.events import Event
from bot.core.thread import Thread
from bot.engine.commit import COMMIT_SEEN_SECONDS, Append, Known, Moved, Outcome
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


class LogLost(Exception):
    """The store knows a fact that its log does not have: somebody deleted the log. What is not there would be done again without end."""

    def __init__(self, id: str) -> None:
        minutes = COMMIT_SEEN_SECONDS // 60
        super().__init__(
            f"{id} was written and is gone from the log; replay this when it was left alone for {minutes} minutes"
        )


def must_stand(commit: Append, outcome: Outcome, facts: Sequence[Event], thread: Thread) -> None:
    """What the store has of a commit already is in the thread as it was read since. Raises `Stuck` where it is not."""
    # A known commit that asked for rest is answered like one that may not rest, which is written all the same.
    is_there = isinstance(outcome, Known) or (isinstance(outcome, Moved) and not commit.is_strict)
    missing = [fact.id for fact in facts if fact.id not in thread.ids]
    if is_there and missing:
        raise Stuck("other", LogLost(missing[0]))


@contextmanager
def during(stage: Stage) -> Generator[None]:
    """What goes wrong inside went wrong at this stage. A message refused for good is no halt: that is a fact."""
    try:
        yield
    except (LeaseLost, Stuck, Undeliverable):
        raise
    except Exception as error:
        raise Stuck(stage, error) from error
