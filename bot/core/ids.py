"""Ids: the set of event ids a thread has folded. Persistent: adding gives a new set and leaves the old as it was.

A frozenset would copy all ids at every event, which is quadratic in a long thread. Here the sets of one thread's states
share one table of places: a set holds those before its own end. Only where a state goes on in two ways is it copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice


class Ids:  # noqa: PLW1641 - compared in tests, never put in a set
    """Ids folded so far."""

    __slots__ = ("_count", "_places")

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._places = {id: place for place, id in enumerate(ids)}
        self._count = len(self._places)

    def __contains__(self, id: str) -> bool:
        return self._places.get(id, self._count) < self._count

    def add(self, id: str) -> Ids:
        """The set with this id, which is not in it yet, in it."""
        places, count = self._places, self._count
        if len(places) > count and places.get(id) != count:
            places = dict(islice(places.items(), count))
        places[id] = count
        more = object.__new__(Ids)
        more._places, more._count = places, count + 1
        return more

    def __iter__(self) -> Iterator[str]:
        return islice(self._places, self._count)

    def __len__(self) -> int:
        return self._count

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ids) and set(self) == set(other)
