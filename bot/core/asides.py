"""Asides: what somebody who is asked says instead of deciding: pass it to another, ask me later, leave me out. None decides anything."""

from __future__ import annotations

from bot.core import deputies
from bot.core.element import minute
from bot.core.events import Verdict
from bot.core.frozen import replace
from bot.core.thread import Asked, Call
from bot.core.values import Aside, Word

WORDS: frozenset[Word] = frozenset({"pass", "later", "ignore"})


def refusal(call: Call, phase: Asked, verdict: Verdict) -> str | None:
    """Why this does not count, once the request is found to be open, current and in time."""
    if phase.about == "unknown":
        return f"What became of this is still to be said; it takes an answer, not {verdict.word}."
    if verdict.word == "pass" and verdict.to == verdict.actor:
        others = ", ".join(each for each in asked(call) if each != verdict.actor)
        return f"It is passed to somebody else who is asked: {others or 'there is nobody'}."
    if verdict.word == "pass" and not is_asked(call, verdict.to, verdict.at):
        others = ", ".join(asked(call))
        return (
            too_early(call, verdict.to)
            or f"{verdict.to or 'Whoever has no name'} may not decide this either; it is asked of {others}."
        )
    if verdict.word == "later" and (verdict.until is None or verdict.until <= verdict.at):
        return "That time has passed; later takes a time to come, as in 09:00 or 2h."
    if verdict.word == "later" and phase.until is not None and (verdict.until or 0) >= phase.until:
        return f"Its deadline is {_minute(phase.until)}; later takes a time before that."
    return None


def asked(call: Call) -> tuple[str, ...]:
    """Who is asked: the approvers of a card, and whoever a question is put to."""
    return call.card.approvers if call.card else call.proposal.asked


def is_asked(call: Call, person: str, at: int) -> bool:
    """Whether this person may decide at this time, be it in somebody's place: then they may put it off, and it may be passed to them."""
    return person in asked(call) or deputies.may_decide(call.card, person, at)


def too_early(call: Call, person: str) -> str | None:
    """What to say of a deputy whose time has not come; None: they are no deputy here."""
    return deputies.too_early(call.card, person) if call.card else None


def put_off(call: Call, verdict: Verdict) -> Call:
    """The call with this said to it; what the same person said before is over."""
    until = (
        (verdict.until or 0) if verdict.word == "later" else 0
    )  # Whoever is left out is not asked again.
    said = Aside(by=verdict.actor, word=verdict.word, to=verdict.to, until=until)
    others = tuple(each for each in call.asides if each.by != verdict.actor)
    return replace(call, asides=(*others, said))


def passed(verdict: Verdict) -> str:
    """Who leaves which request to whom, as everybody in the thread is told."""
    return f"{verdict.request}, {verdict.actor} → {verdict.to}"


def waits_for(call: Call) -> tuple[str, ...]:
    """Who is still waited for: all who are asked but those who will not decide; all of them, where nobody would be left."""
    left_out = {each.by for each in call.asides if each.word == "ignore"}
    return tuple(person for person in asked(call) if person not in left_out) or asked(call)


def _minute(at: int) -> str:
    return minute(at).replace("T", " ").replace("Z", " UTC")
