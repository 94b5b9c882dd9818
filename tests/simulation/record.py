"""Record: a log read once, each event where it first came, and what it says in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import events
from bot.core.events import Event
from bot.core.values import Proposal
from tests.simulation.people import WORDS
from tests.simulation.world import Start

DECIDERS = ("alice", "bob")


class Record:
    """One thread's log. Places count all rows, so that they compare with what a step had seen."""

    def __init__(self, log: Sequence[Event]) -> None:
        self.log = log
        first = dict[str, tuple[int, Event]]()
        for place, event in enumerate(log):
            first.setdefault(event.id, (place, event))
        self.events = list(first.values())

    def between(self, begin: int, end: int) -> list[Event]:
        return [event for place, event in self.events if begin <= place < end]

    def claim(self, start: Start) -> tuple[int, events.ToolStarted] | None:
        """The claim under which this began: an earlier one of the same name did not count, since the grant it was made under was over."""
        claims = [
            (place, event)
            for place, event in self.events
            if isinstance(event, events.ToolStarted)
            and (event.call, event.n, event.run) == start.claim
            and event.at <= start.at
        ]
        return claims[-1] if claims else None

    def askers(self, call: str) -> set[str]:
        """Who certainly asked for this call (docs/adr/0042): said something that no step before this one had seen, and nobody ended the work since.

        What was proposed before in the same words, or made so by an edit, may be asked for by those who asked first, and of it nothing is certain.
        """
        found = self.proposal(call)
        if found is None:
            return set()
        seen, decided_at, proposal = found
        steps = [e for e in self.between(0, decided_at) if isinstance(e, events.StepDecided)]
        same = (proposal.tool, proposal.arguments)
        if any((each.tool, each.arguments) == same for step in steps for each in step.calls):
            return set()
        if any(is_edit(event, proposal) for event in self.between(0, decided_at)):
            return set()
        asked = set[str]()
        for event in self.between(max((step.seen for step in steps), default=0), seen):
            if may_end(event) or isinstance(event, events.Forked):
                asked.clear()
            elif is_words(event) and not self.may_answer(event):
                asked.add(event.actor)
        return asked

    def may_answer(self, words: Event) -> bool:
        """Whether they may be the answer to a question that was put to their author: then they void nothing, and ask for nothing (docs/adr/0042)."""
        place = next(place for place, event in self.events if event.id == words.id)
        steps = [e for e in self.between(0, place) if isinstance(e, events.StepDecided)]
        return any(
            each.kind == "question" and words.actor in each.asked
            for step in steps
            for each in step.calls
        )

    def proposal(self, call: str) -> tuple[int, int, Proposal] | None:
        """The proposal of this call, the head its step had seen, and where the step stands."""
        _, seen, index = call.rsplit("-", 2)
        steps = (
            (place, event)
            for place, event in self.events
            if isinstance(event, events.StepDecided) and event.seen == int(seen)
        )
        place, step = next(steps, (0, None))
        if step is None or int(index) >= len(step.calls):
            return None
        return int(seen), place, step.calls[int(index)]


def is_edit(event: Event, into: Proposal) -> bool:
    """Whether somebody may have made another call into this one."""
    if not isinstance(event, events.Verdict) or event.word != "edit":
        return False
    return all(into.arguments.get(name) == value for name, value in event.arguments.items())


def is_paused(before: Sequence[Event]) -> bool:
    frames = [event for event in before if isinstance(event, events.Paused | events.Resumed)]
    return bool(frames) and isinstance(frames[-1], events.Paused)


def is_words(event: Event) -> bool:
    return isinstance(event, events.MessageReceived) and event.text == WORDS


def is_end(event: Event) -> bool:
    """A human stopped the work."""
    stop = isinstance(event, events.MessageReceived) and event.text == "stop"
    return stop or isinstance(event, events.Cancelled)


def may_end(event: Event) -> bool:
    """A human stopped the work, or said so where a limit asked, which counts only while it asks."""
    stop = isinstance(event, events.Verdict) and event.text == "2" and "-hold" in event.request
    return stop or is_end(event)


def is_answer(event: Event, call: str, *words: str) -> bool:
    if not isinstance(event, events.Verdict) or event.word != "answer":
        return False
    is_about = event.request.startswith(f"{call}-v") and event.actor in DECIDERS
    return is_about and event.text in words


def is_retry(event: Event, call: str) -> bool:
    return is_answer(event, call, "retry", "2")


def came_about(since: Sequence[Event], call: str) -> bool:
    """Whether this call returned, or a human said that it happened."""
    return any(
        (isinstance(event, events.ToolEnded) and event.call == call and event.outcome == "returned")
        or is_answer(event, call, "happened", "1")
        for event in since
    )
