"""Ids: the set of event ids a thread has folded. Persistent: adding gives a new set and leaves the old as it was.

A plain frozenset would copy all ids at every event, which is quadratic in a long thread. This one is a stack of
frozensets whose sizes double from top to bottom, so that each id is copied a logarithmic number of times.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ids:
    """Ids folded so far."""

    stack: tuple[frozenset[str], ...] = ()

    def __contains__(self, id: str) -> bool:
        return any(id in part for part in self.stack)

    def add(self, id: str) -> Ids:
        """The set with this id in it."""
        stack, top = self.stack, frozenset((id,))
        while stack and len(stack[-1]) <= len(top):
            top |= stack[-1]
            stack = stack[:-1]
        return Ids((*stack, top))

    def __len__(self) -> int:
        return sum(len(part) for part in self.stack)
