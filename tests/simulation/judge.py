"""Judge: the outside's ledger against the logs. It asks no worker and no fold what was allowed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from bot.core import outbox
from bot.core.effects import timers
from bot.core.events import (
    DecideFailed,
    Delivered,
    DeliveryFailed,
    Event,
    Forked,
    Halted,
    Lifted,
    Paused,
    StepDecided,
    ToolEnded,
    Verdict,
)
from bot.core.house import HOUSE
from bot.core.names import version_of
from bot.core.reducer import replay
from bot.core.thread import Asked, Call, Closed, Sleeping, Started, Thinking, Thread, asked_about
from bot.engine.commit import ARRIVAL_SEEN_SECONDS, COMMIT_SEEN_SECONDS
from tests.simulation.fairness import against
from tests.simulation.record import Record, is_retry, is_words, may_end
from tests.simulation.world import Letter, World

# People's ids, a fork's and the clock's, whole: facts may begin alike.
ARRIVAL = re.compile(r"[mvfcnkh]\d+|timer:.*")


HALT_MS = 5_000
OTHER = "mallory"
LONG_SECONDS = 600
LADDER = {False: 2, True: 1}
"""How often the clerk's policy calls whoever is asked, and the one who is told after that."""


class Violation(AssertionError):
    """A life broke a promise."""


# ---- while it is calm ------------------------------------------------------------------------------------------------
def surfaced(world: World, threads: list[Thread]) -> None:
    """At rest everything that waits for a human can be seen by one, and everything that waits for a time has its timer."""
    seen = {(each.thread, each.message.key) for each in world.ledger.shown}
    for thread in threads:
        for name, at in (*timers(thread).items(), *_ends(thread)):
            if world.server.timers.get((thread.id, name)) != at:
                raise Violation(f"the timer {name} was lost")
        doubtful = [call for call in thread.calls if not call.proposal.idempotent]
        started = [call.id for call in doubtful if isinstance(call.phase, Started)]
        if started:
            raise Violation(f"nobody says that the outcome of {started[0]} is unknown")
        if late := _answered_by_itself(world, thread):
            raise Violation(f"{late} is asked about, and its end is on the log")
        if untold := _untold(
            thread, {key for _, key in seen}, world.ledger.forks.get(thread.id, 0)
        ):
            raise Violation(f"nobody was told {untold}")
        unseen = [each.key for each in _waiting(world, thread) if (thread.id, each.key) not in seen]
        if unseen:
            raise Violation(f"nobody can see {unseen[0]}")


def _ends(thread: Thread) -> Iterator[tuple[str, int]]:
    """When what is waited for is over, whatever timers the core asks for."""
    for call in thread.calls:
        match call.phase:
            case Sleeping(until):
                yield call.id, until
            case Asked(until=int(until)):
                yield call.request, until
            case _:
                pass
    if isinstance(thread.turn, Thinking) and thread.turn.retry_at is not None:
        yield "retry", thread.turn.retry_at


def _answered_by_itself(world: World, thread: Thread) -> str | None:
    """A call whose outcome is asked about though its tool has told it; a failure says nothing of a later run."""
    asked = {(call.id, call.begun): call.runs for call in asked_about(thread, "unknown")}
    for event in world.log(thread.id) if asked else ():
        runs = asked.get((event.call, event.n)) if isinstance(event, ToolEnded) else None
        if (
            runs
            and isinstance(event, ToolEnded)
            and not (event.outcome == "failed" and event.run < runs)
        ):
            return event.call
    return None


def _untold(thread: Thread, shown: set[str], begins: int) -> str | None:
    """What counts as said, or is the frame's own to say, and nobody ever saw."""
    owed = [] if thread.paused else [notice.key for notice in thread.notices]
    for call in thread.calls:
        is_said = isinstance(call.phase, Closed) and call.phase.outcome == "said"
        if is_said and call.step >= begins and call.proposal.arguments.get("message"):
            owed += [] if any(key.startswith(call.id) for key in shown) else [call.id]
    return owed[0] if owed else None


def _waiting(world: World, thread: Thread) -> list[outbox.Waiting]:
    """What is asked, but for what no address took: that stands in the list of what is pending alone."""
    bounced = {event.key for event in world.log(thread.id) if isinstance(event, DeliveryFailed)}
    asked = {
        call.request
        for call in asked_about(thread, "approval", "question", "unknown")
        if isinstance(call.phase, Asked) and not bounced & {call.request}
    }
    return [] if thread.paused else [e for e in outbox.pending(thread) if e.request in asked]


