"""Later: whatever keeps words from being stored, they are tried again; what there is no room for is on the log."""

from __future__ import annotations

import asyncio

import pytest
from redis.exceptions import ConnectionError as NoConnection
from structlog.testing import capture_logs

from bot.kit.arrival import Remark, Words
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


def remark(kind: str, text: str = "") -> Remark:
    about = said("1.0").words
    return Remark(f"{about.id}/{kind}", about.id, about.address, about.person, text)


async def test_words_that_were_edited_while_they_wait_are_heard_as_they_stand_then() -> None:
    async def hear(said: Said) -> None:
        raise AssertionError("it is not time yet")

    waiting, words = Later(hear), said("1.0")
    assert not await waiting.takes(remark("edited/2.0", "edited to: y"))
    assert waiting.as_it_stands(words) == words
    waiting.again(words)
    for mark, text in (("edited/3.0", "edited to: z"), ("edited/2.0", "edited to: y")):
        assert await waiting.takes(remark(mark, text))
    now = waiting.as_it_stands(words)
    assert now is not None
    assert now.words.text == "z"
    assert await waiting.takes(remark("deleted"))
    assert waiting.as_it_stands(words) is None
    waiting.end()


async def test_what_is_edited_while_it_is_being_stored_is_no_matter_of_those_that_wait() -> None:
    async def hear(said: Said) -> None:
        raise AssertionError("it is not time yet")

    waiting, words = Later(hear), said("1.0")
    with waiting.coming(words):
        stored = asyncio.create_task(waiting.takes(remark("edited/2.0", "edited to: y")))
        await asyncio.sleep(0)
    assert not await stored
    with waiting.coming(words):
        failed = asyncio.create_task(waiting.takes(remark("edited/2.0", "edited to: y")))
        await asyncio.sleep(0)
    waiting.again(words)
    assert await failed
    waiting.end()
