"""Slots: what became of the times at which a schedule came due, on a log of its own. Each slot is settled once, before anything begins.

A log of slots is a thread as far as the store, a rebuild and the commands go; nobody works in it and no model is asked.
"""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from bot.core.values import Address, Base, Value


class Slot(Value):
    """One slot, or `count` of them up to `last` that all ended so. `person` began it beside the schedule.

    What ran began `thread` at `address`, with a `fallback` where there is one, in the place of the work that it `replaces`.
    """

    at: int
    outcome: Literal["ran", "skipped", "failed"]
    why: str = ""
    last: int = 0
    count: int = 1
    thread: str = ""
    address: Address | None = None
    fallback: Address | None = None
    replaces: str = ""
    person: str = ""


class SlotsSettled(Base):
    """All slots `after` one instant and not after `until`; without any, the schedule `said` begins then.

    Its id follows from the schedule and `after`, so that of many clocks one alone settles what comes next. `thread` is the
    latest that the schedule began.
    """

    type: Literal["SlotsSettled"] = "SlotsSettled"
    schedule: str
    after: int
    until: int
    said: str = ""
    thread: str = ""
    slots: tuple[Slot, ...] = ()


class ScheduleSet(Base):
    """What a schedule is from now on, as it was said in `thread` by leave of a human; without `terms` it is no more.

    `creator` asked for it, and counts as one who asks for whatever it leads to.
    """

    type: Literal["ScheduleSet"] = "ScheduleSet"
    schedule: str
    terms: dict[str, JsonValue] = {}  # noqa: RUF012 - pydantic copies it
    creator: str = ""
    thread: str = ""


PREFIX = "slots-"
"""How the names of these logs begin; those of threads begin with a `t`."""
