"""Foretold: what a message would lead to, told to people and to scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import indent

from bot.cli.errors import DONE, FAILED
from bot.cli.fates import Fate, fates
from bot.cli.step import numbered
from bot.cli.trial import Tried
from bot.core.events import DecideFailed, StepDecided
from bot.core.outbox import Outgoing
from bot.core.status import phase, waiting_for
from bot.core.thread import Call
from bot.core.visible import on_one_line, shortened
from bot.core.yamlish import dump
from bot.kit.people import People
from channels.slack.cards import Post, render
from channels.slack.reader import look

Json = dict[str, object]
MOST_CHARACTERS = 500


@dataclass(frozen=True)
class Foretold:
    """A trial, and who reads its messages."""

    trial: Tried
    people: People

    @property
    def status(self) -> int:
        """A model that could not be asked leads nowhere."""
        steps = self._steps()
        return FAILED if steps and isinstance(steps[-1], DecideFailed) else DONE

    def json(self) -> Json:
        thread, call = self.trial.thread, self.trial.about_to_run
        return {
            "agent": thread.agent,
            "steps": [
                {"step": number, **self._step(event)}
                for number, event in enumerate(self._steps(), start=1)
            ],
            "messages": [_message(each, self._post(each)) for each in self.trial.sent],
            "would_run": _call(call) if call else None,
            "phase": phase(thread),
            "waiting_for": waiting_for(thread),
        }

    def lines(self) -> Iterator[str]:
        for number, event in enumerate(self._steps(), start=1):
            yield from self._told(number, event)
        for message in self.trial.sent:
            yield f"It would say in the thread ({type(message).__name__.lower()}):"
            yield indent(self._post(message).text, "  ")
        if call := self.trial.about_to_run:
            yield f"It would now run {call.proposal.tool}, without asking anybody:"
            yield indent(dump(call.proposal.arguments), "  ")
            return
        yield f"Then: {waiting_for(self.trial.thread) or phase(self.trial.thread)}."

    def _steps(self) -> Sequence[StepDecided | DecideFailed]:
        return [event for _, event in numbered(self.trial.log)]

    def _fates(self, step: StepDecided) -> list[Fate]:
        return fates(self.trial.thread.id, self.trial.log, step)

    def _step(self, event: StepDecided | DecideFailed) -> Json:
        by: Json = {"by": event.actor, "model": event.model or None}
        if isinstance(event, DecideFailed):
            failed = {"kind": event.kind, "reason": event.reason}
            return {**by, "failed": failed, "calls": list[Json]()}
        rows = (fate.row() for fate in self._fates(event))
        return {**by, "failed": None, "calls": [{"intent": row["tool"], **row} for row in rows]}

    def _told(self, number: int, event: StepDecided | DecideFailed) -> Iterator[str]:
        if isinstance(event, DecideFailed):
            yield f"{number}. no step ({event.kind}): {on_one_line(event.reason)}"
            return
        for fate in self._fates(event):
            yield f"{number}. {fate.proposal.tool}, by {event.actor}"
            if fate.proposal.arguments:
                yield indent(dump(fate.proposal.arguments), "   ")
            yield f"   {shortened(on_one_line(fate.text), MOST_CHARACTERS)}"

    def _post(self, message: Outgoing) -> Post:
        return render(message, look(message, self.people))


def _message(message: Outgoing, post: Post) -> Json:
    """As it would be read in Slack, as text."""
    return {
        "kind": type(message).__name__.lower(),
        "request": getattr(message, "request", None),
        "text": post.text,
        "files": [{"name": file.name, "content": file.content} for file in post.files],
    }


def _call(call: Call) -> Json:
    return {"intent": call.proposal.tool, "arguments": call.proposal.arguments}
