"""Trouble: a thread that could not be gone on with is looked at again, less and less often, and at last parked with its cause.

What fails by itself fails every time, so few tries are enough, spread so that a bad release can be taken back meanwhile.
What fails because the world is away is tried for about a day.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer

from bot.core.masks import Masks
from bot.engine.letters import Letter, cause_of
from bot.engine.session import Session
from bot.engine.store import Store, TooFewReplicas
from bot.engine.stuck import Stuck

STORE_AWAY = (NoConnection, NoAnswer)
AWAY = (OSError, TimeoutError, EOFError, TooFewReplicas)
# Of what is away, what is no matter of a file or a permission of ours.
PUT_OFF = (*STORE_AWAY, ConnectionError, TimeoutError, TooFewReplicas)
MOST_TAKEOVERS = 20
"""A thread that was taken over so often in a row ends its workers, or every worker ends beside it."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is tried: with these figures eight tries take eight minutes, and those of a world that is away a day."""

    first_seconds: float = 4.0
    longest_seconds: float = 600.0
    tries: int = 8
    away_tries: int = 150

    def pause_ms(self, tries: int) -> int:
        """Each pause is twice as long as the one before, up to the longest."""
        doubled = self.first_seconds * 2.0 ** min(tries - 1, 30)
        return int(1000 * min(doubled, self.longest_seconds))

    def is_over(self, tries: int, error: BaseException) -> bool:
        """Whether there is no hope left after so many failed tries, of which this was the last."""
        if isinstance(error, WorkersDied):
            return True
        return tries >= (self.away_tries if isinstance(error, AWAY) else self.tries)


PATIENCE = Patience()


class Unreadable(Exception):
    """The log holds an event that nobody can read, and that may have been a denial."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"event {seq} cannot be read and may have been a denial")


class WorkersDied(Exception):
    """The thread was taken over time and again, and nobody said why its workers stopped."""

    def __init__(self, times: int) -> None:
        super().__init__(f"{times} workers in a row stopped while they had this thread")


def put_off(error: Exception, masks: Masks) -> str:
    """What is logged in one line where the world puts us off, as a mail server does with a 4xx; empty: nobody expects this."""
    what = error.error if isinstance(error, Stuck) else error
    return cause_of(what, masks) if isinstance(what, PUT_OFF) else ""


async def set_aside(
    store: Store, session: Session, error: Exception, patience: Patience
) -> int | None:
    """Let go of the thread with a letter that says why, to be looked at again or parked for good.

    How often it has failed since it last came to rest; None: the store was away, which is no failure of it.
    """
    stuck = error if isinstance(error, Stuck) else Stuck("other", error)
    if isinstance(stuck.error, STORE_AWAY):
        # That says nothing of the thread: it was not heard, and as soon as there is a store again it will be.
        await store.release(session.lease)
        return None
    now, before = await store.now(), await store.letter(session.lease.thread)
    tries = before.tries + 1 if before else 1
    letter = Letter(
        id=session.lease.thread,
        at=now,
        tries=tries,
        stage=stuck.stage,
        cause=cause_of(stuck.error, session.masks),
        seq=stuck.seq,
        head=session.read_to,
        again=None if patience.is_over(tries, stuck.error) else now + patience.pause_ms(tries),
    )
    if await store.park(session.lease, letter) and letter.is_dead:
        log.error("parked", thread=letter.id, stage=letter.stage, cause=letter.cause, tries=tries)
    return tries
