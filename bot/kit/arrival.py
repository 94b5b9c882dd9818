"""Arrival: the port by which what people say and press comes in. A channel translates; what it means is decided behind here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pydantic import JsonValue

from bot.core.outbox import Approval, Question, Waiting
from bot.core.values import Address, Attachment, Original, Word

Aim = Literal["bot", "others", "anybody"]
Standing = Literal["member", "guest", "outsider", "bot", "unknown"]
Became = Literal["asked", "noted", "ignored", "enough", "outside"]
Json = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote, and to whom: `bot` where it is mentioned or spoken to alone, `others` where only they are.

    `person` is who wrote it, by their address on this channel, `before` what was said there until then, `files` what came with it.
    `standing` is what they are in that place: a guest or somebody from outside asks nothing unless the people file names them,
    another bot only so often. `noted_as` is what they are on record as where their words ask nothing, if that was looked up.
    `agent` is whom they name, where they begin a thread; `original` all that they were taken from.
    """

    id: str
    address: Address
    person: str
    text: str
    aim: Aim
    written: int | None = None
    before: tuple[Words, ...] = ()
    files: tuple[Attachment, ...] = ()
    standing: Standing = "member"
    noted_as: Standing | None = None
    agent: str = ""
    original: Original | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What became of a message that may be on the thread's log: it was changed, or taken back. `id` is ABOUT/edited/WHEN or ABOUT/deleted.

    `standing` is what whoever did it is in that place.
    """

    id: str
    about: str
    address: Address
    person: str
    text: str
    standing: Standing = "member"


@dataclass(frozen=True, slots=True)
class Press:
    """A verdict given by a button or a form. `choice` counts from 0, where a question offers some.

    `spot` is where it was given, in the channel's own words, `digest` how that of the card began that was shown; where that is not
    told, nothing is approved. `standing` is what whoever gave it is in that place. Of words, `written` is the channel's own time: what is shown since then they do not approve. An approval
    for so many `minutes` grants more of its kind. It is passed `to` somebody, and put off `until` a time. `original` is all that its words were taken from.
    """

    id: str
    channel: str
    person: str
    request: str
    word: Word
    choice: int | None = None
    text: str = ""
    arguments: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    spot: str = ""
    digest: str = ""
    written: int | None = None
    minutes: int | None = None
    to: str = ""
    until: int | None = None
    standing: Standing = "member"
    original: Original | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """What somebody thinks of a message of ours, which went out under this key."""

    id: str
    channel: str
    person: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Bounce:
    """What went out under this key came back: `person`, by their address on this channel, does not have it. Empty: one of several, nobody knows who."""

    id: str
    channel: str
    person: str
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Form:
    """What a form about a request is made of: the card as it stands, what its tool takes, and where its thread is at `home`."""

    asked: Approval | Question
    schema: Json
    home: Address | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """A request that waits, and the channel's receipt of its card, where the card is on that channel."""

    asked: Waiting
    receipt: str = ""


class Arrivals(Protocol):
    """Where a listener hands in what it hears. What was taken is durable when these return."""

    async def words(self, words: Words) -> Became:
        """Take a message: it asks the bot, is other people's talk in a thread of ours, or is nothing of ours or nothing new.

        `enough` is a bot's word that is only noted, the first after so many that asked without a person's among them; `outside`
        what would have asked, had whoever wrote it not become a guest or an outsider.
        """
        ...

    async def nearly(self, words: Words, request: str, *, against: bool) -> bool:
        """Take words that nearly decide this request, of somebody who may: they are noted, and the model is not asked. Whether they were.

        What may be meant `against` it has it asked anew. Where nobody is asked, or something else goes on that may be meant to be held back, nothing is taken.
        """
        ...

    def is_outside(self, words: Words) -> bool:
        """Whether these are the words of a guest or an outsider, who may ask for nothing."""
        ...

    async def meant(self, words: Words) -> Sequence[Approval]:
        """The approvals that are open where these words were written, if they nearly decide and their author may; only read."""
        ...

    async def remark(self, remark: Remark) -> Sequence[Approval]:
        """Take a change of a message, if we have that message; the approvals that are open, where it is news and that message asked."""
        ...

    async def press(self, press: Press) -> None:
        """Take a verdict; whether it counts only the fold knows."""
        ...

    async def rate(self, rating: Rating) -> None:
        """Take what somebody thinks of a message of ours: it goes on record and changes nothing."""
        ...

    async def bounced(self, bounce: Bounce) -> bool:
        """Take that a message of ours came back, if it is a thread's; whether it is. It goes on record, and whoever else can decide is told by that thread."""
        ...

    async def refusal(self, press: Press) -> str | None:
        """Why a verdict that was taken did not count; None: it did, only read."""
        ...

    async def halted(self, request: str) -> str | None:
        """By whom and why nothing begins for now in the thread of this request; None: it is not halted; only read."""
        ...

    async def took(self, request: str, id: str) -> bool:
        """Whether a verdict of this identity on this request, or on another showing of it, was taken before; only read."""
        ...

    async def bury(self, channel: str, raw: bytes, cause: str) -> None:
        """Keep a payload that nothing can be made of."""
        ...

    async def asked(self, request: str) -> Waiting | None:
        """What is asked now by this request or a newer showing of it, only read; None: it is over, or being made anew."""
        ...

    async def form(self, request: str) -> Form | None:
        """What a form needs, only read, be the card that was named an older showing; None: nobody is asked any more."""
        ...

    async def objection(self, press: Press) -> str | None:
        """Why this verdict would not count now, in one sentence, only read; None: it would."""
        ...

    async def unheard(self, words: Words) -> str | None:
        """Why these words, which would decide what is open where they were written, do not; None: they would, or are none; only read."""
        ...

    async def stopping(self, address: Address) -> Sequence[str] | None:
        """The tools that have begun where a stop was taken that the thread was not told of yet; None: there is no such stop; only read."""
        ...

    async def complaints(self, request: str, arguments: Json) -> str | None:
        """Why these changed arguments cannot be taken, in one sentence; only read."""
        ...

    async def lately(self, channel: str) -> Sequence[Address]:
        """Where threads of this channel moved last, the last one first; a bounded number of them."""
        ...

    async def shown(self, channel: str) -> Sequence[str]:
        """The receipts of the cards that wait now for anybody, of threads of this channel; a bounded number of threads is looked at."""
        ...

    async def cursors(self, channel: str) -> Mapping[str, str]:
        """How far each place of this channel was read, by the place's own measure; nothing where that was lost."""
        ...

    async def move_cursors(self, channel: str, cursors: Mapping[str, str]) -> None:
        """Remember that these places were read so far."""
        ...

    async def has_heard(self, address: Address, id: str) -> bool:
        """Whether the thread at this address has taken something of this identity before; only read."""
        ...

    async def knows(self, address: Address) -> bool:
        """Whether a thread of ours lives at this address."""
        ...

    async def open(self, address: Address) -> Sequence[Waiting]:
        """Everything that the thread at this address waits for."""
        ...

    async def waiting(self, channel: str, person: str) -> Sequence[Open]:
        """What this person may decide or answer now, in whatever thread; a bounded number of threads is looked at."""
        ...
