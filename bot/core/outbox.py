"""Outbox: what a delivery key says to a human, as a value for a channel to render; a function of what is so."""

from __future__ import annotations

from dataclasses import replace

from bot.core import addresses, deputies, grant, grant_words, ladder, owed, phrases, verdicts
from bot.core.approvals import asked_by, choices, may_approve, may_retry_at
from bot.core.edits import before
from bot.core.legible import legible, legible_name
from bot.core.names import copy_of, person_of, request_of, version_of
from bot.core.outgoing import (
    Approval,
    Hold,
    Notice,
    Offer,
    Outgoing,
    Question,
    Reminder,
    Say,
    UnknownOutcome,
    Waiting,
)
from bot.core.thread import Asked, Call, Ready, Saying, Thread, Why, delivery_key
from bot.core.values import Address, Card, Deputy
from bot.core.visible import on_one_line, shortened

__all__ = [
    "Approval",
    "Hold",
    "Notice",
    "Outgoing",
    "Question",
    "Reminder",
    "Say",
    "UnknownOutcome",
    "Waiting",
    "address",
    "message",
    "pending",
]


MOST_VALUE = 400  # Of an argument where it is only told of: its card has all of it.


def message(thread: Thread, key: str, language: phrases.Language = "en") -> Outgoing | None:
    """What is to be sent under this key; None: nothing is owed under it any more."""
    for notice in thread.notices:
        if notice.key == key:
            return Notice(key, notice.code, phrases.notice(notice.code, notice.text, language))
    call = thread.call(key)
    if call and (reminder := ladder.owed(call)) and ladder.owed_key(call) == key:
        return _reminder(thread, call, reminder, key, language)
    if person_of(key):
        return _copy(thread, call, key, language)
    if call is None or delivery_key(call) != key:
        return None
    match call.phase:
        case Saying():
            text = str(call.proposal.arguments.get("message", ""))
            return Say(key, text, final=call.proposal.kind == "say")
        case Asked() as phase:
            return _request(thread, call, phase, language)
        case Ready() if call.granted:
            return Notice(key, "granted", grant_words.told(call, call.granted.grant, language))
        case _:
            return None


def _copy(
    thread: Thread, call: Call | None, key: str, language: phrases.Language
) -> Waiting | None:
    """The request as it goes to one person alone."""
    if call is None or not isinstance(call.phase, Asked) or request_of(key) != call.request:
        return None
    return replace(_request(thread, call, call.phase, language), key=key)


def address(thread: Thread, key: str) -> Address | None:
    """Where what this key names goes, or went: to the first of its addresses, or the next where that one failed; a reminder to where its card is, or to whom that does not reach."""
    call = thread.call(key)
    if call and isinstance(call.phase, Asked) and ladder.owed_key(call) == key:
        return ladder.place(call) or addresses.numbered(addresses.of(thread, call), call.phase.copy)
    if call is None or version_of(key) is None:
        return addresses.numbered(thread.addresses, copy_of(key))
    if deputy := deputies.of_key(call, key):
        return deputy.address
    return addresses.numbered(addresses.of(thread, call), copy_of(key))


def pending(thread: Thread, language: phrases.Language = "en") -> tuple[Waiting, ...]:
    """Everything that waits for a human now, in the order it was proposed."""
    return tuple(
        _request(thread, call, call.phase, language)
        for call in thread.calls
        if isinstance(call.phase, Asked)
    )


def _reminder(
    thread: Thread, call: Call, reminder: owed.Reminder, key: str, language: phrases.Language
) -> Reminder:
    """The first one is told where the request is; then, and whenever others are told, each of them alone, too."""
    until = call.phase.until if isinstance(call.phase, Asked) else None
    asks, who = verdicts.titled(call), on_one_line(reminder.about)
    text = phrases.reminder(reminder.kind, asks, until, language, who)
    if who and ladder.is_theirs(thread, call, reminder):
        text = f"{text}\n\n{_told_of(call)}".rstrip()
    apart = reminder.kind != "remind" or reminder.number > 1 or bool(reminder.alone)
    return Reminder(key, call.request, text, reminder.to, apart)


