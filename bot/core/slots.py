"""Slots: what became of the times at which a schedule came due, on a log of its own. Each slot is settled once, before anything begins.

A log of slots is a thread as far as the store, a rebuild and the commands go; nobody works in it and no model is asked.
"""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from bot.core.values import Address, Base, Value


class Slot(Value):
    """One slot, or `count` of them up to `last` that all ended so. `person` began it beside the schedule; `askers` are those whose words led to that.

    What ran began `thread` at `address`, with a `fallback` where there is one, in the place of the work that it `replaces`;
    `quiet` where its schedule was failing, so that one more failure is counted and told with the others.
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
    askers: tuple[str, ...] = ()
    quiet: bool = False


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

    `creator` asked for it, and counts as one who asks for whatever it leads to; so do the `askers`, whose words led to the call that made it.
    """

    type: Literal["ScheduleSet"] = "ScheduleSet"
    schedule: str
    terms: dict[str, JsonValue] = {}  # noqa: RUF012 - pydantic copies it
    creator: str = ""
    askers: tuple[str, ...] = ()
    thread: str = ""


class ScheduleFared(Base):
    """How a schedule fares: `failed` slots `since` that instant, 0 where it works; `slots` are the latest that were counted.

    Each follows the one of the `number` before it, so that of many clocks one alone says what comes next. What is `told` stands in
    a thread at `address` too, for the `times`th time since it fails; `spoken` is when anything was told last, by the store's time.
    """

    type: Literal["ScheduleFared"] = "ScheduleFared"
    schedule: str
    number: int
    since: int = 0
    failed: int = 0
    slots: tuple[int, ...] = ()
    told: Literal["", "failing", "failing_still", "works_again"] = ""
    times: int = 0
    spoken: int = 0
    text: str = ""
    agent: str = ""
    address: Address | None = None
    fallback: Address | None = None


def tick_id(schedule: str, at: int) -> str:
    """The identity of what begins the slot of that instant, whoever begins it."""
    return f"cron:{schedule}@{at}"


PREFIX = "slots-"
"""How the names of these logs begin; those of threads begin with a `t`."""


def place_of(thread: str) -> str:
    """The log that says which slot's thread may speak at an address, by the name that a thread there would have."""
    return f"{PREFIX}{thread}"
