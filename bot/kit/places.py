"""Places: what an agent and the people file call a place in a channel, as an address."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from bot.core.values import Address, Routed
from bot.kit.live import NOT_READ
from bot.kit.nearest import meant
from bot.kit.people import People
from bot.kit.person import Person

DEFAULT = "default"
"""The place of the people file that counts where nobody names another."""
_WRITTEN = re.compile(r"(?P<channel>slack):(?P<locator>[TE][A-Z0-9]+/[CDG][A-Z0-9]+)", re.ASCII)
_NAMED = re.compile(r"(?:slack:)?(?P<name>(?:[TE][A-Z0-9]+/)?#[^\s#/:]{1,80})")
_MAIL = "email:"
_HOW = (
    "#channel, or slack:TEAM/CHANNEL by their IDs (in the link to the channel), or email:NAME@DOMAIN of somebody in the people file "
    "was expected"
)


def place_of(name: str, people: People) -> Address | None:
    """The address that this is, or that the people file has under this name; None: there is none."""
    found = _WRITTEN.fullmatch(people.places.get(name, name))
    if found:
        return Address(channel=found["channel"], locator=found["locator"])
    if person := people.alias_of("email", _mailed(name, people)):
        return _by_mail(person)
    kept = looked_up(name, people)
    return next(
        (Address(channel="slack", locator=each) for each in people.live.members(kept)), None
    )


def _mailed(name: str, people: People) -> str:
    """The mail address that this is, or that the people file has under this name; empty: it is none."""
    said = people.places.get(name, name)
    return said.removeprefix(_MAIL) if said.startswith(_MAIL) else ""


def _by_mail(person: str) -> Address:
    """A conversation by mail with this person alone, whichever of their addresses it goes to; a log holds none of them."""
    return Address(channel="email", locator=f"@{person}")


def looked_up(name: str, people: People) -> str:
    """The place that Slack is asked for, as `slack:#releases`; empty: this is none."""
    found = _NAMED.fullmatch(people.places.get(name, name))
    return f"slack:{found['name']}" if found else ""


def by_name(people: People, call: str | None, agent: str | None) -> tuple[str, ...]:
    """The places that Slack is asked for among those which a call, its agent and the people file name."""
    default = DEFAULT if DEFAULT in people.places else None
    found = (looked_up(name, people) for name in (call, agent, default) if name)
    return tuple(each for each in found if each)


def named(people: People, call: str | None, agent: str | None) -> tuple[Routed, ...]:
    """The places that a call, its agent and the people file name; what is none is passed over."""
    default = DEFAULT if DEFAULT in people.places else None
    found: list[Routed] = []
    for by, name in (("call", call), ("agent", agent), ("default", default)):
        if name and (address := place_of(name, people)):
            # What people call it, but for a mail address: no log holds one.
            called = address.locator if name.startswith(_MAIL) else name
            found.append(Routed.model_validate({"by": by, "address": address, "name": called}))
    return tuple(found)


def of_person(people: People, person: str, near: Iterable[Address]) -> Address | None:
    """Where this person alone is told, near the first of these addresses at which they can be: in its workspace, in its conversation by mail.

    None: nowhere that is known.
    """
    known, places = people.people.get(person), tuple(near)
    teams = [each.locator.partition("/")[0] for each in places if each.channel == "slack"]
    for account in known.accounts("slack") if known else ():
        team, _, user = account.rpartition("/")
        if teams and team in ("", teams[0]):
            return Address(channel="slack", locator=f"{teams[0]}/{user}")
    mailed = (
        each for each in places if each.channel == "email" and not each.locator.startswith("@")
    )
    return next(mailed, None) if known and known.accounts("email") else None


def alone(people: People, person: str, media: Container[str]) -> tuple[Address, ...]:
    """Where this person alone is reached by these media, wherever a thread lives, in the order of their preference."""
    known = people.people.get(person)
    found: dict[str, Address] = {}
    for channel, account in known.addresses if known else ():
        if channel in media:
            slack = Address(channel=channel, locator=account)
            found.setdefault(channel, slack if channel == "slack" else _by_mail(person))
    return tuple(found.values())


def is_reached(people: People, person: str, there: Iterable[Address]) -> bool:
    """Whether this person is asked by what is put at one of these addresses: in a workspace that they are in, or by mail."""
    known = people.people.get(person)
    if known is None:
        return True
    teams = {account.rpartition("/")[0] for account in known.accounts("slack")}
    return any(
        _is_by_mail(person, known, each)
        if each.channel == "email"
        else each.channel == "slack" and not teams.isdisjoint(("", each.locator.partition("/")[0]))
        for each in there
    )


def _is_by_mail(person: str, known: Person, there: Address) -> bool:
    """Whether what is put there goes to them: to everybody who is asked, but for a conversation with somebody alone."""
    alone = there.locator.startswith("@") and there.locator != f"@{person}"
    return bool(known.accounts("email")) and not alone


def complaint(name: str, people: People) -> str | None:
    """Why this is no place, in a phrase; None: it is one."""
    if place_of(name, people):
        return None
    if kept := looked_up(name, people):
        why = people.live.trouble(kept)
        return None if why == NOT_READ else f"{kept.removeprefix('slack:')} is not found: {why}"
    if mail := _mailed(name, people):
        return (
            f"nobody in the people file has the address {mail[:80]}, so nobody could answer there"
        )
    if name in people.places:
        return f"{name} is {people.places[name][:80]!r} in the people file; {_HOW}"
    if any(sign in name for sign in ":#@"):
        return f"{name[:80]!r} is no place; {_HOW}"
    return f"{name[:80]} is no place of the people file{meant(name[:80], people.places)}"
