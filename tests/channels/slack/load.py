"""Load: many mentions in a short time, each told as a message and as a mention; how soon each is acknowledged, and whether all are kept.

`python -m tests.channels.slack.load` sends 1,000 in a minute over Socket Mode to a `bot slack` in a process of its own, with Slack's
rates for the calls that the listener makes beside it, and prints what the stand-in measured.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.app import House, opened
from bot.core.events import MessageReceived
from bot.engine.server import ensure_server, stop_server
from bot.kit.people import People
from channels.slack.manifest import manifest
from tests.scenarios.slack_office import SlackOffice
from tests.slack_server.delivery import Delivery
from tests.slack_server.rates import VENDOR
from tests.slack_server.server import SlackServer
from tests.slack_server.workspace import Message

PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Load:
    """What was seen: seconds until each acknowledgement, how often something was told again, how many mentions are on a log once."""

    took: tuple[float, ...]
    again: int
    sent: int
    kept: int

    def within(self, share: float) -> float:
        """So many seconds or less took this share of all acknowledgements."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def __str__(self) -> str:
        return (
            f"{self.sent} mentions told in {len(self.took)} deliveries: acknowledged after {self.within(0.5) * 1000:.0f} ms (median), "
            f"{self.within(0.99) * 1000:.0f} ms (p99), {max(self.took) * 1000:.0f} ms (longest); "
            f"{self.again} told again, {self.kept} kept once each"
        )


async def load(office: SlackOffice, count: int, seconds: float) -> Load:
    """So many mentions, evenly over so many seconds, to a listener that is ready."""
    loop = asyncio.get_running_loop()
    begun, said = loop.time(), list[Message]()
    for number in range(count):
        await asyncio.sleep(max(0.0, begun + number * seconds / count - loop.time()))
        said.append(office.mention(f"work {number}"))
    await office.slack.post.settled(PATIENCE_SECONDS)
    deliveries = office.slack.post.sent
    return Load(
        tuple(map(_acknowledged, deliveries)),
        sum(len(delivery.tries) - 1 for delivery in deliveries),
        count,
        await _kept(office, said),
    )


def _acknowledged(delivery: Delivery) -> float:
    """Seconds from when it was first told; one that nobody acknowledged took for ever."""
    first = delivery.tries[0].at
    taken = [each.at + each.took - first for each in delivery.tries if not each.failure]
    return min(taken, default=float("inf"))


async def _kept(office: SlackOffice, said: Sequence[Message]) -> int:
    """How many of these messages are on a log of their own, once."""
    async with opened(office.settings, House({}, People())) as app:
        kept: dict[str, int] = {}
        for thread in await app.desk.threads():
            for event in await app.desk.events(thread.id):
                if isinstance(event, MessageReceived):
                    kept[event.id] = kept.get(event.id, 0) + 1
    names = (f"slack:{office.slack.team.team}/{each.channel}/{each.ts}" for each in said)
    return sum(kept.get(name) == 1 for name in names)


async def _main(count: int, seconds: float) -> int:
    with tempfile.TemporaryDirectory(prefix="load-", dir="/tmp") as folder:
        home = Path(folder) / "home"
        url = ensure_server(home)
        try:
            async with SlackServer(manifest()) as slack:
                slack.rates.limits = VENDOR
                office = SlackOffice(slack, url, Path(folder), 0)
                async with office.process("slack") as listener:
                    assert listener.stdout is not None
                    assert listener.stderr is not None
                    assert await listener.stdout.readline() == b"ready slack\n"
                    silence = asyncio.create_task(listener.stderr.read())
                    found = await load(office, count, seconds)
                    listener.terminate()
                    await silence
        finally:
            stop_server(home)
    machine = f"{os.cpu_count()} threads, load {os.getloadavg()[0]:.1f}"
    sys.stdout.write(f"{found}, over {seconds:.0f} s ({machine}, {time.strftime('%F')})\n")
    return found.kept != count or found.within(0.99) >= 1.0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    sys.exit(asyncio.run(_main(given.count, given.seconds)))
