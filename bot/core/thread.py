"""Thread: what is so. The fold of a log, as frozen values; nothing here decides anything."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from bot.core.grant import Grant, Granted
from bot.core.house import DayReached
from bot.core.ids import Ids
from bot.core.names import call_id
from bot.core.owed import NONE_YET, Notice, Refusal, Reminders
from bot.core.values import Address, Aside, Card, Deputy, Limits, Proposal

Outcome = Literal[
    "returned", "failed", "denied", "withdrawn", "expired", "voided", "gave_up",
    "happened", "answered", "elapsed", "said", "unknown_in_parent",
]  # fmt: skip
About = Literal["approval", "question", "unknown"]
Why = Literal["steps", "failures", "money", "time", "model", "calls", "tokens", "cards", "day"]


# ---- phases of one call: only these exist ----------------------------------------------------------------------------
class Previewing(Struct, frozen=True):
    """A gated call whose card is being made."""


class Ready(Struct, frozen=True):
    """May run, when its turn comes."""


class Asked(Struct, frozen=True):
    """A human is asked. `shown` is when the channel took the card; `copy` numbers the address it goes to, `told` are those who have one alone, and `copied` since when each of them; `stood` is the copy that stands and may have reached nobody, while a further address is tried, and `tried` that those all refused it."""

    about: About
    until: int | None = None
    votes: tuple[str, ...] = ()
    shown: int | None = None
    copy: int = 0
    told: tuple[str, ...] = ()
    copied: tuple[tuple[str, int], ...] = ()
    stood: int | None = None
    tried: bool = False


class Started(Struct, frozen=True):
    """Claimed. `run` counts repetitions under the same key (idempotent calls alone)."""

    run: int = 1


class Sleeping(Struct, frozen=True):
    """Waits for a time."""

    until: int


class Saying(Struct, frozen=True):
    """A message is owed to the thread's address; `copy` numbers the one it goes to."""

    copy: int = 0


class Closed(Struct, frozen=True):
    """Over. `by` is who ended it, `text` the reason or the answer."""

    outcome: Outcome
    text: str = ""
    by: str = ""


Phase = Previewing | Ready | Asked | Started | Sleeping | Saying | Closed
PREVIEWING, READY, SAYING = Previewing(), Ready(), Saying()


class Call(Struct, frozen=True):
    """One call with its own phase. `n` is the try at hand, `begun` the last one claimed, `version` the showing at hand.

    `runs` is the last run of the try that was claimed, `approved` whose votes made it ready: they are looked at again before it runs.
    `open` marks a request of an earlier step that can still be answered; `quote` is what was said since it was asked,
    `anew` why it is asked again though nobody said or changed anything, `asides` what was said instead of deciding, `first` what was
    proposed, where people changed it since; `granted` under which grant it runs, where nobody was asked about it; `reminders` who was told that it waits,
    `unreached` whose copy came back, whichever showing it was of, `touched` that somebody who asked for it has said something since.
    """

    id: str
    step: int
    index: int
    proposal: Proposal
    phase: Phase
    n: int = 1
    begun: int = 0
    runs: int = 0
    started_at: int = 0
    version: int = 1
    card: Card | None = None
    editors: tuple[str, ...] = ()
    first: Proposal | None = None
    approved: tuple[str, ...] = ()
    open: bool = False
    quote: str = ""
    anew: str = ""
    asides: tuple[Aside, ...] = ()
    granted: Granted | None = None
    reminders: Reminders = NONE_YET
    unreached: tuple[str, ...] = ()
    touched: bool = False

    @property
    def request(self) -> str:
        """The name under which this showing is answered."""
        return f"{self.id}-v{self.version}"


# ---- the thread's turn -----------------------------------------------------------------------------------------------
class Idle(Struct, frozen=True):
    """At rest; open requests may still be answered."""


class Thinking(Struct, frozen=True):
    """The model is to be asked: now, or again at `retry_at`. `since` is when the trouble began."""

    retry_at: int | None = None
    tries: int = 0
    since: int = 0
    told: bool = False


