"""Said: the events that come from outside, people's words and the clock's, and what is on record of words that did not count."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from bot.core.values import Address, Attachment, Base, Original, Word


class MessageReceived(Base):
    """It asks the bot. `written` is the source's own time, where it has one; `cut` counts the secrets that were cut out, by kind."""

    type: Literal["MessageReceived"] = "MessageReceived"
    address: Address
    text: str
    agent: str = ""
    written: int | None = None
    files: tuple[Attachment, ...] = ()
    original: Original | None = None
    cut: dict[str, int] = Field(default_factory=dict[str, int])


class MessageNoted(Base):
    """Other people's words in the thread: context, nothing more.

    Where they may be meant to refuse the request that they are in `doubts` of, it is asked anew: a form of its own, since code that does not
    know it would let the card count that stood there before.
    """

    type: Literal["MessageNoted"] = "MessageNoted"
    v: Literal[1, 2] = 1  # type: ignore[assignment]  # this has a second form, as a step has
    address: Address
    text: str
    files: tuple[Attachment, ...] = ()
    original: Original | None = None
    doubts: str = ""


class CronTicked(Base):
    """A slot of a schedule has come. `creator` made the schedule and counts as a requester of what it leads to, as do the `askers` whose words it was made or run by.

    What cannot be delivered at `address` goes to the `fallback`. `quiet`: its schedule is known to fail, so that what fails once more
    says nothing of it.
    """

    type: Literal["CronTicked"] = "CronTicked"
    address: Address
    prompt: str
    schedule: str
    agent: str = ""
    creator: str = ""
    askers: tuple[str, ...] = ()
    fallback: Address | None = None
    quiet: bool = False


class Verdict(Base):
    """A human's word on a request, given at `address` under this `account`: only the fold knows whether it counts.

    `to` and `until` are to whom and till when it is put off. An approval for so many `minutes` grants more of its kind for as long;
    it has a form of its own, which code that knows no grants cannot read: where that sees a card open, nothing of it may run twice.
    """

    type: Literal["Verdict"] = "Verdict"
    v: Literal[1, 2] = 1  # type: ignore[assignment]  # this has a second form, as a step has
    request: str
    word: Word
    digest: str = ""
    text: str = ""
    arguments: dict[str, JsonValue] = Field(default_factory=dict)
    channel: str = ""
    address: Address | None = None
    account: str = ""
    to: str = ""
    until: int | None = None
    minutes: int | None = None
    original: Original | None = None


class VerdictRefused(Base):
    """A verdict that did not count, and why."""

    type: Literal["VerdictRefused"] = "VerdictRefused"
    verdict: str
    request: str
    reason: str
