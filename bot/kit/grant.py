"""Grant: what may be granted beside an approval, as an author or an owner says it; checked before it can be meant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from bot.core.grant import LONGEST_MINUTES
from bot.core.values import Grantable


@dataclass(frozen=True, slots=True)
class Grant:
    """For at most so many minutes: every call of the tool in which the arguments named in `same` have the very same values.

    `outside="allowed"` lets the others repeat what strangers said or a tool found; else such a call is asked about.
    """

    minutes: int
    same: tuple[str, ...]
    outside: Literal["allowed", "denied"] = "denied"

    @property
    def terms(self) -> Grantable:
        """The same as it stands on a card."""
        return Grantable(
            minutes=self.minutes, same=tuple(sorted(self.same)), outside=self.outside == "allowed"
        )


def complaint(given: object) -> str | None:
    """What cannot be meant by this grant of a tool; None: all is well."""
    if given is None:
        return None
    if not isinstance(given, Grant):
        return "grant is written as Grant(minutes=60, same=('environment',))"
    minutes, same, outside = given.minutes, given.same, given.outside
    if type(minutes) is not int or not 1 <= minutes <= LONGEST_MINUTES:
        return f"grant: minutes is a whole number from 1 to {LONGEST_MINUTES}"
    if not isinstance(same, tuple) or not all(isinstance(name, str) for name in same):  # pyright: ignore[reportUnnecessaryIsInstance]
        return 'grant: same is a tuple of names: ("one",) with the comma'
    return None if outside in ("allowed", "denied") else 'grant: outside is "allowed" or "denied"'


def unmet(grant: Grant, names: Collection[str], quorum: object, tool: str) -> str | None:
    """Why this cannot be granted of a tool that takes these arguments, and so many approvals; None: it can."""
    unknown = next((name for name in grant.same if name not in names), None)
    if unknown is not None:
        return f"grant: {tool} takes no argument {unknown[:80]!r} that could be the same"
    if isinstance(quorum, int) and quorum > 1:
        return f"a grant is given by one person, so it does not go with a quorum of {quorum}: leave one of them out, or say grant: denied"
    return None
