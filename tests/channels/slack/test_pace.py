"""Pace: short bursts go out at once, after that one message at a time; channels do not wait for each other."""

from __future__ import annotations

import asyncio

from channels.slack.pace import BURST, MOST_LANES, Pace

EACH = 0.05


async def times(pace: Pace, channel: str, number: int) -> list[float]:
    """When each of so many turns came, in seconds since the first was asked for."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    found: list[float] = []
    for _ in range(number):
        async with pace.turn(channel):
            found.append(loop.time() - begun)
    return found


async def test_a_burst_goes_at_once_and_the_rest_one_by_one() -> None:
    at = await times(Pace(EACH), "C1", BURST + 4)
    assert at[BURST] < EACH
    assert at[BURST + 3] >= 2.9 * EACH


async def test_a_channel_does_not_wait_for_another() -> None:
    pace = Pace(EACH)
    await times(pace, "C1", BURST + 2)
    (first,) = await times(pace, "C2", 1)
    assert first < EACH


async def test_one_turn_at_a_time_is_given() -> None:
    pace, inside, most = Pace(0.0), 0, 0

    async def one() -> None:
        nonlocal inside, most
        async with pace.turn("C1"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one() for _ in range(20)))
    assert most == 1


async def test_channels_that_have_been_silent_are_forgotten() -> None:
    pace = Pace(0.0)
    for number in range(MOST_LANES + 10):
        async with pace.turn(f"C{number}"):
            pass
    assert len(pace._lanes) <= MOST_LANES + 1  # pyright: ignore[reportPrivateUsage]
