"""People, their addresses, groups, deputies and hours."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Address:
    """A channel and a locator in it."""

    channel: str
    locator: str


@dataclass(frozen=True)
class OfficeHours:
    """The local hours, from one inclusive to one exclusive, in which a person is at work."""

    opens: int = 0
    closes: int = 24


@dataclass(frozen=True)
class Person:
    """One human, however many addresses they have."""

    name: str
    addresses: tuple[Address, ...]
    groups: tuple[str, ...] = ()
    deputy: str = ""
    hours: OfficeHours = OfficeHours()
    time_zone: str = "UTC"


@dataclass(frozen=True)
class People:
    """The directory."""

    persons: tuple[Person, ...]

    def named(self, name: str) -> Person | None:
        """The person of that name."""
        for person in self.persons:
            if person.name == name:
                return person
        return None

    def at(self, address: Address) -> Person | None:
        """The person to whom that address belongs."""
        for person in self.persons:
            if address in person.addresses:
                return person
        return None

    def members(self, name: str) -> set[str]:
        """The names behind a name in a list of approvers: the person's, or those of a group."""
        found: set[str] = set()
        for person in self.persons:
            if person.name == name or name in person.groups:
                found.add(person.name)
        return found


def at_work(person: Person, at: int) -> bool:
    """Whether it is within a person's hours, which changes whom one asks and never who may decide."""
    local = datetime.fromtimestamp(at, ZoneInfo(person.time_zone))
    return person.hours.opens <= local.hour < person.hours.closes


def deliver_to(
    call: tuple[Address, ...],
    thread: tuple[Address, ...],
    agent: tuple[Address, ...],
    default: tuple[Address, ...],
) -> tuple[Address, ...]:
    """The addresses of the first of call, thread, agent and default which names any."""
    for named in (call, thread, agent):
        if named:
            return named
    return default
