"""The plain facts of which a history is made, in the order in which they were stored."""

from dataclasses import dataclass

from tests.oracle.people import Address
from tests.oracle.rules import Arguments, Call
from tests.oracle.words import Word


@dataclass(frozen=True)
class Proposed:
    """The model chose a call."""

    at: int
    call: Call


@dataclass(frozen=True)
class CardShown:
    """A version of a request's card can be seen at an address."""

    at: int
    request: str
    version: int
    digest: str
    to: Address


@dataclass(frozen=True)
class Decision:
    """Somebody pressed, or sent the form of, a decision which names what it decides."""

    at: int
    request: str
    word: Word
    by: Address
    version: int
    digest: str
    id: str = ""
    arguments: Arguments = ()
    text: str = ""
    to: str = ""
    until: int = 0
    pattern: Arguments | None = None
    card_to: Address | None = None


@dataclass(frozen=True)
class WordTyped:
    """Somebody wrote a message in the thread, and it arrived."""

    at: int
    by: Address
    text: str
    thread: str = "t1"
    addressed: bool = True
    written_at: int | None = None
    id: str = ""


@dataclass(frozen=True)
class ArgumentsChanged:
    """The model now wants the call with other arguments."""

    at: int
    request: str
    arguments: Arguments


@dataclass(frozen=True)
class PinMoved:
    """A fact on which the card rests now reads otherwise in the world."""

    at: int
    request: str
    pins: str


@dataclass(frozen=True)
class AgentChanged:
    """Prompt, policy, schema or source of an agent was deployed anew."""

    at: int
    agent: str = "deploybot"


@dataclass(frozen=True)
class ApproverRemoved:
    """A person is no longer among the approvers, by list or group."""

    at: int
    name: str


@dataclass(frozen=True)
class ApproverAdded:
    """A person is now among the approvers."""

    at: int
    name: str


@dataclass(frozen=True)
class PersonLeft:
    """A person is no longer in the directory."""

    at: int
    name: str


@dataclass(frozen=True)
class DeadlinePassed:
    """The timer of a request's deadline fired."""

    at: int
    request: str


@dataclass(frozen=True)
class Withdrawn:
    """The model withdrew a request."""

    at: int
    request: str


@dataclass(frozen=True)
class Looked:
    """A worker looked whether what was shown or approved still stands."""

    at: int
    request: str


@dataclass(frozen=True)
class Claimed:
    """A worker looked and tried to claim the call."""

    at: int
    request: str


@dataclass(frozen=True)
class Started:
    """The outside world saw the call begin."""

    at: int
    request: str


@dataclass(frozen=True)
class Ended:
    """The result of a try (counted from 1) arrived."""

    at: int
    request: str
    n: int = 1
    returned: bool = True


@dataclass(frozen=True)
class FoundUnfinished:
    """A worker found the call claimed, not ended, and nobody at it."""

    at: int
    request: str


@dataclass(frozen=True)
class Halted:
    """The kill switch was turned on, for one agent or for all (no name)."""

    at: int
    agent: str = ""


@dataclass(frozen=True)
class Resumed:
    """The kill switch was turned off, for one agent or for all (no name)."""

    at: int
    agent: str = ""


@dataclass(frozen=True)
class LimitReached:
    """A limit is used up."""

    at: int
    limit: str


@dataclass(frozen=True)
class LimitExtended:
    """Somebody answered the question for a limit with more."""

    at: int
    limit: str
    by: Address


Fact = (
    Proposed
    | CardShown
    | Decision
    | WordTyped
    | ArgumentsChanged
    | PinMoved
    | AgentChanged
    | ApproverRemoved
    | ApproverAdded
    | PersonLeft
    | DeadlinePassed
    | Withdrawn
    | Looked
    | Claimed
    | Started
    | Ended
    | FoundUnfinished
    | Halted
    | Resumed
    | LimitReached
    | LimitExtended
)

History = tuple[Fact, ...]
"""Facts in the order in which they were stored; their times never go back."""
