"""Approvals: whether a human's word on a request counts. Pure, so that every decision can be replayed and audited."""

from __future__ import annotations

from bot.core import asides, deputies, grant, steps
from bot.core.events import MessageReceived, Verdict
from bot.core.names import version_of
from bot.core.thread import Asked, Call, Closed, Previewing, Thread
from bot.core.values import Card
from bot.core.words import choose

HAPPENED, RETRY, GIVE_UP = "happened", "retry", "give-up"
UNKNOWN_CHOICES: tuple[str, ...] = ("It happened", "Try again", "Give up")
_UNKNOWN_WORDS: dict[str, str] = dict(zip(UNKNOWN_CHOICES, (HAPPENED, RETRY, GIVE_UP), strict=True))

_RAN = ("returned", "failed")


def refusal(thread: Thread, call: Call | None, verdict: Verdict) -> str | None:
    """Why this verdict does not count: one sentence for its author; None: it counts."""
    if call is None:
        return "There is no such request in this thread."
    match call.phase:
        case Closed(outcome, _, by) if by or not call.approved or outcome not in _RAN:
            gone = f"This was already {_past(outcome)}{f' by {by}' if by else ''}"
            return f"{gone}{steps.in_its_place(thread, call)}."
        case Asked("approval") | Previewing() if verdict.word == "deny":
            return _on_denial(thread, call, verdict)
        case Asked() as phase:
            return _on_asked(thread, call, phase, verdict)
        case Previewing():
            return "The card is being made anew; please look at the new one."
        case _ if call.approved:
            return f"This was already approved by {', '.join(call.approved)}."
        case _:
            return "This was already decided."


def may_approve(thread: Thread, call: Call, card: Card, person: str, at: int = 0) -> bool:
    """Whether this person's approval would count towards the quorum, were it the only one."""
    barred = _barred(thread, call, card)
    return (
        deputies.may_decide(card, person, at)
        and person not in barred
        and deputies.is_seated(card, barred, (person,), at)
    )


def _barred(thread: Thread, call: Call, card: Card) -> tuple[str, ...]:
    return () if card.self_approval else requesters(thread, call)


def requesters(thread: Thread, call: Call) -> tuple[str, ...]:
    """Who asked for this call, and whoever edited its arguments: none of them approves it."""
    return (*asked_by(thread, call), *call.editors)


def asked_by(thread: Thread, call: Call) -> tuple[str, ...]:
    """Whoever began the thread or made its schedule, and those whose words led to this call."""
    every = (thread.requester, *thread.creators, *call.proposal.askers)
    return tuple(dict.fromkeys(who for who in every if who))


def _past(outcome: str) -> str:
    return {"returned": "done", "gave_up": "given up", "voided": "set aside"}.get(outcome, outcome)


def _on_denial(thread: Thread, call: Call, verdict: Verdict) -> str | None:
    """A denial counts on any version: whoever says no has seen enough."""
    if isinstance(call.phase, Previewing) and call.version == 1:
        return "Nobody has been asked about this yet."
    if not _in_time(call, verdict.at):
        return "The deadline for this has passed."
    if may_deny(thread, call, verdict.actor, verdict.at):
        return None
    return _not_allowed(verdict.actor, _approvers(call))


def may_deny(thread: Thread, call: Call, person: str, at: int) -> bool:
    """Whether this person may refuse this call, or take it back."""
    asked = (thread.requester, *call.proposal.askers)
    return person in asked or deputies.may_decide(call.card, person, at)


def _on_asked(thread: Thread, call: Call, phase: Asked, verdict: Verdict) -> str | None:
    if version_of(verdict.request) != call.version:
        return f"That card is out of date; the one that counts now is {call.request}."
    if verdict.word in asides.WORDS:
        return _on_aside(call, phase, verdict)
    if phase.about == "approval":
        return _on_approval(thread, call, phase, verdict)
    if verdict.word != "answer":
        return f"This is a question; it takes an answer, not {verdict.word}."
    return on_answer(thread, call, verdict)


def _on_aside(call: Call, phase: Asked, verdict: Verdict) -> str | None:
    """Whoever may decide may put it off; where a policy names channels, it is passed on by them alone."""
    if not _in_time(call, verdict.at):
        return "The deadline for this has passed."
    if not asides.is_asked(call, verdict.actor, verdict.at):
        early = asides.too_early(call, verdict.actor)
        return early or _not_allowed(verdict.actor, asides.asked(call))
    if call.card and phase.about == "approval":
        if verdict.word == "pass" and (misplaced := _misplaced(call.card, verdict.channel)):
            return misplaced
        if verdict.digest != call.card.digest:
            return "What was decided on is not what would run; please look at the card again."
    return asides.refusal(call, phase, verdict)


