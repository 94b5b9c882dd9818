"""The policy of a tool, and the calls it is asked about."""

from dataclasses import dataclass

from tests.oracle.people import Address
from tests.oracle.words import Mode

Arguments = tuple[tuple[str, int | str], ...]
"""Named values, in the order in which they are shown."""


def value_of(arguments: Arguments, name: str) -> int | str | None:
    """The value of one argument."""
    for key, value in arguments:
        if key == name:
            return value
    return None


def covers(pattern: Arguments, arguments: Arguments) -> bool:
    """Whether a pattern names every argument with its value or a star, and nothing else."""
    if {key for key, _ in pattern} != {key for key, _ in arguments}:
        return False
    return all(value_of(pattern, key) in (value, "*") for key, value in arguments)


def digest_of(tool: str, arguments: Arguments) -> str:
    """A digest which a reader can read: two are equal exactly when tool and arguments are."""
    return f"{tool}({', '.join(f'{key}={value!r}' for key, value in sorted(arguments))})"


RELEASES = Address("slack", "#releases")
"""Where a call comes from unless it is said otherwise."""


@dataclass(frozen=True)
class Condition:
    """A predicate on the arguments: the number named is above a bound."""

    argument: str
    above: int

    def holds(self, arguments: Arguments) -> bool:
        """Whether the arguments fulfil it."""
        value = value_of(arguments, self.argument)
        return isinstance(value, int) and value > self.above


@dataclass(frozen=True)
class Rule:
    """What the policy says of a tool; durations in seconds but for the grant's minutes."""

    mode: Mode = Mode.ALWAYS
    when: Condition | None = None
    approvers: tuple[str, ...] = ()
    quorum: int = 1
    more: tuple[Condition, int] | None = None
    self_approval: bool = False
    deadline: int = 7 * 24 * 3600
    words: bool = True
    channels: tuple[str, ...] = ()
    grant_minutes: int = 0
    idempotent: bool = False
    time_limit: int = 60

    def gates(self, arguments: Arguments) -> bool:
        """Whether a call with these arguments needs an approval."""
        if self.mode is Mode.WHEN:
            return self.when is not None and self.when.holds(arguments)
        return self.mode is Mode.ALWAYS

    def needs(self, arguments: Arguments) -> int:
        """How many people must approve a call with these arguments."""
        if self.more is not None and self.more[0].holds(arguments):
            return self.more[1]
        return self.quorum


@dataclass(frozen=True)
class Call:
    """One use of a tool, as proposed; later versions follow from the history."""

    tool: str
    arguments: Arguments
    requester: Address
    request: str = "r1"
    version: int = 1
    agent: str = "deploybot"
    thread: str = "t1"
    pins: str = "p1"
    origin: Address = RELEASES

    @property
    def digest(self) -> str:
        """The digest of the call as proposed."""
        return digest_of(self.tool, self.arguments)
