"""Plan: what becomes of the slots that have come since the last ones were settled. Pure; each ends in exactly one outcome.

In this order: a schedule that is suspended, paused or halted runs none; none starts later than its deadline; of those that no
clock was there for so many run as `missed` says; and of those left as many as its concurrency allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from bot.core.slots import Slot
from bot.kit.schedule import Schedule

MISSED_MS = 60_000
"""A slot that is found so late was missed: clocks look every second, and a deploy takes less than a minute."""
MOST_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Situation:
    """What holds when slots are settled: the store's time, until when they are settled, and what may keep a slot from running.

    `held`: an error alone keeps the busy thread, and it is over when the next slot comes; `own`: a schedule began it, and may end it.
    """

    now: int
    until: int
    busy: str | None = None
    thread: str = ""
    paused: str = ""
    halted: str | None = None
    held: bool = False
    own: bool = True


def due(schedule: Schedule, situation: Situation) -> list[int]:
    """The slots to settle, the oldest first; of very many only the first ones."""
    return list(islice(schedule.cron.slots(situation.until, situation.now), MOST_AT_ONCE))


def settled(schedule: Schedule, situation: Situation, slots: Sequence[int]) -> tuple[Slot, ...]:
    """What becomes of each of these; neighbours that end in the same way are one entry."""
    why = dict.fromkeys(slots, "")
    rules = (_stopped, _late, _missed, _crowded)
    for rule in rules:
        open_slots = [slot for slot in slots if not why[slot]]
        why |= rule(schedule, situation, open_slots)
    replaces = schedule.concurrency_policy == "replace" and situation.own
    ends = situation.held or (replaces and situation.busy)
    replaced = situation.thread if ends else ""
    return tuple(_grouped(slots, why, replaced))


Rule = Callable[[Schedule, Situation, Sequence[int]], dict[int, str]]


def _stopped(schedule: Schedule, situation: Situation, slots: Sequence[int]) -> dict[int, str]:
    if schedule.suspend:
        return dict.fromkeys(slots, "suspended in agent.md")
    if situation.paused:
        return dict.fromkeys(slots, f"paused by {situation.paused}")
    if situation.halted is not None:
        return dict.fromkeys(slots, f"halted by {situation.halted}")
    return {}


def _late(schedule: Schedule, situation: Situation, slots: Sequence[int]) -> dict[int, str]:
    most = schedule.starting_deadline_seconds
    if most is None:
        return {}
    why = f"too late: more than {most} s after its time"
    return {slot: why for slot in slots if situation.now - slot > most * 1000}


def _missed(schedule: Schedule, situation: Situation, slots: Sequence[int]) -> dict[int, str]:
    """A slot of the last minute is in time, whatever is said of missed ones; it is one of the last ones all the same."""
    most = schedule.missed.most
    if len(slots) == MOST_AT_ONCE:
        return dict.fromkeys(slots, "missed: no clock ran then")
    if most == 0:
        late = [slot for slot in slots if situation.now - slot >= MISSED_MS]
        return dict.fromkeys(late, "missed: no clock ran then")
    why = "missed: only the latest counts" if most == 1 else f"missed: only the last {most} count"
    return dict.fromkeys(slots[:-most], why)


def _crowded(schedule: Schedule, situation: Situation, slots: Sequence[int]) -> dict[int, str]:
    match schedule.concurrency_policy:
        case "allow":
            return {}
        case "replace":
            return dict.fromkeys(slots[:-1], "replaced by a later slot")
        case "forbid":
            if situation.busy is not None and not situation.held:
                return dict.fromkeys(
                    slots, f"{situation.thread} is still at it: {situation.busy}"[:300]
                )
            why = "caught up together with one before it, and forbid runs the first alone"
            return dict.fromkeys(slots[1:], why)


def _grouped(slots: Iterable[int], why: dict[int, str], replaced: str) -> Iterable[Slot]:
    for reason, same in groupby(slots, key=lambda slot: why[slot]):
        found = list(same)
        if reason:
            last = found[-1] if len(found) > 1 else 0
            yield Slot(at=found[0], outcome="skipped", why=reason, last=last, count=len(found))
        else:
            yield from (Slot(at=slot, outcome="ran", replaces=replaced) for slot in found)
