"""Latest: what was learned last, of as many things as there is room for; the rest can be learned anew."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

MOST_REMEMBERED = 10_000
Known = TypeVar("Known")


class Latest(OrderedDict[str, Known]):
    """A mapping by name that forgets what was put into it longest ago."""

    def __setitem__(self, name: str, known: Known) -> None:
        super().__setitem__(name, known)
        self.move_to_end(name)
        if len(self) > MOST_REMEMBERED:
            self.popitem(last=False)
