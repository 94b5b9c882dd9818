"""Fates: what became of each call of a step, as the fold has it, though the thread has long forgotten the call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from bot.cli.output import clock, moment
from bot.cli.requests import PAST, states
from bot.core.codec import canonical
from bot.core.events import Event, StepDecided, ToolEnded
from bot.core.grant_words import under
from bot.core.thread import (
    Asked,
    Call,
    Closed,
    Previewing,
    Ready,
    Saying,
    Sleeping,
    Started,
)
from bot.core.values import Proposal
from bot.core.visible import shortened

MOST_CHARACTERS = 2_000
Json = dict[str, object]


@dataclass(frozen=True)
class Fate:
    """A call as it was chosen, and what it came to: the last the thread knew of it (None: it never counted)."""

    call: str
    proposal: Proposal
    last: Call | None
    ended: ToolEnded | None

    @property
    def text(self) -> str:
        """The same as one line for a person."""
        if self.last is None:
            return "nothing: the step did not count"
        parts = (self._started(), self._approved(), self._result())
        return "; ".join((_phase(self.last), *filter(None, parts)))

    def _started(self) -> str:
        last = self.last
        return f"started {clock(last.started_at)}" if last and last.begun else ""

    def _approved(self) -> str:
        if not (self.last and self.last.approved):
            return ""
        granted = self.last.granted
        return (
            f"under {under(granted.grant)}"
            if granted
            else f"approved by {', '.join(self.last.approved)}"
        )

    def _result(self) -> str:
        ended = self.ended
        if ended is None or ended.outcome == "failed":
            return ""
        whole = f" (the whole of {ended.size} characters is {ended.ref})" if ended.ref else ""
        return f"result: {shortened(_words(ended.result), MOST_CHARACTERS)}{whole}"

    def row(self) -> Json:
        """The same for JSON."""
        last, ended, proposal = self.last, self.ended, self.proposal
        closed = last.phase if last and isinstance(last.phase, Closed) else None
        return {
            "call": self.call,
            "tool": proposal.tool,
            "kind": proposal.kind,
            "arguments": proposal.arguments,
            "because": proposal.because,
            "phase": type(last.phase).__name__.lower() if last else "void",
            "outcome": closed.outcome if closed else None,
            "text": closed.text if closed else "",
            "by": (closed.by if closed else "") or None,
            "request": last.request if last else None,
            "approved_by": list(last.approved) if last else [],
            "askers": list(proposal.askers),
            "edited_by": list(last.editors) if last else [],
            "started_at": moment(last.started_at) if last and last.begun else None,
            "ended_at": moment(ended.at) if ended else None,
            "result": ended.result if ended else None,
            "error": ended.error if ended else "",
            "ref": (ended.ref if ended else "") or None,
        }


def fates(thread: str, log: Sequence[Event], step: StepDecided) -> list[Fate]:
    """One for each call that the step proposed, in its order; with no log, as of a step that did not count."""
    last: dict[str, Call] = {}
    ended: dict[str, ToolEnded] = {}
    names = [f"{thread}-{step.seen}-{index}" for index in range(len(step.calls))]
    for event, state in zip(log, states(thread, log), strict=True):
        for call in filter(None, map(state.call, names)):
            if isinstance(event, ToolEnded) and event.call == call.id and last.get(call.id) != call:
                ended[call.id] = event
            last[call.id] = call
    return [
        Fate(name, proposal, last.get(name), ended.get(name))
        for name, proposal in zip(names, step.calls, strict=True)
    ]


def _phase(call: Call) -> str:
    match call.phase:
        case Closed(outcome, text, by):
            whose = f" by {by}" if by else ""
            return f"{PAST.get(outcome, outcome)}{whose}{f': {text}' if text else ''}"
        case Asked(about):
            what = "its outcome is unknown" if about == "unknown" else f"{about} open"
            return f"{what} as {call.request}"
        case Previewing():
            return "its card is being made"
        case Started():
            return "running"
        case Sleeping(until):
            return f"sleeping until {clock(until)}"
        case Saying():
            return "on its way"
        case Ready():
            return "ready to run"


def _words(value: JsonValue) -> str:
    return value if isinstance(value, str) else canonical(value)
