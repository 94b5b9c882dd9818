"""Rates: how often a method may be called (docs: apis/web-api/rate-limits). Off until a test asks for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tests.slack_server.clock import Clock
from tests.slack_server.ledger import Entry


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in so many seconds; `by` names the argument that has a count of its own."""

    calls: int
    seconds: float
    by: str = ""


# "chat.postMessage: 1 message per second per channel, short bursts allowed"; the tiers are calls a minute.
VENDOR: Mapping[str, Rate] = {
    "chat.postMessage": Rate(4, 4.0, "channel"),
    "chat.postEphemeral": Rate(100, 60.0),
    "chat.update": Rate(50, 60.0),
    "chat.delete": Rate(50, 60.0),
    "conversations.history": Rate(50, 60.0),
    "conversations.replies": Rate(50, 60.0),
    "conversations.list": Rate(20, 60.0),
    "conversations.info": Rate(50, 60.0),
    "conversations.open": Rate(50, 60.0),
    "reactions.add": Rate(50, 60.0),
    "reactions.remove": Rate(20, 60.0),
    "files.info": Rate(100, 60.0),
    "users.info": Rate(100, 60.0),
    "users.list": Rate(20, 60.0),
    "usergroups.users.list": Rate(20, 60.0),
    "agents.sessions.setStatus": Rate(50, 60.0),
    "views.open": Rate(100, 60.0),
    "views.publish": Rate(100, 60.0),
}


class Rates:
    """Counts calls in a sliding window; `limits` is empty at first."""

    def __init__(self, clock: Clock) -> None:
        self.limits: Mapping[str, Rate] = {}
        self._clock = clock
        self._calls: dict[tuple[str, str, str], list[float]] = {}

    def wait(self, entry: Entry) -> int:
        """Seconds for `Retry-After`; 0 when the call may go on, and then it is counted."""
        rate = self.limits.get(entry.method)
        if rate is None:
            return 0
        now = self._clock.now()
        key = (entry.token, entry.method, str(entry.arguments.get(rate.by, "")))
        recent = [at for at in self._calls.get(key, []) if at > now - rate.seconds]
        self._calls[key] = recent
        if len(recent) >= rate.calls:
            return max(1, math.ceil(recent[0] + rate.seconds - now))
        recent.append(now)
        return 0
