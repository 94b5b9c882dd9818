"""Twenty poisoned events among about a thousand: every one is parked with its stage, every other one is answered."""

from __future__ import annotations

import asyncio
from pathlib import Path

from structlog.testing import capture_logs

from tests.bench.poison import KINDS, answers, place, planted


async def test_every_poisoned_event_is_parked_and_every_neighbour_is_answered(
    redis_server: str, tmp_path: Path
) -> None:
    # Drawing a traceback for a terminal takes a second, and fifty are raised here.
    with planted(), capture_logs() as logs:
        async with asyncio.timeout(60), place(redis_server, tmp_path) as here:
            took = await answers(here, 0, 960, 192, 20)
            letters = await here.parked()
    assert len(took) == 960
    assert len(here.poisoned) == 20
    assert {thread: letters[thread].stage for thread in letters} == here.poisoned
    assert {letters[thread].stage for thread in letters} == set(KINDS)
    assert here.line.waits == {}
    assert {entry["thread"] for entry in logs if entry["event"] == "parked"} == letters.keys()