# ---- at the end ------------------------------------------------------------------------------------------------------
def violations(world: World) -> list[str]:
    """Everything that this life broke."""
    return [
        *world.ledger.breaches,
        *_of_letters(world),
        *_of_facts(world),
        *_of_messages(world),
        *_of_reminders(world),
        *_of_starts(world),
        *_of_logs(world),
    ]


def _of_letters(world: World) -> Iterator[str]:
    """What was acknowledged is on one log, once; what was acknowledged before something else was sent stands before it."""
    places = defaultdict[str, list[tuple[str, int]]](list)
    for name in world.server.logs:
        own = world.ledger.forks.get(name, 0)
        for place, event in Record(world.log(name)[own:]).events:
            places[event.id].append((name, place))
    for letter in world.ledger.letters:
        if [name for name, _ in places[letter.event.id]] != [letter.thread]:
            yield f"{letter.event.id} was acknowledged and is on {len(places[letter.event.id])} logs"
            return
    by_thread = defaultdict[str, list[tuple[int, Letter]]](list)
    for letter in world.ledger.letters:
        by_thread[letter.thread].append((places[letter.event.id][0][1], letter))
    for placed in by_thread.values():
        yield from _out_of_order(placed)


def _out_of_order(placed: list[tuple[int, Letter]]) -> Iterator[str]:
    latest_offer = 0
    for _, letter in sorted(placed, key=lambda pair: pair[0]):
        if (letter.acknowledged or 0) < latest_offer:
            yield f"{letter.event.id} stands after what was sent later"
        latest_offer = max(latest_offer, letter.offered)


def _of_facts(world: World) -> Iterator[str]:
    """What a worker was told is written is written."""
    written = {(name, event.id) for name in world.server.logs for event in world.log(name)}
    for thread, id in world.ledger.answered:
        if (thread, id) not in written:
            yield f"{id} was answered for and is not on the log"


def _of_messages(world: World) -> Iterator[str]:
    """Everything shown is shown once, and whatever the log calls delivered was shown."""
    shown = Counter((each.thread, each.message.key) for each in world.ledger.shown)
    yield from (f"{key} was shown {times} times" for (_, key), times in shown.items() if times > 1)
    for name in world.server.logs:
        for event in world.log(name)[world.ledger.forks.get(name, 0) :]:
            if isinstance(event, Delivered) and not shown[name, event.key]:
                yield f"{event.key} counts as delivered and nobody saw it"


def _of_reminders(world: World) -> Iterator[str]:
    """Nobody is called oftener than the ladder says, but who asked for it; and none who waits that long is left out."""
    told = Counter[tuple[str, str, str]]()
    for each in world.ledger.shown:
        if isinstance(each.message, outbox.Reminder):
            told.update((each.thread, each.message.request, person) for person in each.message.to)
    for (thread, request, person), times in told.items():
        events = Record(world.log(thread)).events
        asked = sum(
            isinstance(event, Verdict) and event.word == "later" and event.actor == person
            for _, event in events
        )
        # What others were still to be told of an earlier showing is told of the one that took its place.
        before = (version_of(request) or 1) - 1 if person == OTHER else 0
        if times > LADDER[person == OTHER] + asked + before:
            yield f"{person} was reminded of {request} {times} times"
    yield from _left_out(world, {request for _, request, person in told if person == OTHER})


def _left_out(world: World, told: set[str]) -> Iterator[str]:
    """What nobody answered in all its time was told to others first, where nothing held the thread back and the channel took everything."""
    halted = any(isinstance(event, Halted) for event in world.log(HOUSE))
    for thread in world.threads():
        log = world.log(thread.id)
        is_held_back = halted or any(isinstance(e, DeliveryFailed | Paused | Forked) for e in log)
        for call in () if is_held_back else (*thread.past, *thread.calls):
            asked = call.card or call.proposal
            if _is_expired(call) and asked.ladder and not told.intersection(_showings(call)):
                yield f"{call.request} expired and nobody else was told"


def _showings(call: Call) -> set[str]:
    """The names under which others may have heard of it: a question that is shown anew keeps its time, and what was told of it."""
    first = call.version if call.card else 1
    return {f"{call.id}-v{version}" for version in range(first, call.version + 1)}


def _is_expired(call: Call) -> bool:
    """Whether nobody answered for long; with less time than that it may be over before any worker is there again."""
    asked = call.card or call.proposal
    is_long = (asked.deadline_seconds or 0) >= LONG_SECONDS
    return is_long and isinstance(call.phase, Closed) and call.phase.outcome == "expired"


