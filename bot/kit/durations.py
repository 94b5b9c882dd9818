"""Durations: how long, in seconds, from the way people write it."""

from __future__ import annotations

import re

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_WRITTEN = re.compile(r"(\d{1,9})\s*([smhdw])")


def written(seconds: int) -> str:
    """So many seconds as people write them in a policy: `2h`, `7d`."""
    unit = next(each for each in "dhms" if seconds % _SECONDS[each] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def seconds_of(written: object) -> int:
    """The seconds of `90`, `4s`, `5m`, `2h`, `7d` or `1w`; ValueError names what was expected."""
    if isinstance(written, int) and not isinstance(written, bool) and written > 0:
        return written
    found = _WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
    if found is None or int(found[1]) == 0:
        message = f"a duration is written like 4s, 5m, 2h or 7d, not {str(written)[:40]!r}"
        raise ValueError(message)
    return int(found[1]) * _SECONDS[found[2]]
