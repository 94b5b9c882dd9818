"""People: who is who in every channel, which groups they are in, and what places are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot.kit.document import Document, document
from bot.kit.live import Live, is_kept
from bot.kit.nearest import meant
from bot.kit.person import CHANNELS, Bot, Person

_ALIAS = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_KEPT = re.compile(r"slack:(?:[TE][A-Z0-9]+/)?S[A-Z0-9]+", re.ASCII)
_SLACK_BOT = re.compile(r"[BUW][A-Z0-9]+", re.ASCII)
# Events name the first four as their actors, a policy the others as whom to tell: somebody of that name would be taken for them.
RESERVED = frozenset({"model", "engine", "clock", "prefetch", "deputy", "owner"})
SHORT_NAME = "a short name of small letters, digits, . _ and - was expected"
MOST_NAMED = 100
"""Of more people than these the model is told the groups alone: every request carries them."""


def _members_of(written: object) -> object:
    """`{slack: S0123456789}` is a group whose members Slack keeps."""
    if isinstance(written, dict):
        kept = cast("dict[object, object]", written)
        return [f"{channel}:{group}" for channel, group in kept.items()]
    return written


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    people: dict[str, Person] = {}
    bots: dict[str, Bot] = {}
    groups: dict[str, Annotated[tuple[str, ...], BeforeValidator(_members_of)]] = {}
    places: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class People:
    """Everybody in the people file. A name that is not in it means nobody."""

    people: Mapping[str, Person] = field(default_factory=dict[str, Person])
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    places: Mapping[str, str] = field(default_factory=dict[str, str])
    bots: Mapping[str, Bot] = field(default_factory=dict[str, Bot])
    live: Live = field(default_factory=Live, compare=False)

    @classmethod
    def load(cls, path: Path) -> People:
        """The people file; AgentError with file and line where it is wrong."""
        file = document(path)
        read = file.read(_File)
        kept = [each for members in read.groups.values() for each in members if is_kept(each)]
        people = cls(read.people, read.groups, read.places, read.bots, Live(tuple(kept)))
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

    @property
    def roster(self) -> str:
        """Who there is, as the model is told: short names and what is said about each, no address; then the groups."""
        few = self.people.items() if len(self.people) <= MOST_NAMED else ()
        persons = (f"{name} ({who.about})" if who.about else name for name, who in few)
        return ", ".join((*persons, *self.groups))

    def unknown(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of these names that are neither a person nor a group."""
        return tuple(name for name in names if name not in self.people and name not in self.groups)

    def kept(self, names: Iterable[str]) -> tuple[str, ...]:
        """The groups kept elsewhere through which these names mean anybody, as `slack:S0123456789`."""
        found, open_names = dict[str, None](), [*names]
        while open_names:
            name = open_names.pop()
            if is_kept(name):
                found[name] = None
            elif name not in self.people:
                open_names += self.groups.get(name, ())
        return tuple(found)

    def alias_of(self, channel: str, address: str, place: str = "") -> str | None:
        """Whose address this is on this channel, exact but for letter case; an account of one workspace alone is nobody's where `place` is in another."""
        if channel not in CHANNELS:
            return address if address in self.people else None
        team, asked = place.partition("/")[0].lower(), address.lower()
        for alias, person in self.people.items():
            for there, user in person.seats(channel) if asked else ():
                if user == asked and (not there or not team or there == team):
                    return alias
        return None

    def known_as(self, actor: str) -> tuple[str, ...]:
        """Who may be meant by now where a log says an account (`slack:U7`, `slack:U7@guest`), for no people file knew it then."""
        channel, _, name = actor.partition(":")
        user = name.removesuffix("@guest").removesuffix("@outsider").lower()
        seats = ((each, seat) for each, who in self.people.items() for seat in who.seats(channel))
        return tuple(each for each, (_, name) in seats if name == user)

    def bots_on(self, channel: str) -> frozenset[str]:
        """The addresses of other bots that may speak on this channel."""
        return frozenset(bot.slack for bot in self.bots.values() if channel == "slack")

    def groups_of(self, person: str) -> tuple[str, ...]:
        """The groups this person is in, also by way of another group."""
        return tuple(group for group in self.groups if person in self._members(group, ()))

    def _members(self, name: str, inside: tuple[str, ...]) -> tuple[str, ...]:
        if name in self.people:
            return (name,)
        if is_kept(name):
            return self._live_members(name)
        if name in inside:
            return ()
        members = self.groups.get(name, ())
        return tuple(person for each in members for person in self._members(each, (*inside, name)))

    def _live_members(self, group: str) -> tuple[str, ...]:
        """Those whom the people file knows: who is one person with whom, it alone can say."""
        channel, _, name = group.partition(":")
        place = name if "/" in name else ""
        found = (self.alias_of(channel, each, place) for each in self.live.members(group))
        return tuple(each for each in found if each)


def _check_names(file: Document, people: People) -> None:
    kinds = (("people", people.people), ("groups", people.groups), ("bots", people.bots))
    for kind, names in kinds:
        for name in names:
            if not is_short_name(name):
                raise file.wrong((kind, name), SHORT_NAME)
            if name in RESERVED:
                raise file.wrong(
                    (kind, name), f"another name was expected: {name} is the bot's own"
                )
    if both := sorted(set(people.people) & set(people.groups)):
        raise file.wrong(
            ("groups", both[0]), f"{both[0]} is a person; a group needs a name of its own"
        )


def _check_bots(file: Document, people: People) -> None:
    taken = {
        each: alias for alias, person in people.people.items() for each in person.accounts("slack")
    }
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
        if complaint := person.complaint():
            raise file.wrong((*place, complaint[0]), complaint[1])
        if person.deputy is not None and person.deputy not in people.people:
            text = f"a person was expected{meant(person.deputy, people.people)}"
            raise file.wrong((*place, "deputy"), text)
        if person.deputy == alias:
            raise file.wrong((*place, "deputy"), "somebody else was expected")
        if person.time_zone is not None and not is_zone(person.time_zone):
            raise file.wrong((*place, "time_zone"), "a time zone like Europe/Berlin was expected")
        for channel, address in person.addresses:
            other = seen.setdefault(f"{channel} {address.lower()}", alias)
            if other != alias:
                field = channel if address in (person.slack, person.email) else "also"
                raise file.wrong((*place, field), f"this address is already that of {other}")
        _check_workspaces(file, people, alias)


def _check_workspaces(file: Document, people: People, alias: str) -> None:
    """The same ID with a workspace and without one may be two people: which of them was meant?"""
    bare = {
        each: other
        for other, person in people.people.items()
        for each in person.accounts("slack")
        if "/" not in each
    }
    for account in people.people[alias].accounts("slack"):
        other = bare.get(account.rpartition("/")[2], alias)
        if "/" in account and other != alias:
            text = f"{other} has this ID in every workspace: give theirs a workspace too"
            raise file.wrong(("people", alias), text)


def _check_groups(file: Document, people: People) -> None:
    for group, members in people.groups.items():
        known = [*people.people, *people.groups]
        for index, member in enumerate(members):
            if is_kept(member):
                if not _KEPT.fullmatch(member):
                    text = "a user group of Slack (S…, or T…/S…) was expected"
                    raise file.wrong(("groups", group), text)
            elif member not in known:
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


def is_short_name(name: str) -> bool:
    """Whether people, groups and bots can be called so."""
    return _ALIAS.fullmatch(name) is not None


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
