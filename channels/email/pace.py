"""Pace: how much is taken and answered in an hour, of one sender and in one conversation; beyond it there are two programs talking."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable

HOUR_MS = 3_600_000
MOST_NAMES = 5_000


class Ceiling:
    """So many in an hour for each name."""

    def __init__(self, most: int, now: Callable[[], int]) -> None:
        self.most = most
        self._now = now
        self._seen: OrderedDict[str, deque[int]] = OrderedDict()

    def passes(self, name: str) -> bool:
        """Whether one more is within it; it is counted."""
        now = self._now()
        times = self._seen.setdefault(name, deque())
        self._seen.move_to_end(name)
        while times and times[0] <= now - HOUR_MS:
            times.popleft()
        if len(self._seen) > MOST_NAMES:
            self._seen.popitem(last=False)
        times.append(now)
        if len(times) > self.most + 1:
            times.popleft()
        return len(times) <= self.most
