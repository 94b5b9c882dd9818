"""Pace: how much is taken and answered in an hour, of one sender and in one conversation; beyond it there are two programs talking.

The count is in the safe, so that it outlasts the process: two programs do not stop because one of us was started anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from pydantic import TypeAdapter

from bot.kit.safe import Safe

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MOST_NAMES = 5_000
_MARK = 12
_SEEN = TypeAdapter(dict[str, dict[str, int]])


class Ceiling:
    """So many in an hour for each name; `kind` is what is counted. Of what is beyond, one is remembered, so that it is over once fewer come."""

    def __init__(self, kind: str, most: int, safe: Safe, now: Callable[[], int]) -> None:
        self.most = most
        self._place = f"email/pace/{kind}"
        self._safe = safe
        self._now = now

    async def passes(self, name: str, id: str) -> bool:
        """Whether one more, of this identity, is within it; it is counted, once however often it comes."""
        since = self._now() - HOUR_MS
        kept = await self._safe.get(self._place)
        seen = _SEEN.validate_json(kept) if kept else {}
        # What was counted last stands last.
        times = {**seen.pop(name, {}), id[-_MARK:]: self._now()}
        seen[name] = dict(list(times.items())[-self.most - 1 :])
        recent = {
            each: left
            for each, times in list(seen.items())[-MOST_NAMES:]
            if (left := {id: at for id, at in times.items() if at > since})
        }
        await self._safe.put(self._place, json.dumps(recent))
        return len(recent[name]) <= self.most
