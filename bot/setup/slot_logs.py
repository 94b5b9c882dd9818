"""Slot logs: where what is settled of a schedule is kept: on a log a month, and one for what is said of it.

A commit's id is the instant after which it settles, and its log that instant's month; so of any number of clocks, whatever
they think the time is, the first one to settle what comes after an instant has settled it, and each says where the next one is.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice

from bot.core.events import Event
from bot.core.slots import PREFIX, SlotsSettled

MADE = f"{PREFIX}made"
"""The log of what was said of schedules in conversation."""
SHOWN_MONTHS = 13


def root_of(schedule: str) -> str:
    """The log of what is said of a schedule: since when it is there, who paused it, who ran it beside its slots."""
    return PREFIX + b32encode(sha256(schedule.encode()).digest())[:11].decode().lower()


def log_of(schedule: str, after: int) -> str:
    """The log on which it is settled what comes after this instant."""
    if after == 0:
        return root_of(schedule)
    return f"{root_of(schedule)}-{datetime.fromtimestamp(after / 1000, UTC):%Y%m}"


def fares_of(schedule: str) -> str:
    """The log of how a schedule fares."""
    return f"{root_of(schedule)}-fares"


def first_of(root: Sequence[Event]) -> SlotsSettled | None:
    """Since when a clock looks at it; None: none did yet."""
    settled = (event for event in root if isinstance(event, SlotsSettled))
    return next((event for event in settled if event.after == 0), None)


def year(now: int, since: int) -> Iterator[int]:
    """The months that are looked back upon."""
    return islice(months(now, since), SHOWN_MONTHS)


def months(now: int, since: int) -> Iterator[int]:
    """An instant of each month since then, the latest first; of the next one too, for the store's own clock may have been set back."""
    instant = max(now, since)
    day = datetime.fromtimestamp(instant / 1000, UTC).replace(day=15) + timedelta(days=31)
    while instant >= since:
        day = day.replace(day=15)
        instant = int(day.timestamp()) * 1000
        yield instant
        day -= timedelta(days=31)
