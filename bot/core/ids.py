"""Ids: the set of event ids a thread has folded. Persistent: adding gives a new set and leaves the old as it was.

A plain frozenset would copy all ids at every event, which is quadratic in a long thread. This one gathers new ids in a
short tuple, and full tuples in a stack of frozensets whose sizes double, so that each id is copied a logarithmic number
of times.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

RECENT = 16


class Ids:  # noqa: PLW1641 - compared in tests, never put in a set
    """Ids folded so far."""

    __slots__ = ("recent", "stack")

    def __init__(
        self, recent: tuple[str, ...] = (), stack: tuple[frozenset[str], ...] = ()
    ) -> None:
        self.recent = recent
        self.stack = stack

    def __contains__(self, id: str) -> bool:
        if id in self.recent:
            return True
        for part in self.stack:  # noqa: SIM110 - a loop: asked at every event, and a generator costs twice as much
            if id in part:
                return True
        return False

    def add(self, id: str) -> Ids:
        """The set with this id in it."""
        recent = (*self.recent, id)
        if len(recent) < RECENT:
            return Ids(recent, self.stack)
        stack, top = self.stack, frozenset(recent)
        while stack and len(stack[-1]) <= len(top):
            top |= stack[-1]
            stack = stack[:-1]
        return Ids((), (*stack, top))

    def __iter__(self) -> Iterator[str]:
        return chain(self.recent, *self.stack)

    def __len__(self) -> int:
        return len(self.recent) + sum(len(part) for part in self.stack)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ids) and set(self) == set(other)
