"""Judge: the outside ledger against the logs. It believes the ledger, and looks at logs for what permits it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from bot.core import status
from bot.core.effects import next_effects
from bot.core.events import (
    Delivered,
    Event,
    OutcomeUnknown,
    Previewed,
    ToolEnded,
    ToolStarted,
    Verdict,
)
from bot.core.names import call_id
from bot.core.reducer import replay
from tests.storm.crew import GRACE_SECONDS, Fault
from tests.storm.ledger import Line
from tests.storm.people import Said
from tests.storm.power import Cut

SURFACED_SECONDS = 60.0
TOOL_SECONDS = 4.0
"""The time limit of each tool of the storm."""
NEW_SECONDS = 1.0
MIDST_SECONDS = 0.02
"""What a line takes to be written on a busy machine."""
ANSWERS = 5
"""How many a round waits for on its way to a claim: the halts, twice, the lease and the log where it was held up, the claim."""
ONCE = ("pay", "sign")


@dataclass(frozen=True)
class Evidence:
    """All that is known of one storm. `excused` says whether a power loss may have taken what was done then."""

    logs: Mapping[str, Sequence[Event]]
    ledger: Mapping[str, Sequence[Line]]
    said: Sequence[Said]
    faults: Sequence[Fault]
    excused: Callable[[float], bool]
    slowest: Callable[[float, float], float]


def nothing_is_excused(at: float) -> bool:
    return False


def within(cuts: Sequence[Cut]) -> Callable[[float], bool]:
    """Whether a moment lies in what one of the cuts may have taken."""
    return lambda at: any(cut.since - 0.1 <= at <= cut.back for cut in cuts)


def violations(seen: Evidence) -> list[str]:
    """What broke, one sentence each; empty: every promise was kept."""
    found: list[str] = []
    for thread, log in seen.logs.items():
        ledger = seen.ledger.get(thread, ())
        mine = [said for said in seen.said if said.thread == thread]
        for check in (
            _arrivals(log, mine, seen),
            _starts(log, ledger, seen),
            _approvals(log, ledger, seen),
            _shown_once(ledger, seen),
            _shown(log, ledger),
            _surfaced(log, ledger, seen),
            _at_rest(thread, log),
        ):
            found += [f"{thread}: {what}" for what in check]
    return [*found, *_rolled(seen)]


def late(seen: Evidence) -> list[str]:
    """What came about, but later than it should on a machine that does little else."""
    lines = [line for ledger in seen.ledger.values() for line in ledger]
    waits = [wait for ledger in seen.ledger.values() for wait in told(ledger, seen)]
    return [*_ended_late(seen), *_began_late(lines, seen), *_told_late(waits)]


# ---- what was said to it -----------------------------------------------------------------------------
def _arrivals(log: Sequence[Event], said: Sequence[Said], seen: Evidence) -> Iterator[str]:
    count = Counter(event.id for event in log)
    for id, times in count.items():
        if times > 1:
            yield f"{id} stands {times} times in the log"
    certain = [each for each in said if not seen.excused(each.at)]
    for each in certain:
        if not count[each.event.id]:
            yield f"{each.event.type} {each.event.id} was acknowledged and is lost"
    place = {event.id: number for number, event in enumerate(log)}
    # What was said again after a power loss stands where it stood, if it was not lost.
    again = Counter(each.event.id for each in said)
    order = [place[id] for each in certain if again[id := each.event.id] == 1 and id in place]
    if order != sorted(order):
        yield f"arrivals stand in another order than they were acknowledged in: {order}"
    if any(later.at < event.at for event, later in pairwise(log)):
        yield "the log's times go back"


# ---- what it did -------------------------------------------------------------------------------------
def _starts(log: Sequence[Event], ledger: Sequence[Line], seen: Evidence) -> Iterator[str]:
    retries = Counter(
        call_id(event.request)
        for event in log
        if isinstance(event, Verdict) and event.text == "retry"
    )
    claims = Counter(event.call for event in log if isinstance(event, ToolStarted))
    for call, starts in _by_call(ledger):
        tool, keys = starts[0].tool, {start.key for start in starts}
        certain = sum(not seen.excused(start.at) for start in starts)
        if len(keys) > 1:
            yield f"{tool} {call} ran under {len(keys)} keys"
        if tool != "look" and certain > claims[call]:
            yield f"{tool} {call} was started {certain} times on {claims[call]} claims"
        if tool in ONCE and certain > 1 + retries[call]:
            yield f"{tool} {call} was started {certain} times, and a human said {retries[call]} times again"


def _by_call(ledger: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    calls: dict[str, list[Line]] = {}
    for line in ledger:
        if line.what == "start":
            calls.setdefault(line.call, []).append(line)
    return list(calls.items())


def _approvals(log: Sequence[Event], ledger: Sequence[Line], seen: Evidence) -> Iterator[str]:
    for call, starts in _by_call(ledger):
        if starts[0].tool == "sign" and not seen.excused(starts[0].at):
            approved = _approved_at(log, call)
            if approved is None or approved > starts[0].at + 0.001:
                yield f"sign {call} was started without an approval before it"


def _approved_at(log: Sequence[Event], call: str) -> float | None:
    """When the first word came that names the card as it was shown."""
    digests: dict[str, str] = {}
    for event in log:
        if isinstance(event, Previewed) and event.call == call:
            digests[f"{call}-v{event.version}"] = event.card.digest
        valid = isinstance(event, Verdict) and (event.word, event.actor) == ("approve", "bob")
        if valid and isinstance(event, Verdict) and digests.get(event.request) == event.digest:
            return event.at / 1000
    return None


def _shown_once(ledger: Sequence[Line], seen: Evidence) -> Iterator[str]:
    shown: dict[str, list[Line]] = {}
    written_at = 0.0
    for line in ledger:
        if (
            line.what == "show"
            and not seen.excused(line.at)
            and not _held_up(line, written_at, seen)
        ):
            shown.setdefault(line.key, []).append(line)
        written_at = max(written_at, line.at)
    for key, times in shown.items():
        if len(times) > 1:
            by = ", ".join(f"{line.pid} at {line.at:.3f}" for line in times)
            yield f"{times[0].kind} {key} was shown {len(times)} times, by {by}"


def _shown(log: Sequence[Event], ledger: Sequence[Line]) -> Iterator[str]:
    """What the log calls delivered was shown: no power loss takes anything off the wall."""
    seen = {line.key for line in ledger if line.what == "show"}
    for event in log:
        if isinstance(event, Delivered) and event.key not in seen:
            yield f"{event.key} counts as delivered and nobody saw it"


def _held_up(line: Line, written_at: float, seen: Evidence) -> bool:
    """Whether its process was stopped in the midst of this: as soon as it began, or before others wrote what stands above it.

    Nobody can call back what is on its way; what is looked at last is looked at before it begins.
    """
    latest = max(written_at, line.at + MIDST_SECONDS)
    return any(
        fault.kind == "stop" and fault.pid == line.pid and line.at <= fault.at <= latest
        for fault in seen.faults
    )


# ---- what it owed ------------------------------------------------------------------------------------
def _surfaced(log: Sequence[Event], ledger: Sequence[Line], seen: Evidence) -> Iterator[str]:
    doubted = {event.call for event in log if isinstance(event, OutcomeUnknown)}
    shown = {line.call: line.at for line in reversed(ledger) if line.kind == "UnknownOutcome"}
    settled = {event.call for event in log if isinstance(event, ToolEnded)}
    for call in doubted - settled:
        if call not in shown:
            yield f"nobody was told that the outcome of {call} is unknown"
    for line, waited in told(ledger, seen):
        if waited == inf:
            yield f"{line.tool} {line.call} was killed, and nobody was told"


def told(ledger: Sequence[Line], seen: Evidence) -> Iterator[tuple[Line, float]]:
    """What a death cut off, and how many seconds later it was said; infinitely many if never. A second try is told of anew."""
    shown = [line for line in ledger if line.kind == "UnknownOutcome"]
    ended = {(line.key, line.pid) for line in ledger if line.what == "end"}
    died = {fault.pid: fault.at for fault in seen.faults if fault.kind == "kill"}
    for line in ledger:
        cut_off = line.what == "start" and line.tool in ONCE and (line.key, line.pid) not in ended
        if cut_off and line.pid in died and not seen.excused(line.at):
            since = (each.at for each in shown if each.call == line.call and each.at > line.at)
            yield line, min(since, default=inf) - died[line.pid]


def _at_rest(thread: str, log: Sequence[Event]) -> Iterator[str]:
    now = replay(thread, log)
    if effects := next_effects(now):
        yield f"is owed {effects[0]}"
    elif status.phase(now) != "resting":
        yield f"is {status.phase(now)}, not at rest"


# ---- who was told to end -----------------------------------------------------------------------------
def _rolls(seen: Evidence) -> dict[int, Fault]:
    return {fault.pid: fault for fault in seen.faults if fault.kind == "roll"}


def _rolled(seen: Evidence) -> Iterator[str]:
    rolled = _rolls(seen)
    for fault in rolled.values():
        if fault.status != 0:
            yield f"process {fault.pid} ended with {fault.status} when told to"
    for lines in seen.ledger.values():
        ended = {(line.key, line.pid) for line in lines if line.what == "end"}
        for line in lines:
            left = line.what == "start" and (line.key, line.pid) not in ended
            # What began earlier had run out of its own time by then, as in a process that had been stopped.
            if left and (fault := rolled.get(line.pid)) and line.at > fault.at - TOOL_SECONDS:
                yield f"process {line.pid} left {line.tool} {line.call} unended when told to end"


# ---- how soon ----------------------------------------------------------------------------------------
def _told_late(waits: Iterable[tuple[Line, float]]) -> Iterator[str]:
    for line, waited in waits:
        if SURFACED_SECONDS < waited < inf:
            yield f"{line.tool} {line.call} was killed, and that was said after {waited:.0f} s"


def _ended_late(seen: Evidence) -> Iterator[str]:
    for fault in _rolls(seen).values():
        if fault.until - fault.at > GRACE_SECONDS:
            yield f"process {fault.pid} took {fault.until - fault.at:.1f} s to end"


def _began_late(lines: Iterable[Line], seen: Evidence) -> Iterator[str]:
    """A round that was under way goes on to its claim, which is a few answers of Redis away on any machine."""
    rolled = _rolls(seen)
    for line in lines:
        if line.what == "start" and (fault := rolled.get(line.pid)):
            passed = line.at - fault.at - ANSWERS * seen.slowest(fault.at, fault.until)
            if passed > NEW_SECONDS:
                yield f"process {line.pid} began {line.tool} {passed:.1f} s after it was told to end"
