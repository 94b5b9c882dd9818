"""Durations: how long, in seconds, from the way people write it."""

from __future__ import annotations

import re

SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
LONGEST_SECONDS = 3_660 * 86_400  # Ten years: what lies much further off no clock can show.
_WRITTEN = re.compile(r"(\d{1,9})\s*([smhdw])")


class TooLong(ValueError):
    """A length of time that no calendar reaches to the end of."""


def written(seconds: int) -> str:
    """So many seconds as people write them in a policy: `2h`, `7d`."""
    unit = next(each for each in "dhms" if seconds % SECONDS[each] == 0)
    return f"{seconds // SECONDS[unit]}{unit}"


def seconds_of(written: object) -> int:
    """The seconds of `90`, `4s`, `5m`, `2h`, `7d` or `1w`; ValueError names what was expected."""
    if isinstance(written, int) and not isinstance(written, bool) and written > 0:
        return within(written, written)
    found = _WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
    if found is None or int(found[1]) == 0:
        message = f"a duration is written like 4s, 5m, 2h or 7d, not {str(written)[:40]!r}"
        raise ValueError(message)
    return within(int(found[1]) * SECONDS[found[2]], written)


def within(seconds: int, written: object) -> int:
    """The same seconds; `TooLong` where that is more than anybody waits for."""
    if seconds > LONGEST_SECONDS:
        message = f"{str(written)[:40]!r} is more than ten years"
        raise TooLong(message)
    return seconds
