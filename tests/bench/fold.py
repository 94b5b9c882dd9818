"""Fold: what replaying a log costs, by event and by length. `python -m tests.bench.fold`."""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Sequence

from bot.core.codec import decode, encode
from bot.core.events import Delivered, Event, MessageReceived, StepDecided, ToolEnded
from bot.core.reducer import replay
from bot.core.values import Address, Proposal, Usage

HERE = Address(channel="bench", locator="one")
REPEATS = 25


def loop(rounds: int) -> list[Event]:
    """The approval loop as the engine writes it: a read, a question, its delivery, the answer; five events a round."""
    events: list[Event] = []
    for number in range(rounds):
        events += _round(number)
    return events


def _round(number: int) -> list[Event]:
    at = 5 * number
    usage = Usage(input=900, output=120)
    read = Proposal(kind="read", tool="list_commits", arguments={"limit": 20})
    question = Proposal(
        kind="question",
        tool="request_human_input",
        arguments={"question": "Which part of the version goes up?"},
        asked=("alice",),
    )
    return [
        MessageReceived(
            id=f"m{number}",
            at=at,
            actor="alice",
            address=HERE,
            text="the minor one, I think",
            agent="a",
        ),
        StepDecided(id=f"s{number}", at=at, actor="model", seen=at + 1, calls=(read,), usage=usage),
        ToolEnded(
            id=f"e{number}",
            at=at,
            call=f"bench-{at + 1}-0",
            n=1,
            outcome="returned",
            result="x" * 300,
        ),
        StepDecided(
            id=f"q{number}", at=at, actor="model", seen=at + 3, calls=(question,), usage=usage
        ),
        Delivered(id=f"d{number}", at=at, key=f"bench-{at + 3}-0-v1", receipt="console:one"),
    ]


def microseconds(act: Callable[[], object], events: int, repeats: int = REPEATS) -> float:
    """The median cost of an event over several repeats; a short log is gone through often in each."""
    times = max(1, 2_000 // events)
    costs: list[float] = []
    for _ in range(repeats):
        gc.collect()
        begun = time.perf_counter()
        for _ in range(times):
            act()
        costs.append((time.perf_counter() - begun) / (events * times) * 1e6)
    return statistics.median(costs)


def _decoded(rows: Sequence[bytes]) -> list[Event]:
    return [decode(0, row) for row in rows]


def main() -> None:
    """One line a length, in a process that has folded before."""
    for _ in range(5):
        replay("bench", loop(400))
    out = sys.stdout
    out.write("events  fold µs/event  parse µs/event\n")
    for rounds in (4, 40, 400):
        events = loop(rounds)
        rows = [encode(event) for event in events]
        fold = microseconds(lambda events=events: replay("bench", events), len(events))
        parse = microseconds(lambda rows=rows: _decoded(rows), len(events))
        out.write(f"{len(events):6}  {fold:13.1f}  {parse:14.1f}\n")


if __name__ == "__main__":
    main()
