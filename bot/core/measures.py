"""Measures: by what the use of a day or of an hour is limited, for all, for an agent or for a person. Times are in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

Measure = Literal["micro_usd", "tokens", "steps", "calls", "wall_ms", "cards"]
Amounts = Mapping[str, int]
"""How much of each measure; one that is not named is not there."""

MEASURES: tuple[Measure, ...] = ("micro_usd", "tokens", "steps", "calls", "wall_ms", "cards")
HOURLY: frozenset[str] = frozenset({"cards"})
"""What an hour of the clock limits; everything else is limited by the day."""
DAY_MS, HOUR_MS = 86_400_000, 3_600_000


def day_of(at: int) -> str:
    """The day of this time, in milliseconds since the epoch."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%d}"


def period_of(measure: str, at: int) -> str:
    """The day of this time, or its hour (`2026-01-31T14`), whichever limits this measure."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%d{'T%H' if measure in HOURLY else ''}}"


def is_alike(measure: str, one: int, other: int) -> bool:
    """Whether both times are of one day, or of one hour if that limits this measure."""
    lasts = HOUR_MS if measure in HOURLY else DAY_MS
    return one // lasts == other // lasts


def end_of(period: str) -> int:
    """When this day or hour is over, in milliseconds since the epoch; what is neither is over."""
    try:
        begin = datetime.fromisoformat(f"{period}:00" if "T" in period else period)
    except ValueError:
        return 0
    lasts = HOUR_MS if "T" in period else DAY_MS
    return int(begin.replace(tzinfo=UTC).timestamp()) * 1000 + lasts


def together(one: Amounts, other: Amounts) -> dict[str, int]:
    """Both of them added up."""
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


def of_most(measure: str, used: int, most: int) -> str:
    """How much is used of what may be, in words: `1.02 of 1.00 USD`."""
    match measure:
        case "micro_usd":
            places = 2 if most >= 1_000_000 else 4  # A limit of cents is not 0.00 of 0.00.
            return f"{used / 1_000_000:.{places}f} of {most / 1_000_000:.{places}f} USD"
        case "wall_ms":
            return f"{used // 1000:,} of {most // 1000:,} s of work"
        case _:
            return f"{used:,} of {most:,} {measure}"


def scoped(scope: str) -> str:
    """Whom a limit is for, in words."""
    return "the whole bot" if scope == "all" else scope.replace(":", " ")
