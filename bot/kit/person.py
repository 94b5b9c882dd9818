"""Person: somebody the bot knows: their accounts in every channel, when they are at work, who stands in for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.kit.hours import Presence, away_of, spans_of

Channel = Literal["slack", "email"]
CHANNELS: tuple[Channel, ...] = ("slack", "email")
_FORMS: dict[str, re.Pattern[str]] = {
    "slack": re.compile(r"(?:[TE]\w+/)?[UW]\w+", re.ASCII | re.IGNORECASE),
    # What stands around an address elsewhere would make it nobody's.
    "email": re.compile(r"[^@\s<>,;:]+@[^@\s<>,;:]+"),
}
_EXPECTED = {
    "slack": "a member ID of Slack (U…, or T…/U… for one workspace) was expected",
    "email": "a mail address was expected",
}


class Person(BaseModel):
    """Somebody the bot knows, and where to find them.

    `also` are further accounts of theirs, each with its channel before it; `reach` says in which order they are tried.
    An ID of Slack counts in every workspace, one with its workspace before it (`T…/U…`) in that one alone.
    `about` is what the model is told of them beside their short name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    about: Annotated[str, Field(max_length=200)] = ""
    slack: str | None = None
    email: str | None = None
    also: tuple[str, ...] = ()
    reach: tuple[Channel, ...] = ()
    time_zone: str | None = None
    language: str | None = None
    deputy: str | None = None
    hours: str | None = None
    away: str | None = None

    def complaint(self) -> tuple[str, str] | None:
        """The field that cannot be meant as it is written, and what was expected."""
        said = ((channel, each) for channel in CHANNELS for each in self.accounts(channel))
        for channel, account in said:
            if not _FORMS[channel].fullmatch(account):
                return channel if account in (self.slack, self.email) else "also", _EXPECTED[
                    channel
                ]
        for each in self.also:
            if each.partition(":")[0] not in CHANNELS:
                return (
                    "also",
                    "an account like slack:U0123456789 or email:a@example.com was expected",
                )
        return _unreadable("hours", self.hours, spans_of) or _unreadable("away", self.away, away_of)

    def accounts(self, channel: str) -> tuple[str, ...]:
        """All accounts of theirs on this channel, the one that is written to first."""
        own = {"slack": self.slack, "email": self.email}.get(channel)
        others = (each.partition(":") for each in self.also)
        named = [account for where, _, account in others if where == channel]
        return tuple(dict.fromkeys([*([own] if own else []), *named]))

    def seats(self, channel: str) -> Iterator[tuple[str, str]]:
        """The same, as they are compared: in which workspace alone each counts, if in one alone, and its name there."""
        for account in self.accounts(channel):
            team, _, name = account.rpartition("/") if channel == "slack" else ("", "", account)
            yield team.lower(), name.lower()

    @property
    def addresses(self) -> tuple[tuple[Channel, str], ...]:
        """Where they can be reached, in the order of their preference."""
        order = dict.fromkeys((*self.reach, *CHANNELS))
        return tuple((channel, each) for channel in order for each in self.accounts(channel))

    @property
    def presence(self) -> Presence:
        """When they are at work."""
        spans = spans_of(self.hours) if self.hours else ()
        away = away_of(self.away) if self.away else None
        return Presence(spans, away, self.time_zone or "UTC")


class Bot(BaseModel):
    """Another bot that may speak to this one: its bot ID or its member ID. It decides nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slack: str


def _unreadable(
    field: str, written: str | None, read: Callable[[str], object]
) -> tuple[str, str] | None:
    try:
        read(written) if written else None
    except ValueError as error:
        return field, str(error)
    return None
