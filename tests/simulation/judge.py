"""Judge: compares what really began with what the log allowed, by a reading of the log that is its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.core import events
from bot.core.events import Event
from bot.core.values import Proposal
from tests.core.oracle import is_approved
from tests.simulation.people import WORDS
from tests.simulation.world import Start


class Record:
    """The log, read once: each event at the place where it first came."""

    def __init__(self, log: Sequence[Event]) -> None:
        first = dict[str, tuple[int, Event]]()
        for place, event in enumerate(log):
            first.setdefault(event.id, (place, event))
        self.events = list(first.values())
        opener = next(
            (
                e
                for _, e in self.events
                if isinstance(e, events.MessageReceived | events.CronTicked)
            ),
            None,
        )
        self.requester = opener.actor if opener else ""

    def between(self, begin: int, end: int) -> list[Event]:
        return [event for place, event in self.events if begin <= place < end]

    def claim(self, call: str, n: int, run: int) -> tuple[int, events.ToolStarted] | None:
        wanted = (call, n, run)
        return next(
            (
                (place, e)
                for place, e in self.events
                if isinstance(e, events.ToolStarted) and (e.call, e.n, e.run) == wanted
            ),
            None,
        )

    def step(self, seen: int) -> tuple[int, events.StepDecided]:
        return next(
            (p, e) for p, e in self.events if isinstance(e, events.StepDecided) and e.seen == seen
        )


def violations(log: Sequence[Event], starts: Sequence[Start]) -> list[str]:
    record = Record(log)
    twice = [
        f"{start} began {count} times" for start, count in Counter(starts).items() if count > 1
    ]
    unfair = [f"{start}: {reason}" for start in starts for reason in _against(record, start)]
    return twice + unfair + list(_unheard(record, starts))


def _unheard(record: Record, starts: Sequence[Start]) -> Iterator[str]:
    """At rest nothing is left that the model was to hear: every word and every result has a step that saw it."""
    last = max((e.seen for _, e in record.events if isinstance(e, events.StepDecided)), default=0)
    began = {(start.call, start.n) for start in starts}
    settled = set[str]()
    for place, event in record.events:
        is_news = _is_words(event)
        match event:
            case events.Verdict(word="answer"):
                settled.add(event.request.rpartition("-v")[0])
            case events.ToolEnded() if (event.call, event.n) in began:
                is_news = event.call not in settled
                settled.add(event.call)
            case _ if _is_end(event):
                settled |= {call for call, _ in began}
            case _:
                pass
        if is_news and place >= last and not any(map(_is_end, record.between(place, 10**9))):
            yield f"nobody thought about {event.type} {event.id}"


def _against(record: Record, start: Start) -> Iterator[str]:
    claimed = record.claim(start.call, start.n, start.run)
    if claimed is None:
        yield "began without a claim"
        return
    seen, index = (int(part) for part in start.call.split("-")[-2:])
    decided_at, step = record.step(seen)
    if index >= len(step.calls):
        yield "belongs to a step that had not seen the step before it"
        return
    proposal, place = step.calls[index], claimed[0]
    before = record.between(0, place)
    if _is_paused(before):
        yield "began while the thread was paused"
    if start.run > 1 and not proposal.idempotent:
        yield "is not idempotent and was repeated"
    if any(_is_words(event) for event in record.between(seen, decided_at)):
        yield "was chosen by a step that had not seen a word"
    if start.n > 1:
        yield from _against_retry(record, start, proposal, before)
    elif start.run == 1:
        yield from _against_first(record, start, step, record.between(seen, place))
    if proposal.kind == "gated" and not is_approved(before, start.call, record.requester):
        yield "nobody approved it"


def _against_first(
    record: Record, start: Start, step: events.StepDecided, since: Sequence[Event]
) -> Iterator[str]:
    index = int(start.call.rpartition("-")[2])
    proposal = step.calls[index]
    if any(_is_end(event) for event in since):
        yield "was cancelled"
    words = max((at for at, event in enumerate(since) if _is_words(event)), default=None)
    if words is not None and proposal.kind == "write":
        yield "a word had voided it"
    asked_anew = proposal.kind == "gated" and words is not None
    if asked_anew and not is_approved(since[words:], start.call, record.requester):
        yield "a word had voided its approval"
    stem = start.call.rpartition("-")[0]
    for earlier in range(index):
        if step.calls[earlier].kind in ("write", "gated") and not _came_about(
            since, f"{stem}-{earlier}"
        ):
            yield "began before an earlier change of its step"


def _against_retry(
    record: Record, start: Start, proposal: Proposal, before: Sequence[Event]
) -> Iterator[str]:
    first = record.claim(start.call, start.n - 1, 1)
    since = first[1].at + proposal.time_limit_seconds * 1000 if first else 0
    orders = [event for event in before if _is_answer(event, start.call, "retry")]
    if len(orders) < start.n - 1:
        yield "was tried again without an order"
    elif orders[-1].at < since:
        yield "was tried again while the first try could still run"


def _is_paused(before: Sequence[Event]) -> bool:
    frames = [event for event in before if isinstance(event, events.Paused | events.Resumed)]
    return bool(frames) and isinstance(frames[-1], events.Paused)


def _is_words(event: Event) -> bool:
    return isinstance(event, events.MessageReceived) and event.text == WORDS


def _is_end(event: Event) -> bool:
    stop = isinstance(event, events.MessageReceived) and event.text == "stop"
    return stop or isinstance(event, events.Cancelled)


def _is_answer(event: Event, call: str, word: str) -> bool:
    if not isinstance(event, events.Verdict) or event.word != "answer" or event.actor != "bob":
        return False
    labels = {"retry": ("retry", "2"), "happened": ("happened", "1")}[word]
    return event.request.startswith(f"{call}-v") and event.text in labels


def _came_about(since: Sequence[Event], call: str) -> bool:
    return any(
        (isinstance(event, events.ToolEnded) and event.call == call and event.outcome == "returned")
        or _is_answer(event, call, "happened")
        for event in since
    )
