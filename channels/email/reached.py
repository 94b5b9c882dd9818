"""Reached: what became of one mail for each of those it goes to, until that is settled for all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from pydantic import TypeAdapter

TAKEN, REFUSED = "taken", "refused"
ONCE, TWICE = "lost", "lost twice"
_SETTLED = frozenset((TAKEN, REFUSED, TWICE))


@dataclass(slots=True)
class Reached:
    """For each address: taken, refused for good, or lost behind the data once or twice. `put_off` counts the tries after which somebody was left."""

    of: dict[str, str] = field(default_factory=dict[str, str])
    put_off: int = 0

    def __str__(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str | None) -> Reached:
        """As it was kept; where nothing was, nobody was reached."""
        return _REACHED.validate_json(text) if text else cls()

    def left(self, recipients: Iterable[str]) -> list[str]:
        """Those of these for whom it is not settled."""
        return [each for each in recipients if self.of.get(each) not in _SETTLED]

    def has(self, *fates: str) -> bool:
        """Whether somebody met one of these."""
        return any(each in fates for each in self.of.values())

    def goes(self, recipients: Sequence[str]) -> None:
        """It is being handed over for these: if no more is heard, it was lost."""
        self.of.update((each, TWICE if self.of.get(each) == ONCE else ONCE) for each in recipients)

    def came_back(self, recipients: Sequence[str]) -> None:
        """The server has said that it did not take it: nothing was lost."""
        for each in recipients:
            if self.of.pop(each) == TWICE:
                self.of[each] = ONCE

    def settled(self, recipients: Iterable[str], fate: str) -> None:
        """All of these met this one."""
        self.of.update(dict.fromkeys(recipients, fate))


_REACHED = TypeAdapter(Reached)
