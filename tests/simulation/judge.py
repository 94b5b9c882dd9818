"""Judge"""

from __future__ import annotations

from bot.core.thread import Thread
from tests.simulation.world import World


class Violation(AssertionError):
    """A life broke a promise."""


def surfaced(world: World, threads: list[Thread]) -> None: ...
def timed(world: World, threads: list[Thread]) -> None: ...
def violations(world: World) -> list[str]:
    return list(world.ledger.breaches)
