"""Faults: what goes wrong with the next calls of a method, as tests plan it."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.slack_server.ledger import Entry


@dataclass(frozen=True, slots=True)
class LoseReply:
    """Applied; then the connection is cut, so that the caller cannot know."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection is cut and nothing was applied."""


@dataclass(frozen=True, slots=True)
class Fail:
    """An HTTP error and nothing applied."""

    status: int = 500


@dataclass(frozen=True, slots=True)
class Limit:
    """429 with `Retry-After` and nothing applied."""

    seconds: int = 1


@dataclass(frozen=True, slots=True)
class Refuse:
    """Slack's own `ok: false` with this code, and nothing applied."""

    error: str = "internal_error"


@dataclass(frozen=True, slots=True)
class Hold:
    """Waits, with nothing applied yet, until the test sets `release`; `arrived` tells that it does."""

    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)


Fault = LoseReply | Cut | Fail | Limit | Refuse | Hold
Rule = Callable[[Entry], Fault | None]


class Faults:
    """The plan: one fault a call in order (`None`: this one goes well), then what `rule` says, then nothing."""

    def __init__(self) -> None:
        self._planned: dict[str, deque[Fault | None]] = defaultdict(deque)
        self.rule: Rule | None = None

    def plan(self, method: str, *faults: Fault | None) -> None:
        self._planned[method].extend(faults)

    def hold(self, method: str) -> Hold:
        """Holds the next call of this method."""
        hold = Hold()
        self.plan(method, hold)
        return hold

    def next(self, entry: Entry) -> Fault | None:
        planned = self._planned[entry.method]
        if planned:
            return planned.popleft()
        return self.rule(entry) if self.rule else None
