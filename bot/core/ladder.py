"""Ladder: who is told, and when, that a request still waits: reminders, then others. A timer of the thread drives it.

When a step comes due it is owed as a message is: under a key of its own, until it was delivered. Steps that came due together are told in
one. Whom the place of the request does not reach is told alone, under a key of their own, besides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core import addresses, asides, deputies
from bot.core.approvals import may_approve
from bot.core.frozen import replace
from bot.core.names import for_person
from bot.core.owed import Insistence, Reminder, Reminders
from bot.core.thread import Asked, Call, Thread
from bot.core.values import Address, Rung

DEPUTY = "deputy"


@dataclass(frozen=True, slots=True)
class Step:
    """At this time, in milliseconds since the epoch, these are told, if the request still waits then."""

    at: int
    kind: Insistence
    to: tuple[str, ...]


def ladder(thread: Thread, call: Call) -> tuple[Step, ...]:
    """All steps of an open approval or question in the order of time; whoever has voted, or may not approve, is not reminded."""
    phase, rungs = call.phase, call.card.ladder if call.card else call.proposal.ladder
    if not (rungs or call.asides) or not isinstance(phase, Asked) or phase.about == "unknown":
        return ()
    begun = _begun(call, phase)
    if begun is None:
        return ()
    steps = [_step(thread, call, phase, rung, begun + rung.after_seconds * 1000) for rung in rungs]
    steps += [Step(each.until, "remind", (each.by,)) for each in call.asides if each.until]
    # What would come at the deadline or after it is too late.
    found = [each for each in steps if each.to and (phase.until is None or each.at < phase.until)]
    return tuple(sorted(found, key=lambda step: step.at))


def next_step(thread: Thread, call: Call, after: int) -> Step | None:
    """The first step later than this time; None: nobody else is told."""
    return next((step for step in ladder(thread, call) if step.at > after), None)


def timer(call: Call) -> str:
    """The name of the timer that comes due with the next step."""
    return f"{call.request}~remind"


def climbed(thread: Thread, call: Call, at: int) -> Call:
    """The call after that timer: all steps that came due since the last one are owed as one reminder."""
    upto, number = call.reminders.upto, call.reminders.number + 1
    due = [step for step in ladder(thread, call) if upto < step.at <= at]
    if not due:
        return call
    kind: Insistence = "escalate" if any(step.kind == "escalate" for step in due) else "remind"
    to = tuple(dict.fromkeys(person for step in due for person in step.to))
    told = Reminder(number, call.request, kind, to)
    alone = (replace(told, to=(who,), alone=who) for who in to if _is_alone(call, who))
    owed = (*call.reminders.owed, told, *alone)
    return replace(call, reminders=Reminders(due[-1].at, number, owed))


def unreached(thread: Thread, call: Call, person: str, at: int) -> Call:
    """The call of which this person has nothing: told to whoever asked for it and whoever else decides, then to whom its steps would tell at last."""
    card, rungs = call.card, call.card.ladder if call.card else call.proposal.ladder
    named = (name for rung in rungs if rung.kind == "escalate" for name in rung.to)
    raised = (each for name in named for each in _meant(thread, call, name, at))
    in_place = deputies.standing_in(card.deputies, at) if card else ()
    call = replace(call, unreached=(*call.unreached, person))
    near = dict.fromkeys((thread.requester, *asides.asked(call), *in_place))
    # Each for themselves: only the first are told all that it would do.
    for group in (near, (each for each in dict.fromkeys(raised) if each not in near)):
        call = _returned(call, person, [each for each in group if each])
    return call


def _returned(call: Call, person: str, whom: Sequence[str]) -> Call:
    to = tuple(each for each in whom if each not in call.unreached)
    if not to:
        return call
    number = call.reminders.number + 1
    told = Reminder(number, call.request, "bounced", to, about=person)
    alone = (replace(told, to=(who,), alone=who) for who in to if who in _reached(call))
    reminders = replace(call.reminders, number=number, owed=(*call.reminders.owed, told, *alone))
    return replace(call, reminders=reminders)


def is_theirs(thread: Thread, call: Call, reminder: Reminder) -> bool:
    """Whether all who are reminded have asked for it, or decide it by now or later: others are told no argument of it."""
    later = (each.person for each in call.card.deputies) if call.card else ()
    return {thread.requester, *asides.asked(call), *later}.issuperset(reminder.to)


def has_anybody(call: Call, at: int) -> bool:
    """Whether anybody is left who may decide and is not known to have nothing of it."""
    in_place = deputies.standing_in(call.card.deputies, at) if call.card else ()
    return any(each not in call.unreached for each in (*asides.asked(call), *in_place))


def _is_alone(call: Call, person: str) -> bool:
    """Whether this person is reminded alone: not if they have been asked since the last reminder, for their copy says as much."""
    assert isinstance(call.phase, Asked), "only what is asked is reminded of"
    since = call.reminders.upto or _begun(call, call.phase) or 0
    return person in _reached(call) and deputies.asked_at(call, person) <= since


def _reached(call: Call) -> Mapping[str, Address]:
    return call.card.reached if call.card else call.proposal.reached


def place(call: Call) -> Address | None:
    """Where what is owed next is told, where that is not the place of the request."""
    reminder = owed(call)
    return _reached(call).get(reminder.alone) if reminder else None


def owed(call: Call) -> Reminder | None:
    """What is to be told next; nothing before the card itself is there, or the copy of whom its place does not reach. A card that is shown anew
    reminds by itself.

    One after the other: what was told, and is not on record, is looked for under its own key.
    """
    phase = call.phase
    if not call.reminders.owed or not isinstance(phase, Asked):
        return None
    for each in call.reminders.owed:
        if addresses.is_owed(phase) and each.alone not in phase.told:
            continue
        # That somebody has nothing of it is news on each of its cards.
        is_current = each.request == call.request or bool(each.about)
        called = each.to if is_current else [who for who in each.to if who in _others(call)]
        to = tuple(who for who in called if who not in phase.votes)
        if to:
            return replace(each, request=call.request, to=to)
    return None


def _others(call: Call) -> set[str]:
    """Whom it is to be told beside those who are asked: they hear of it however often it was shown anew meanwhile."""
    rungs = call.card.ladder if call.card else call.proposal.ladder
    named = {name for rung in rungs if rung.kind == "escalate" for name in rung.to}
    if call.card and DEPUTY in named:
        named |= {each.person for each in call.card.deputies}
    return named.difference(asides.asked(call))


def owed_key(call: Call) -> str:
    """The key under which that is sent; empty where nothing is."""
    reminder = owed(call)
    return _key(call, reminder) if reminder else ""


def keys(call: Call) -> tuple[str, ...]:
    """Those of all that are still to be told, be it that something else comes first."""
    return tuple(_key(call, each) for each in call.reminders.owed)


def _key(call: Call, reminder: Reminder) -> str:
    key = f"{call.id}~remind{reminder.number}"
    return for_person(key, reminder.alone) if reminder.alone else key


def told(call: Call, name: str) -> Call | None:
    """The call without the reminder that this key names, and those before it; None: it names none."""
    if not call.reminders.owed:
        return None
    named = keys(call)
    if name not in named:
        return None
    left = call.reminders.owed[named.index(name) + 1 :]
    return replace(call, reminders=replace(call.reminders, owed=left))


def _begun(call: Call, phase: Asked) -> int | None:
    seconds = call.card.deadline_seconds if call.card else call.proposal.deadline_seconds
    if phase.until is None or seconds is None:
        return phase.shown
    return phase.until - seconds * 1000


def _step(thread: Thread, call: Call, phase: Asked, rung: Rung, at: int) -> Step:
    named = rung.to or (asides.asked(call) if rung.kind == "remind" else ())
    found = dict.fromkeys(each for name in named for each in _meant(thread, call, name, at))
    left = (
        each
        for each in found
        if each not in phase.votes and not _is_put_off(thread, call, phase, each, at)
    )
    return Step(at, rung.kind, tuple(left))


def _meant(thread: Thread, call: Call, name: str, at: int) -> tuple[str, ...]:
    """The people that a rung names: `deputy` are those who stand in by then, whoever else is named as they are."""
    card = call.card
    if card is None:
        return () if name == DEPUTY else (name,)
    if name == DEPUTY:
        found = deputies.standing_in(card.deputies, at)
        return tuple(each for each in found if may_approve(thread, call, card, each, at))
    decides = name in card.approvers or any(each.person == name for each in card.deputies)
    return () if decides and not may_approve(thread, call, card, name, at) else (name,)


def _is_put_off(thread: Thread, call: Call, phase: Asked, person: str, at: int) -> bool:
    """Whether they said that they want to hear of it later than that, or not at all: left to others, if enough of them can do without them."""
    said = next((each for each in call.asides if each.by == person), None)
    if said is None:
        return False
    if said.word == "later":
        return said.until > at
    away = {each.by for each in call.asides if each.word != "later"}
    card, others = call.card, [each for each in asides.asked(call) if each not in away]
    able = (each for each in others if card is None or may_approve(thread, call, card, each, at))
    return len({*able, *phase.votes}) >= (card.quorum if card else 1)
