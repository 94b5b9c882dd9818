"""Wait: one thing that a thread waits for, as `bot why` tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One thing that a thread waits for. `of` are people, `commands` move it, `barred` who may not and why."""

    what: str
    text: str
    since: int | None = None
    until: int | None = None
    of: tuple[str, ...] = ()
    call: str = ""
    tool: str = ""
    request: str = ""
    version: int | None = None
    votes: tuple[str, ...] = ()
    missing: int = 0
    barred: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
