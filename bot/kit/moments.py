"""Moments: a time to come, from the way people write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.kit.durations import LONGEST_SECONDS, TooLong, seconds_of

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def moment_of(written: str, now: int, zone: str) -> int:
    """What `09:00`, `2h` or `2026-05-04 09:00` means at this time in this time zone, in milliseconds since the epoch.

    A time of day is the next one to come. ValueError names what was expected.
    """
    then = _moment(written, now, zone)
    if abs(then - now) > LONGEST_SECONDS * 1000:
        message = f"{written[:40]!r} is more than ten years away"
        raise ValueError(message)
    return then


def _moment(written: str, now: int, zone: str) -> int:
    here = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone))
    written = written.strip()
    if clock := _CLOCK.fullmatch(written):
        then = here.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
        return _ms(then if then > here else then + timedelta(days=1))
    try:
        return now + seconds_of(written) * 1000
    except TooLong:
        raise
    except ValueError:
        pass
    try:
        then = datetime.fromisoformat(written)
        return _ms(then if then.tzinfo else then.replace(tzinfo=here.tzinfo))
    except (ValueError, OverflowError):
        message = (
            f"a time to come is written like 09:00, 2h or 2026-05-04 09:00, not {written[:40]!r}"
        )
        raise ValueError(message) from None


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