def _told_of(call: Call) -> str:
    """A call with its arguments, shortly, for those who have no card of it; nothing of what is no call."""
    if call.card is None:
        return ""
    given = call.proposal.arguments.items()
    named = (
        f"{legible_name(name)}: {shortened(on_one_line(legible(value)), MOST_VALUE)}"
        for name, value in given
    )
    return "\n".join((f"tool: {legible_name(call.proposal.tool)}", *named))


def _request(thread: Thread, call: Call, phase: Asked, language: phrases.Language) -> Waiting:
    """What is asked, in whose thread, and who has nothing of it."""
    asked = _asked(thread, call, phase, language)
    return replace(asked, requester=thread.requester, unreached=call.unreached)


def _asked(thread: Thread, call: Call, phase: Asked, language: phrases.Language) -> Waiting:
    if phase.about == "unknown":
        return _unknown(call, thread.at, language)
    if phase.about == "approval":
        assert call.card is not None, "a call is asked about only after its preview"
        return _approval(thread, call, phase, call.card)
    return _hold(call, language) if call.proposal.kind == "limit" else _question(call, phase)


def _question(call: Call, phase: Asked) -> Question:
    given = call.proposal.arguments
    options = given.get("options")
    options = options if isinstance(options, dict) else {}
    return Question(
        key=delivery_key(call),
        request=call.request,
        question=str(given.get("question", "")),
        context=str(given.get("context", "")),
        urgency=str(options.get("urgency", "medium")),
        format=str(options.get("format", "free_text")),
        choices=choices(call),
        until=phase.until,
        asked=call.proposal.asked,
        quote=call.quote,
    )


def _approval(thread: Thread, call: Call, phase: Asked, card: Card) -> Approval:
    may = [name for name in card.approvers if may_approve(thread, call, card, name)]
    return Approval(
        key=delivery_key(call),
        request=call.request,
        tool=call.proposal.tool,
        arguments=call.proposal.arguments,
        because=call.proposal.because,
        text=card.text,
        approvers=card.approvers,
        quorum=card.quorum,
        votes=phase.votes,
        self_approval=card.self_approval,
        typed=card.typed,
        until=phase.until,
        digest=card.digest,
        quote=call.quote,
        editors=call.editors,
        askers=asked_by(thread, call),
        before=before(call),
        barred=tuple(name for name in card.approvers if name not in may),
        channels=card.channels,
        outside=card.outside,
        anew=call.anew,
        deputies=card.deputies,
        in_place=tuple(each for each in card.deputies if _counts(thread, call, card, each)),
        told=phase.told,
        grant=_offer(call, card),
        apart=card.apart,
    )


def _counts(thread: Thread, call: Call, card: Card, deputy: Deputy) -> bool:
    """Whether their approval would count in this place, from their time on."""
    has_place = may_approve(thread, call, card, deputy.of)
    return has_place and may_approve(thread, call, card, deputy.person, deputy.since)


def _offer(call: Call, card: Card) -> Offer | None:
    """What may be granted besides."""
    offer = grant.offered(card)
    return Offer(offer.minutes, grant.same(call.proposal, offer)) if offer else None


def _unknown(call: Call, at: int, language: phrases.Language) -> UnknownOutcome:
    in_place = deputies.standing_in(call.card.deputies, at) if call.card else ()
    return UnknownOutcome(
        key=delivery_key(call),
        request=call.request,
        tool=call.proposal.tool,
        arguments=call.proposal.arguments,
        text=phrases.unknown(call.proposal.tool, language),
        started_at=call.started_at,
        may_retry_at=may_retry_at(call),
        choices=choices(call),
        asked=tuple(dict.fromkeys((*call.proposal.asked, *in_place))),
        quote=call.quote,
        anew=call.anew,
    )


def _hold(call: Call, language: phrases.Language) -> Hold:
    why, reason = _why(call), str(call.proposal.arguments.get("reason", ""))
    return Hold(
        key=delivery_key(call),
        request=call.request,
        why=why,
        reason=reason,
        text=phrases.hold(why, reason, language),
        choices=choices(call),
        asked=call.proposal.asked,
    )


def _why(call: Call) -> Why:
    """The reducer names a hold's call for the reason that holds it."""
    return next(why for why in phrases.LANGUAGES["en"].holds if why == call.proposal.tool)
