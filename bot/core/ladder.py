"""Ladder: who is told, and when, that a request still waits: reminders, then others. Decided here; a clock drives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.core import deputies
from bot.core.approvals import may_approve
from bot.core.thread import Asked, Call, Thread

DEPUTY = "deputy"


@dataclass(frozen=True, slots=True)
class Step:
    """At this time, in milliseconds since the epoch, these are told, if the request still waits then."""

    at: int
    kind: Literal["remind", "escalate"]
    to: tuple[str, ...]


def ladder(thread: Thread, call: Call) -> tuple[Step, ...]:
    """All steps of an open approval in the order of time; whoever has voted, or may not approve, is not reminded."""
    card, phase = call.card, call.phase
    if card is None or not isinstance(phase, Asked) or phase.about != "approval":
        return ()
    begun = _begun(phase, card.deadline_seconds)
    if begun is None:
        return ()
    steps: list[Step] = []
    for rung in card.ladder:
        at = begun + rung.after_seconds * 1000
        if phase.until is not None and at >= phase.until:
            continue  # By then it is over.
        named = card.approvers if rung.kind == "remind" else rung.to
        told = tuple(each for name in named for each in _meant(thread, call, name, at))
        left = tuple(dict.fromkeys(each for each in told if each not in phase.votes))
        if left:
            steps.append(Step(at, rung.kind, left))
    return tuple(sorted(steps, key=lambda step: step.at))


def next_step(thread: Thread, call: Call, after: int) -> Step | None:
    """The first step later than this time; None: nobody else is told."""
    return next((step for step in ladder(thread, call) if step.at > after), None)


def _begun(phase: Asked, deadline_seconds: int | None) -> int | None:
    if phase.until is None or deadline_seconds is None:
        return phase.shown
    return phase.until - deadline_seconds * 1000


def _meant(thread: Thread, call: Call, name: str, at: int) -> tuple[str, ...]:
    """The people that a rung names: `deputy` are those who stand in by then, whoever else is named as they are."""
    assert call.card is not None, "only what has a card is approved"
    card = call.card
    if name == DEPUTY:
        found = deputies.standing_in(card.deputies, at)
        return tuple(each for each in found if may_approve(thread, call, card, each, at))
    barred = name in card.approvers and not may_approve(thread, call, card, name, at)
    return () if barred else (name,)
