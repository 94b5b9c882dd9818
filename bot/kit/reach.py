"""Reach: who is not asked by what is put at a place, and where each of them is asked and reminded instead."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from bot.core.values import Address, Deputy, Rung
from bot.kit.people import People
from bot.kit.places import alone, is_reached

INSISTED = 3
"""Which reminder of somebody goes to them in another medium, too: the first calls them at the place, the second writes to them alone."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom what is put at `first` reaches; by `media` we can write to others. `here`: whoever began the thread, if it is put there."""

    people: People = field(default_factory=People)
    media: Container[str] = ()
    first: Address | None = None
    here: str = ""

    def elsewhere(self, persons: Iterable[str]) -> dict[str, Address]:
        """Those of these whom it does not reach, each with the first address of their own that we can write to."""
        first = () if self.first is None else (self.first,)
        found = dict[str, Address]()
        for person in persons:
            if person == self.here or is_reached(self.people, person, first):
                continue
            if there := alone(self.people, person, self.media):
                found[person] = there[0]
        return found

    def apart(
        self, persons: Iterable[str], ladder: tuple[Rung, ...] = (), at: int = 0
    ) -> tuple[Deputy, ...]:
        """Who has a copy of their own: at once whom it does not reach; by the ladder of what is asked at this time whoever stays silent too long."""
        asked = tuple(persons)
        missed = self.elsewhere(asked)
        found = [
            Deputy(person=who, of=who, since=0, address=there) for who, there in missed.items()
        ]
        for who in asked:
            since = _insisted(ladder, who) if who not in missed else None
            there = self._further(who) if since is not None else None
            if since is not None and there:
                copy = Deputy(person=who, of=who, since=at + since * 1000, address=there)
                found.append(copy)
        return tuple(found)

    def alone(self, deputies: Iterable[Deputy]) -> tuple[Deputy, ...]:
        """Those of these whom we can write to, each with the first address of their own."""
        found = ((each, alone(self.people, each.person, self.media)) for each in deputies)
        return tuple(each.model_copy(update={"address": to[0]}) for each, to in found if to)

    def _further(self, person: str) -> Address | None:
        """Where they are reached besides: in the first medium of theirs that is not that of the place."""
        here = self.first.channel if self.first else ""
        there = alone(self.people, person, self.media)
        return next((each for each in there if each.channel != here), None)


NOWHERE = Reach()
"""Reaches whoever is asked: nothing is known of anybody."""


def _insisted(ladder: tuple[Rung, ...], person: str) -> int | None:
    """After how many seconds the reminder comes that goes by another medium; None: there are not so many."""
    times = [each.after_seconds for each in ladder if each.kind == "remind" and person in each.to]
    return times[INSISTED - 1] if len(times) >= INSISTED else None
