"""Later: whatever keeps words from being stored, they are tried again; what there is no room for is on the log."""

from __future__ import annotations

import asyncio

import pytest
from redis.exceptions import ConnectionError as NoConnection
from structlog.testing import capture_logs

from bot.kit.arrival import Words
from channels.slack import later
from channels.slack.address import Place
from channels.slack.later import Later
from channels.slack.parse import Said


def said(ts: str, root: str = "") -> Said:
    place = Place("T1", "C1", root or ts)
    words = Words(id=f"slack:T1/C1/{ts}", address=place.address, person="U1", text="x", aim="bot")
    return Said(words, place, ts)


async def test_a_store_that_is_away_is_waited_for_as_slack_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(later, "PAUSES", (0.01,) * 5)
    errors, heard = [OSError(), NoConnection(), OSError()], asyncio.Event()

    async def hear(said: Said) -> None:
        if errors:
            raise errors.pop()
        heard.set()

    Later(hear).again(said("1.0"))
    async with asyncio.timeout(5):
        await heard.wait()


async def test_what_there_is_no_room_for_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later, "MOST", 1)

    async def hear(said: Said) -> None:
        raise AssertionError("it is not time yet")

    waiting = Later(hear)
    with capture_logs() as logs:
        for ts in ("1.0", "1.0", "2.0"):
            waiting.again(said(ts))
    waiting.end()
    assert [entry["words"] for entry in logs] == ["slack:T1/C1/2.0"]


async def test_words_wait_for_those_to_us_that_were_said_before_them_in_their_thread() -> None:
    async def hear(said: Said) -> None:
        raise AssertionError("it is not time yet")

    waiting, root = Later(hear), said("1.0")
    with waiting.coming(root):
        asking = asyncio.create_task(waiting.waits_for(said("2.0", "1.0")))
        assert not await waiting.waits_for(root)
        assert not await waiting.waits_for(said("2.0", "1.5"))
        assert not asking.done()
    assert not await asking
    waiting.again(root)
    assert await waiting.waits_for(said("2.0", "1.0"))
    waiting.end()