def _of_starts(world: World) -> Iterator[str]:
    """What began was allowed to, and no oftener than humans said."""
    records = {name: Record(world.log(name)) for name in world.server.logs}
    yield from _while_halted(world)
    for start in world.ledger.starts:
        for reason in against(records[start.thread], start):
            yield f"{start.tool} {start.claim}: {reason}"
        if int(start.call.split("-")[1]) < world.ledger.forks.get(start.thread, 0):
            yield f"{start.call} is its parent's and began in the child"
    claims = Counter(start.claim for start in world.ledger.starts if start.run)
    yield from (f"{claim} began {times} times" for claim, times in claims.items() if times > 1)
    yield from _of_keys(world)
    calls = Counter((start.thread, start.call) for start in world.ledger.starts if start.run == 1)
    for (thread, call), times in calls.items():
        orders = sum(is_retry(event, call) for _, event in records[thread].events)
        if times > 1 + orders:
            yield f"{call} began {times} times on {orders} orders"


def _of_keys(world: World) -> Iterator[str]:
    """By its key the other side knows a repetition: it is the same as long as the arguments are."""
    keys = defaultdict[tuple[str, str], set[str]](set)
    for start in world.ledger.starts:
        keys[start.call, str(start.arguments)].add(start.key)
    for (call, _), used in keys.items():
        if len(used) > 1:
            yield f"{call} began under {len(used)} keys"


def _while_halted(world: World) -> Iterator[str]:
    """Nothing begins that was halted for so long, by a reading of the house's log that is its own."""
    for start in world.ledger.starts:
        since = dict[str, int]()
        for _, event in Record(world.log(HOUSE)).events:
            if isinstance(event, Halted) and event.at <= start.at:
                since.setdefault(event.agent, event.at)
            elif isinstance(event, Lifted) and event.at <= start.at:
                since.pop(event.agent, None)
        if any(start.at - at > HALT_MS for at in since.values()):
            yield f"{start.tool} {start.claim} began while it was halted"


def _of_logs(world: World) -> Iterator[str]:
    for thread in world.threads():
        log = world.log(thread.id)
        if replay(thread.id, log) != thread:
            yield f"{thread.id} does not replay to itself"
        if [event.at for event in log] != sorted(event.at for event in log):
            yield f"{thread.id} goes back in time"
        yield from _doubled(world, log[world.ledger.forks.get(thread.id, 0) :])
        yield from _unheard(Record(log), world.ledger.forks.get(thread.id, 0))


def _doubled(world: World, log: list[Event]) -> Iterator[str]:
    """The same id twice is inert, and yet it comes only from what the store may have forgotten."""
    last = dict[str, int]()
    for event in log:
        before = last.get(event.id)
        last[event.id] = event.at
        if before is None:
            continue
        arrival = ARRIVAL.fullmatch(event.id)
        seconds = ARRIVAL_SEEN_SECONDS if arrival else COMMIT_SEEN_SECONDS
        forgotten = any(before <= at <= event.at for at in world.ledger.forgotten)
        if not forgotten and event.at - before < seconds * 1000:
            yield f"{event.id} was written twice"


def _unheard(record: Record, begins: int) -> Iterator[str]:
    """At rest every word has been thought about, unless the work was stopped after it."""
    decisions = [e.seen for _, e in record.events if isinstance(e, StepDecided | DecideFailed)]
    latest = max(decisions, default=0)
    for place, event in record.events:
        ended = any(map(may_end, record.between(place, 10**9)))
        if is_words(event) and place >= max(latest, begins) and not ended:
            yield f"nobody thought about {event.id}"


def landed(world: World) -> Counter[str]:
    """What really happened in this life, beside the faults: a run in which nothing did proves nothing."""
    events = [event for name in world.server.logs for event in world.log(name)]
    types = Counter(event.type for event in events)
    return Counter(
        {
            "starts": len(world.ledger.starts),
            "started again by a human": sum(start.n > 1 for start in world.ledger.starts),
            "idempotent repetitions": sum(start.run > 1 for start in world.ledger.starts),
            "unknown": types["OutcomeUnknown"],
            "asked anew": types["CallVoided"],
            "forked": types["Forked"],
            "halted": types["Halted"],
            "told of a grant": sum(
                isinstance(event, Delivered) and event.key.endswith("~granted") for event in events
            ),
            "reminded": sum(
                isinstance(each.message, outbox.Reminder) for each in world.ledger.shown
            ),
            "expired after an hour": sum(
                map(_is_expired, (c for each in world.threads() for c in (*each.past, *each.calls)))
            ),
            "events": len(events),
        }
    )
