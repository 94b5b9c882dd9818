"""Outgoing: what is said to people, as values for a channel to render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from bot.core.owed import Code
from bot.core.thread import Why
from bot.core.values import Deputy


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
    unreached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be granted beside an approval: for so many minutes, every call of the tool in which these arguments are the same."""

    minutes: int
    same: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Approval:
    """A call that runs only if enough of its approvers say so. `text` is what its preview found.

    `askers` are all who asked for the call, `barred` those approvers who did or who changed it: their approval would not count.
    `channels`, where there are any, are those from which an approval counts. `outside` names the arguments that repeat what came from
    outside, each with whence. `before` are arguments that people changed, as they were first. `anew` says why it is asked again, where nobody's words or edit did that. `deputies` are those who may decide in another's
    place, each from a time on, `in_place` those of them whose approval would count, `told` who has a copy with this card. `grant` is what may be
    granted besides; `unreached` are those whose copy came back, `apart` those who have one of their own, and where.
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
    askers: tuple[str, ...] = ()
    before: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    barred: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    outside: Mapping[str, str] = field(default_factory=dict[str, str])
    requester: str = ""
    anew: str = ""
    deputies: tuple[Deputy, ...] = ()
    in_place: tuple[Deputy, ...] = ()
    told: tuple[str, ...] = ()
    grant: Offer | None = None
    unreached: tuple[str, ...] = ()
    apart: tuple[Deputy, ...] = ()

    def deciders(self, at: int) -> tuple[str, ...]:
        """Whose word is heard at this time: approvers, and those who stand in for one by then."""
        return (*self.approvers, *(each.person for each in self.deputies if each.since <= at))


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
    unreached: tuple[str, ...] = ()


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
    unreached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the frame itself says. Nobody needs to answer."""

    key: str
    code: Code
    text: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """That a request still waits, to all in its thread; `to` are to notice, and where it is told `apart`, each of them alone, too."""

    key: str
    request: str
    text: str
    to: tuple[str, ...]
    apart: bool = False


Outgoing = Say | Question | Approval | UnknownOutcome | Hold | Notice | Reminder
Waiting = Question | Approval | UnknownOutcome | Hold
