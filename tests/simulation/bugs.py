"""Bugs: folds that are wrong in one way each, so that the judge can be seen to find it."""

from __future__ import annotations

from dataclasses import replace

from bot.core.events import Event, MessageReceived, StepDecided, Verdict
from bot.core.reducer import evolve
from bot.core.thread import Thread, Working
from tests.simulation.people import WORDS
from tests.simulation.world import Bug, Fold


def fold_with(bug: Bug) -> Fold:
    match bug:
        case "digest_ignored":
            return _digest_ignored
        case "anyone_approves":
            return _anyone_approves
        case "words_keep":
            return _words_keep
        case "unseen_step":
            return _unseen_step
        case _:
            return evolve


def _digest_ignored(thread: Thread, event: Event) -> Thread:
    call = thread.call(event.request) if isinstance(event, Verdict) else None
    if call and call.card:
        event = event.model_copy(update={"digest": call.card.digest})
    return evolve(thread, event)


def _anyone_approves(thread: Thread, event: Event) -> Thread:
    call = (
        thread.call(event.request)
        if isinstance(event, Verdict) and event.word == "approve"
        else None
    )
    if call and call.card:
        allowed = [person for person in call.card.approvers if person != thread.requester]
        event = event.model_copy(update={"actor": allowed[0]})
    return evolve(thread, event)


def _words_keep(thread: Thread, event: Event) -> Thread:
    """A message leaves the step as it was."""
    after = evolve(thread, event)
    is_words = (
        isinstance(event, MessageReceived) and event.text == WORDS and event.id not in thread.ids
    )
    if is_words and isinstance(thread.turn, Working):
        return replace(after, calls=thread.calls, turn=thread.turn)
    return after


def _unseen_step(thread: Thread, event: Event) -> Thread:
    return evolve(replace(thread, heard=0) if isinstance(event, StepDecided) else thread, event)
