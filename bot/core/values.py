"""Values: what events and calls are made of. Frozen; they stand for themselves and refer to nothing."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

Kind = Literal[
    "read", "write", "gated", "question", "await", "say", "stand_by", "nothing", "withdraw", "limit"
]

By = Literal["call", "thread", "agent", "default"]

Word = Literal["approve", "deny", "edit", "answer", "pass", "later", "ignore"]


class Value(BaseModel):
    """A frozen value. Fields it does not know are ignored: a newer version of the code may have written them."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Address(Value):
    """Where to answer: a channel and a locator that this channel alone can read."""

    channel: str
    locator: str


class Routed(Value):
    """A place for a card, by whose word it is one: the call's own, the thread, its agent's, the bot's; `name` is what people call it."""

    by: By
    address: Address
    name: str = ""


class Attachment(Value):
    """A file that came with a message, by the name that its channel knows it under; what is in it is read by whoever works."""

    id: str
    name: str = ""


class Original(Value):
    """All of a message as it came, where what was taken for its words is less: on record, shown to no model, and nobody's word.

    `size` is how many characters there were; where fewer are kept, `text` is how it begins.
    """

    text: str
    size: int
    untrusted: Literal[True] = True


class Picture(Value):
    """A picture that came out of a call: its bytes, so many, are the blob `ref` of the log."""

    ref: str
    size: int
    type: str
    width: int
    height: int


class Usage(Value):
    """What one model call used: tokens by price class, and money in millionths of a US dollar (None: price unknown)."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    micro_usd: int | None = None

    @property
    def tokens(self) -> int:
        """All tokens, whatever they cost."""
        return self.input + self.output + self.cache_read + self.cache_write


class Limits(Value):
    """How far a thread may go before a human is asked: data, frozen into each step. None means no such limit."""

    steps: int = 20
    failures: int = 3
    micro_usd: int | None = None
    wall_seconds: int | None = None
    calls: int | None = None
    tokens: int | None = None
    cards_per_hour: int | None = None


class Deputy(Value):
    """Somebody who may decide in another's place from `since` on, in milliseconds since the epoch, and where they are told then.

    `tell` is when they are told, where that is later: at the first moment of their own hours.
    """

    person: str
    of: str
    since: int
    address: Address | None = None
    tell: int = 0


class Rung(Value):
    """Who is told that a request still waits, so many seconds after it was asked; a reminder that names nobody goes to all who are asked."""

    after_seconds: int
    kind: Literal["remind", "escalate"] = "remind"
    to: tuple[str, ...] = ()


class Grantable(Value):
    """What may be granted beside an approval: for at most so many minutes, calls whose arguments of these names are the `same`.

    `outside`: also calls whose other arguments repeat what came from outside.
    """

    minutes: int
    same: tuple[str, ...] = ()
    outside: bool = False


class Card(Value):
    """What an approver is shown and by what it is decided. The digest covers tool, arguments, text and pins.

    `outside` names the arguments that repeat what came from outside, each with whence. `addresses` are where it is put, each tried where
    the one before refused it; where there are none, in its thread alone. `apart` are those who may decide and are not
    reached by the first of these: each has a copy of their own from `since` on. `reached` is where each of those is reminded, or
    asked what became of the call, whom it does not reach. `unread` are groups through which nobody decides, each with why it could not be read.
    """

    text: str
    digest: str
    pins: dict[str, JsonValue] = {}
    approvers: tuple[str, ...] = ()
    quorum: int = 1
    self_approval: bool = False
    typed: bool = True
    channels: tuple[str, ...] = ()
    deadline_seconds: int | None = None
    agent: str = ""
    outside: dict[str, str] = {}
    deputies: tuple[Deputy, ...] = ()
    ladder: tuple[Rung, ...] = ()
    grant: Grantable | None = None
    addresses: tuple[Routed, ...] = ()
    apart: tuple[Deputy, ...] = ()
    reached: dict[str, Address] = {}
    unread: dict[str, str] = {}


class Aside(Value):
    """What somebody said to a request instead of deciding: `pass` it `to` another, `later` at `until`, or `ignore` it."""

    by: str
    word: Word
    to: str = ""
    until: int = 0


class Proposal(Value):
    """One call as the model chose it, with the policy that held at that moment frozen beside it; `addresses` are where a question is put.

    `beyond` says which limit of a day or an hour it is beyond: it is not made.
    `apart` and `reached` are to a question, and to what became of a call, what they are to a card. `askers` are those whose words led to
    it, beside whoever began the thread or made its schedule.
    """

    kind: Kind
    tool: str
    arguments: dict[str, JsonValue] = {}
    because: str = ""
    idempotent: bool = False
    time_limit_seconds: int = 60
    deadline_seconds: int | None = None
    asked: tuple[str, ...] = ()
    askers: tuple[str, ...] = ()
    ladder: tuple[Rung, ...] = ()
    addresses: tuple[Routed, ...] = ()
    apart: tuple[Deputy, ...] = ()
    reached: dict[str, Address] = {}
    beyond: str = ""


class Base(Value):
    """What every event has."""

    v: Literal[1] = 1
    id: str
    at: int = 0
    actor: str = ""
