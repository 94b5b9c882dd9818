"""Digest: what is said of a schedule that fails. Its first failure, then how many there were, then that it works again; never one by one.

Pure. A failure is told at once, unless something was told of this schedule within the hour; the others are counted, and told together
an hour later, then once a day. It works again when the latest slot of which anything is known did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core.slots import ScheduleFared, Slot
from bot.kit.slotbook import Fate

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
FORGOTTEN_MS = 7 * DAY_MS
"""What is found to have failed so much later is told to nobody."""
WINDOW = 50
"""So many of the latest slots are looked at."""
UNTOLD = 20
"""So many failures are put on record before it is time to tell of them: the window forgets what it has left behind."""
MOST_WHY = 500
Told = Literal["", "failing", "failing_still", "works_again"]
Local = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Seen:
    """A slot and what became of it."""

    slot: Slot
    fate: Fate


def following(
    schedule: str, last: ScheduleFared | None, seen: Sequence[Seen], now: int, local: Local
) -> ScheduleFared | None:
    """What comes on record next of how a schedule fares, in the order of its slots; None: nothing new. `local` writes an instant."""
    closed = [each for each in seen if each.fate.state in ("well", "failed")]
    new = _new(last, closed, now)
    works = bool(closed) and closed[-1].fate.state == "well"
    if last is None or not last.since:
        told = _told_of_failure(last, now) if new else ""
        if not told and (last is not None or not works):
            return None
    else:
        told = "works_again" if works else _told_again(last, new, now)
        if not told and len(new) < UNTOLD:
            return None
    return _said(schedule, last, [each.slot.at for each in new], told, closed, now, local)


def failures(last: ScheduleFared, seen: Sequence[Seen], now: int) -> int:
    """How often it has failed since then, also what is not put on record yet."""
    return last.failed + len(_new(last, seen, now))


def _new(last: ScheduleFared | None, closed: Sequence[Seen], now: int) -> list[Seen]:
    """The failures that are not counted yet. Of what was before anybody looked only what still lasts."""
    if last is None:
        wells = [place for place, each in enumerate(closed) if each.fate.state == "well"]
        closed = closed[wells[-1] + 1 :] if wells else closed
    failed = (each for each in closed if each.fate.state == "failed")
    counted = last.slots if last else ()
    return [
        each for each in failed if each.slot.at not in counted and now - each.slot.at < FORGOTTEN_MS
    ]


def _told_of_failure(last: ScheduleFared | None, now: int) -> Told:
    """One that fails and works by turns is told of no oftener than that."""
    return "failing" if last is None or now - last.spoken >= HOUR_MS else ""


def _told_again(last: ScheduleFared, new: Sequence[Seen], now: int) -> Told:
    pause = HOUR_MS if last.times == 1 else DAY_MS
    return "failing_still" if new and now - last.spoken >= pause else ""


def _said(
    schedule: str,
    last: ScheduleFared | None,
    new: Sequence[int],
    told: Told,
    closed: Sequence[Seen],
    now: int,
    local: Local,
) -> ScheduleFared:
    was = last if last and last.since else None
    since = was.since if was else (new[0] if new else 0)
    failed = (was.failed if was else 0) + len(new)
    counted = (*(last.slots if last else ()), *new)[-2 * WINDOW :]
    latest = next((each for each in reversed(closed) if each.fate.state == "failed"), None)
    until = max([since, *counted])
    over = told == "works_again" or not (was or new)
    return ScheduleFared(
        id=f"fared:{schedule}>{last.number + 1 if last else 0}",
        schedule=schedule,
        number=last.number + 1 if last else 0,
        since=0 if over else since,
        failed=0 if over else failed,
        slots=counted,
        told=told,
        times=0 if over else (was.times if was else 0) + bool(told),
        spoken=now if told else (last.spoken if last else 0),
        text=_text(schedule, failed, local(since), local(until), told, latest) if told else "",
        address=was.address if was else None,
        fallback=was.fallback if was else None,
    )


def _text(
    schedule: str, failed: int, since: str, until: str, told: Told, latest: Seen | None
) -> str:
    """In hardly any language, for the sentence around it has one."""
    span = since if failed == 1 else f"{failed}x, {since} to {until}"
    why = f": {latest.fate.why[:MOST_WHY].rstrip('.')}" if latest and told != "works_again" else ""
    return f"{schedule} ({span}){why}"
