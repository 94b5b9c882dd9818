"""Load: a share of the minute with a thousand mentions; `python -m tests.channels.slack.load` plays the whole of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from channels.slack.manifest import manifest
from tests.channels.slack.load import Load, load
from tests.scenarios.slack_office import SlackOffice
from tests.slack_server.rates import VENDOR
from tests.slack_server.server import SlackServer

MENTIONS = 60
SECONDS = 3.6


async def test_mentions_at_the_rate_of_a_thousand_a_minute_are_acknowledged_in_time_and_all_kept(
    redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with SlackServer(manifest()) as slack:
        slack.rates.limits = VENDOR
        office = SlackOffice(slack, redis_server, tmp_path, free_port())
        async with office.listening():
            found = await load(office, MENTIONS, SECONDS)
    assert (found.sent, found.kept, found.again) == (MENTIONS, MENTIONS, 0)
    assert len(found.took) == 2 * MENTIONS
    assert found.within(0.99) < 1.0


def test_an_acknowledgement_that_never_came_took_for_ever() -> None:
    assert Load((0.1,) * 98 + (float("inf"),) * 2, 0, 1, 1).within(0.99) == float("inf")