def _on_approval(thread: Thread, call: Call, phase: Asked, verdict: Verdict) -> str | None:
    card = call.card
    assert card is not None, "a call is asked about only after its preview"
    if not _in_time(call, verdict.at):
        return "The deadline for this has passed."
    if verdict.word == "answer":
        return "This asks for approve, deny or edit, not for an answer."
    if not deputies.may_decide(card, verdict.actor, verdict.at):
        early = deputies.too_early(card, verdict.actor, _barred(thread, call, card))
        return early or _not_allowed(verdict.actor, card.approvers)
    if misplaced := _misplaced(card, verdict.channel):
        return misplaced
    if verdict.digest != card.digest:
        return "What was decided on is not what would run; please look at the card again."
    if verdict.word == "edit":
        return None
    if not may_approve(thread, call, card, verdict.actor, verdict.at):
        return _own(thread, call, "approve it too")
    if verdict.actor in phase.votes:
        return (
            f"{verdict.actor} has already approved this; it needs {card.quorum} different people."
        )
    barred, votes = _barred(thread, call, card), (*phase.votes, verdict.actor)
    if not deputies.is_seated(card, barred, votes, verdict.at):
        return "This place is taken: of a person and their deputy one approves; it needs somebody else."
    lasting = grant.minutes(verdict)
    return None if lasting is None else grant.refusal(card, lasting)


def _own(thread: Thread, call: Call, what: str) -> str:
    people = ", ".join(dict.fromkeys(requesters(thread, call)))
    return f"Whoever asked for this or changed it ({people}) cannot {what}; it needs somebody else."


def _misplaced(card: Card, channel: str) -> str | None:
    """Why this channel does not carry a word that lets the call run or changes it."""
    if not card.channels or channel in card.channels:
        return None
    return f"This is decided by {' or '.join(card.channels)} alone."


def on_answer(thread: Thread, call: Call, said: Verdict | MessageReceived) -> str | None:
    """Why this answer to what is asked now does not count."""
    if not _in_time(call, said.at):
        return "The deadline for this has passed."
    if not may_answer(call, said.actor, said.at):
        return _not_allowed(said.actor, call.proposal.asked)
    if isinstance(call.phase, Asked) and call.phase.about == "unknown":
        word = pick(call, said.text)
        return _on_unknown(call, word, said.at) or (
            _on_retry(thread, call, said) if word == RETRY else None
        )
    return _on_choice(call, choices(call), said.text)


def may_answer(call: Call, person: str, at: int) -> bool:
    """Whether this person is asked, by now; what became of a call may also be said by whoever stands in for its approvers."""
    is_unknown = isinstance(call.phase, Asked) and call.phase.about == "unknown"
    lent = is_unknown and deputies.may_decide(call.card, person, at)
    return person in call.proposal.asked or lent or person in deputies.lent(call, at)


def _on_retry(thread: Thread, call: Call, said: Verdict | MessageReceived) -> str | None:
    """What was approved once and may have happened runs again by the word of somebody who may approve it."""
    if not call.approved or call.card is None:
        return None  # It needed no approval, or is asked about anew.
    channel = said.channel if said.type == "Verdict" else said.address.channel
    if misplaced := _misplaced(call.card, channel):
        return misplaced
    if not deputies.may_decide(call.card, said.actor, said.at):
        return _not_allowed(said.actor, call.card.approvers)
    if may_approve(thread, call, call.card, said.actor, said.at):
        return None
    return _own(thread, call, "order it again")


def _on_choice(call: Call, offered: tuple[str, ...], text: str) -> str | None:
    """Words of one's own answer a question too; a number that names no choice is a slip."""
    if not offered or pick(call, text) is not None:
        return None
    if call.proposal.kind == "limit":
        return f"This takes one of: {', '.join(offered)}."
    slipped = text.strip().isdecimal()
    return f"Choose a number from 1 to {len(offered)}, or say it in words." if slipped else None


def choices(call: Call) -> tuple[str, ...]:
    """What a human can pick from when asked this; empty: any words will do."""
    if isinstance(call.phase, Asked) and call.phase.about == "unknown":
        return UNKNOWN_CHOICES
    options = call.proposal.arguments.get("options")
    given = options.get("choices") if isinstance(options, dict) else None
    if isinstance(given, list) and given:
        return tuple(str(choice) for choice in given)
    return ("Yes", "No") if isinstance(options, dict) and options.get("format") == "yes_no" else ()


def pick(call: Call, text: str) -> str | None:
    """The choice that this text names, by number, words or keyword; None: it names none of them."""
    offered = choices(call)
    choice = choose(text, offered) if offered else None
    if offered is not UNKNOWN_CHOICES:
        return choice
    words = (HAPPENED, RETRY, GIVE_UP)
    return _UNKNOWN_WORDS[choice] if choice else choose(text.replace(" ", "-"), words)


def _on_unknown(call: Call, word: str | None, at: int) -> str | None:
    if word is None:
        return f"This takes one of: {HAPPENED}, {RETRY}, {GIVE_UP}."
    if word == RETRY and at < may_retry_at(call):
        seconds = -(-(may_retry_at(call) - at) // 1000)
        return f"The first try may still be running; it can be tried again in {seconds} s."
    return None


def may_retry_at(call: Call) -> int:
    """When the first try can no longer be running: its start plus its time limit, in milliseconds since the epoch."""
    return call.started_at + call.proposal.time_limit_seconds * 1000


def _in_time(call: Call, at: int) -> bool:
    until = call.phase.until if isinstance(call.phase, Asked) else None
    return until is None or at < until


def _approvers(call: Call) -> tuple[str, ...]:
    return call.card.approvers if call.card else ()


def _not_allowed(person: str, allowed: tuple[str, ...]) -> str:
    if not allowed:
        return (
            "Nobody is allowed to decide this yet: name approvers in agent.md or the people file."
        )
    return f"{person or 'Somebody unknown'} is not among those who may decide this: {', '.join(allowed)}."
