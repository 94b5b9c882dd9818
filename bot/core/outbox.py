"""Outbox: what a delivery key says to a human, as a value for a channel to render; a function of what is so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from bot.core import phrases
from bot.core.approvals import choices, may_approve, may_retry_at
from bot.core.deputies import standing_in
from bot.core.edits import before
from bot.core.owed import Code
from bot.core.thread import Asked, Call, Saying, Thread, Why, delivery_key
from bot.core.values import Address, Card


@dataclass(frozen=True, slots=True)
class Say:
    """The agent's own words, to the thread. `final`: with them its work is done for now."""

    key: str
    text: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What the agent asks people; without choices any words answer it."""

    key: str
    request: str
    question: str
    context: str
    urgency: str
    format: str
    choices: tuple[str, ...]
    until: int | None
    asked: tuple[str, ...]
    quote: str
    requester: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """A call that runs only if enough of its approvers say so. `text` is what its preview found.

    `barred` are those approvers who asked for the call or changed it: their approval would not count.
    `channels`, where there are any, are those from which an approval counts. `outside` names the arguments that repeat what came from
    outside, each with whence. `before` are arguments that people changed, as they were first. `anew` says why it is asked again, where nobody's words or edit did that. `standing_in` are deputies who
    may decide by now.
    """

    key: str
    request: str
    tool: str
    arguments: Mapping[str, JsonValue]
    because: str
    text: str
    approvers: tuple[str, ...]
    quorum: int
    votes: tuple[str, ...]
    self_approval: bool
    typed: bool
    until: int | None
    digest: str
    quote: str
    editors: tuple[str, ...]
    before: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    barred: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    outside: Mapping[str, str] = field(default_factory=dict[str, str])
    requester: str = ""
    anew: str = ""
    standing_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnknownOutcome:
    """A call that was started, and nobody knows how it ended. Not to be tried again before `may_retry_at`."""

    key: str
    request: str
    tool: str
    arguments: Mapping[str, JsonValue]
    text: str
    started_at: int
    may_retry_at: int
    choices: tuple[str, ...]
    asked: tuple[str, ...]
    quote: str
    requester: str = ""
    anew: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """The work stands still until somebody says how to go on."""

    key: str
    request: str
    why: Why
    reason: str
    text: str
    choices: tuple[str, ...]
    asked: tuple[str, ...]
    requester: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the frame itself says. Nobody needs to answer."""

    key: str
    code: Code
    text: str


Outgoing = Say | Question | Approval | UnknownOutcome | Hold | Notice
Waiting = Question | Approval | UnknownOutcome | Hold


def message(thread: Thread, key: str, language: phrases.Language = "en") -> Outgoing | None:
    """What is to be sent under this key; None: nothing is owed under it any more."""
    for notice in thread.notices:
        if notice.key == key:
            return Notice(key, notice.code, phrases.notice(notice.code, notice.text, language))
    call = thread.call(key)
    if call is None or delivery_key(call) != key:
        return None
    match call.phase:
        case Saying():
            text = str(call.proposal.arguments.get("message", ""))
            return Say(key, text, final=call.proposal.kind == "say")
        case Asked() as phase:
            return _request(thread, call, phase, language)
        case _:
            return None


def address(thread: Thread, key: str) -> Address | None:
    """Where what this key names is sent: the thread's own address, or the next where that one failed."""
    call = thread.call(key)
    copy = call.phase.copy if call and isinstance(call.phase, Asked) else 0
    return thread.addresses[copy] if copy < len(thread.addresses) else None


def pending(thread: Thread, language: phrases.Language = "en") -> tuple[Waiting, ...]:
    """Everything that waits for a human now, in the order it was proposed."""
    return tuple(
        _request(thread, call, call.phase, language)
        for call in thread.calls
        if isinstance(call.phase, Asked)
    )


def _request(thread: Thread, call: Call, phase: Asked, language: phrases.Language) -> Waiting:
    """What is asked, and in whose thread."""
    return replace(_asked(thread, call, phase, language), requester=thread.requester)


def _asked(thread: Thread, call: Call, phase: Asked, language: phrases.Language) -> Waiting:
    if phase.about == "unknown":
        return _unknown(call, language)
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
        before=before(call),
        barred=tuple(name for name in card.approvers if name not in may),
        channels=card.channels,
        outside=card.outside,
        anew=call.anew,
        standing_in=standing_in(card.deputies, thread.at) if card.deputies else (),
    )


def _unknown(call: Call, language: phrases.Language) -> UnknownOutcome:
    return UnknownOutcome(
        key=delivery_key(call),
        request=call.request,
        tool=call.proposal.tool,
        arguments=call.proposal.arguments,
        text=phrases.unknown(call.proposal.tool, language),
        started_at=call.started_at,
        may_retry_at=may_retry_at(call),
        choices=choices(call),
        asked=call.proposal.asked,
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
