"""People: who is who in every channel, which groups they are in, and what places are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict

from bot.kit.document import Document, document
from bot.kit.nearest import meant

_ALIAS = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SLACK_BOT = re.compile(r"[BUW][A-Z0-9]+", re.ASCII)
# Events name these as their actors; a person of that name would be taken for them.
_RESERVED = frozenset({"model", "engine", "clock"})


class Person(BaseModel):
    """Somebody the bot knows, and where to find them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    slack: str | None = None
    email: str | None = None
    time_zone: str | None = None
    language: str | None = None
    deputy: str | None = None


class Bot(BaseModel):
    """Another bot that may speak to this one: its bot ID or its member ID. It decides nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slack: str


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    people: dict[str, Person] = {}
    bots: dict[str, Bot] = {}
    groups: dict[str, tuple[str, ...]] = {}
    places: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class People:
    """Everybody in the people file. A name that is not in it means nobody."""

    people: Mapping[str, Person] = field(default_factory=dict[str, Person])
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    places: Mapping[str, str] = field(default_factory=dict[str, str])
    bots: Mapping[str, Bot] = field(default_factory=dict[str, Bot])

    @classmethod
    def load(cls, path: Path) -> People:
        """The people file; AgentError with file and line where it is wrong."""
        file = document(path)
        read = file.read(_File)
        people = cls(read.people, read.groups, read.places, read.bots)
        _check_names(file, people)
        _check_bots(file, people)
        _check_persons(file, people)
        _check_groups(file, people)
        return people

    def expand(self, names: Iterable[str]) -> tuple[str, ...]:
        """The persons these names mean, groups resolved, each once; unknown names mean nobody."""
        found: dict[str, None] = {}
        for name in names:
            found.update(dict.fromkeys(self._members(name, ())))
        return tuple(found)

    def unknown(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of these names that are neither a person nor a group."""
        return tuple(name for name in names if name not in self.people and name not in self.groups)

    def alias_of(self, channel: str, address: str) -> str | None:
        """Whose address this is on this channel; exact but for the letter case of mail addresses."""
        match channel:
            case "slack":
                return self._whose(address, {p.slack: alias for alias, p in self.people.items()})
            case "email":
                mails = {(p.email or "").casefold(): alias for alias, p in self.people.items()}
                return self._whose(address.casefold(), mails)
            case _:
                return address if address in self.people else None

    def bots_on(self, channel: str) -> frozenset[str]:
        """The addresses of other bots that may speak on this channel."""
        return frozenset(bot.slack for bot in self.bots.values() if channel == "slack")

    def groups_of(self, person: str) -> tuple[str, ...]:
        """The groups this person is in, also by way of another group."""
        return tuple(group for group in self.groups if person in self._members(group, ()))

    def _whose(
        self, address: str, aliases: Mapping[str | None, str] | Mapping[str, str]
    ) -> str | None:
        return dict(aliases).get(address) if address else None

    def _members(self, name: str, inside: tuple[str, ...]) -> tuple[str, ...]:
        if name in self.people:
            return (name,)
        if name in inside:
            return ()
        members = self.groups.get(name, ())
        return tuple(person for each in members for person in self._members(each, (*inside, name)))


def _check_names(file: Document, people: People) -> None:
    kinds = (("people", people.people), ("groups", people.groups), ("bots", people.bots))
    for kind, names in kinds:
        for name in names:
            if not _ALIAS.fullmatch(name):
                expected = "a short name of small letters, digits, . _ and - was expected"
                raise file.wrong((kind, name), expected)
            if name in _RESERVED:
                raise file.wrong(
                    (kind, name), f"another name was expected: {name} is the bot's own"
                )
    if both := sorted(set(people.people) & set(people.groups)):
        raise file.wrong(
            ("groups", both[0]), f"{both[0]} is a person; a group needs a name of its own"
        )


def _check_bots(file: Document, people: People) -> None:
    taken = {person.slack: alias for alias, person in people.people.items()}
    for alias, bot in people.bots.items():
        if alias in people.people or alias in people.groups:
            text = f"{alias} is a person or a group; a bot needs a name of its own"
            raise file.wrong(("bots", alias), text)
        if not _SLACK_BOT.fullmatch(bot.slack):
            expected = "a bot ID (B…) or a member ID (U…) of Slack was expected"
            raise file.wrong(("bots", alias, "slack"), expected)
        other = taken.setdefault(bot.slack, alias)
        if other != alias:
            raise file.wrong(("bots", alias, "slack"), f"this address is already that of {other}")


def _check_persons(file: Document, people: People) -> None:
    seen: dict[str, str] = {}
    for alias, person in people.people.items():
        place = ("people", alias)
        if person.email is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+", person.email):
            raise file.wrong((*place, "email"), "a mail address was expected")
        if person.deputy is not None and person.deputy not in people.people:
            text = f"a person was expected{meant(person.deputy, people.people)}"
            raise file.wrong((*place, "deputy"), text)
        if person.time_zone is not None and not is_zone(person.time_zone):
            raise file.wrong((*place, "time_zone"), "a time zone like Europe/Berlin was expected")
        for channel, address in (("slack", person.slack), ("email", person.email)):
            other = seen.setdefault(f"{channel} {address.casefold()}", alias) if address else alias
            if other != alias:
                raise file.wrong((*place, channel), f"this address is already that of {other}")


def _check_groups(file: Document, people: People) -> None:
    for group, members in people.groups.items():
        known = [*people.people, *people.groups]
        for index, member in enumerate(members):
            if member not in known:
                text = f"{member[:80]} is neither a person nor a group{meant(member[:80], known)}"
                raise file.wrong(("groups", group, index), text)
        if _contains_itself(people, group):
            raise file.wrong(("groups", group), f"{group} contains itself")


def _contains_itself(people: People, group: str) -> bool:
    reached, open_groups = set[str](), [group]
    while open_groups:
        inner = {each for each in people.groups[open_groups.pop()] if each in people.groups}
        if group in inner:
            return True
        open_groups += inner - reached
        reached |= inner
    return False


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