class Working(Struct, frozen=True):
    """Calls of the latest step are under way."""


class Held(Struct, frozen=True):
    """A limit or a dead end: the call `request` asks a human how to go on."""

    request: str
    why: Why


Turn = Idle | Thinking | Working | Held
# Values without contents are made once: making one costs as much as a fifth of folding an event.
IDLE, THINKING, WORKING = Idle(), Thinking(), Working()


class Tally(Struct, frozen=True):
    """What the limits are measured by. `since` is when a human last spoke or a wait ended; `cards` when the last were shown."""

    steps: int = 0
    failures: int = 0
    malformed: int = 0
    since: int = 0
    micro_usd: int = 0
    allowance: int = 0
    tokens: int = 0
    token_allowance: int = 0
    calls: int = 0
    cards: tuple[int, ...] = ()


class Thread(Struct, frozen=True):
    """One conversation of `head` events. A step chosen before `heard` is void; `stepped` is the head of the latest that counted.

    `newer`: a newer version of the code has written what this one cannot read, so it may do nothing here.
    `unreadable` is the place, counted from 1, of the first event that nobody can read: it may have been a denial.
    `asked` answer what nobody else is named for, `apart` are those of them whom its place does not reach. `creators` made the schedules that spoke here, or ran them by hand.
    `askers` have asked for something since it was last at rest with nothing open, `dropped` is the head at which the work was last ended. `calls` are those of the latest step and what earlier ones left open; `past` the requests decided last.
    `short` is the day's limit that it was told it waits for, until the model answers again.
    `quiet`: a schedule that is known to fail began the work, and nobody has spoken since; `refusing` is why its
    address took the last message not, as it was told.
    """

    id: str
    agent: str = ""
    address: Address | None = None
    fallback: Address | None = None
    requester: str = ""
    creators: tuple[str, ...] = ()
    askers: tuple[str, ...] = ()
    dropped: int = 0
    head: int = 0
    at: int = 0
    heard: int = 0
    stepped: int = 0
    turn: Turn = IDLE
    calls: tuple[Call, ...] = ()
    past: tuple[Call, ...] = ()
    tally: Tally = Tally()
    limits: Limits = field(default_factory=Limits)
    asked: tuple[str, ...] = ()
    apart: tuple[Deputy, ...] = ()
    notices: tuple[Notice, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    grants: tuple[Grant, ...] = ()
    paused: bool = False
    newer: bool = False
    unreadable: int = 0
    cancelled: bool = False
    short: DayReached | None = None
    quiet: bool = False
    refusing: str = ""
    decided: bool = False
    ids: Ids = field(default_factory=Ids)

    @property
    def is_closed_to_us(self) -> bool:
        """Whether its log holds what may forbid anything: until that can be read, nothing may be done here."""
        return self.newer or self.unreadable > 0

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where its messages go: each is tried in turn for what cannot be delivered."""
        return tuple(each for each in (self.address, self.fallback) if each)

    def call(self, name: str) -> Call | None:
        """The call that this request, delivery key or call id names, whatever version it names."""
        id = call_id(name)
        for calls in (self.calls, self.past):
            for call in calls:
                if call.id == id:
                    return call
        return None


def delivery_key(call: Call) -> str:
    """The key under which this showing is sent: the call for a message or for what runs under a grant, the request for a card, marked by copy."""
    match call.phase:
        case Asked(copy=copy):
            return f"{call.request}~{copy}" if copy else call.request
        case Saying(copy=copy) if copy:
            return f"{call.id}~{copy}"
        case Ready() if call.granted:
            return f"{call.id}~granted"
        case _:
            return call.id


def asked_about(thread: Thread, *abouts: About) -> list[Call]:
    """The calls on which a human is asked about one of these, in the order they were proposed."""
    return [
        call
        for call in thread.calls
        if isinstance(call.phase, Asked) and call.phase.about in abouts
    ]


def is_closed(call: Call) -> bool:
    """Whether this call is over."""
    return isinstance(call.phase, Closed)
