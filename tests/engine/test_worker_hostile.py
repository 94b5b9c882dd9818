"""What the worker does when a deploy, a model server or a log row does not behave."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from structlog.testing import capture_logs

from bot.core import outbox
from bot.core.codec import encode
from bot.core.events import CallVoided, DecideFailed, StepDecided, ToolEnded
from bot.engine import keys, worker
from bot.engine.commit import Append
from bot.engine.desk import Desk
from bot.engine.results import MOST_BLOB_BYTES
from bot.engine.trouble import MOST_TAKEOVERS
from bot.model.port import ModelFailed
from tests.engine.commits import take_one
from tests.engine.office import PATIENCE_SECONDS, Office, card, decide, message, say, until
from tests.engine.test_worker import DONE, FRONT, SIGN, TOOLS, MakeOffice, has, is_idle, when


@pytest.fixture
def open_office(redis_server: str, tmp_path: Path) -> Callable[..., Office]:
    def make(replies: list[object], *, lease_seconds: float = 30.0, front: str = FRONT) -> Office:
        office = Office(redis_server, tmp_path, replies, lease_seconds)  # type: ignore[arg-type]  # a reply that is none is what is tried
        office.write_agent(front, TOOLS)
        return office

    return make


async def test_a_card_made_when_nobody_could_approve_is_asked_anew_when_somebody_can(
    open_office: MakeOffice,
) -> None:
    office = open_office([SIGN, DONE], front="approvers: []")
    async with office.work() as desk:
        await say(desk, "sign the lease")
        shown = await card(desk, outbox.Approval)
        assert (await decide(desk, shown, "approve")).refusal is not None
    office.write_agent(FRONT, TOOLS)
    async with office.work() as desk:
        await decide(desk, shown, "approve")
        again = await card(desk, outbox.Approval, version=2)
        await decide(desk, again, "approve")
        await until(desk, is_idle)
        voided = [e for e in await desk.events(office.thread) if isinstance(e, CallVoided)]
    assert office.ledger() == ["sign lease"]
    assert "policy has changed" in voided[0].reason


async def test_an_approval_runs_while_the_model_hangs(open_office: MakeOffice) -> None:
    office = open_office([SIGN, DONE, DONE])
    async with office.work() as desk:
        await say(desk, "sign the lease")
        await card(desk, outbox.Approval)
        office.model.gate.clear()
        await desk.post(office.thread, message("is it the right one?"))
        again = await card(desk, outbox.Approval, version=2)
        assert (await decide(desk, again, "approve")).refusal is None
        await until(desk, when(lambda: office.ledger() == ["sign lease"]))
        office.model.gate.set()
        await until(desk, is_idle)


async def test_half_a_character_from_a_model_server_stops_nothing(open_office: MakeOffice) -> None:
    office = open_office([ModelFailed("permanent", "bad \ud800"), DONE])
    async with office.work() as desk:
        await say(desk, "hello")
        await card(desk, outbox.Hold)
        failed = next(e for e in await desk.events(office.thread) if isinstance(e, DecideFailed))
    assert failed.reason == "bad ?"


async def test_a_model_that_cannot_be_asked_hands_the_question_to_the_second_at_once(
    open_office: MakeOffice,
) -> None:
    office = open_office([ModelFailed("unavailable", "no such model"), DONE], front="fallback: b")
    async with office.work() as desk:
        await say(desk, "hello")
        await until(desk, has("StepDecided"))
        await until(desk, is_idle)
        log = await desk.events(office.thread)
    assert [json.loads(body)["model"] for body in office.model.bodies] == ["a-model", "b"]
    failed = next(event for event in log if isinstance(event, DecideFailed))
    assert (failed.model, failed.instead) == ("a-model", "b")
    assert [event.model for event in log if isinstance(event, StepDecided)] == ["b"]


async def test_a_newer_versions_claim_is_left_to_the_newer_version(open_office: MakeOffice) -> None:
    office = open_office([DONE])
    async with office.work() as desk:
        await say(desk, "hello")
        await until(desk, is_idle)
    with redis.Redis.from_url(office.url) as server:  # pyright: ignore[reportUnknownMemberType]
        newer = b'{"type":"ToolStarted","v":2,"id":"x","call":"y","n":1}'
        server.rpush(keys.of_thread(office.thread).log, b"1795376489021" + newer)
    async with office.work() as desk:
        await desk.post(office.thread, message("go on"))
        thread = await until(desk, has("MessageReceived", 2))
        assert thread.newer
    async with office.store() as store:
        steps = [e for e in await Desk(store).events(office.thread) if isinstance(e, StepDecided)]
    assert len(steps) == 1


async def test_a_thread_whose_log_was_deleted_by_hand_says_nothing_twice_and_is_parked(
    open_office: MakeOffice,
) -> None:
    """The store still knows what the lost log said of the first message, and calls the second one's record a repetition."""
    office = open_office([DONE, DONE])
    async with office.work() as desk:
        await say(desk, "hello")
        await until(desk, is_idle)
    with redis.Redis.from_url(office.url) as server:  # pyright: ignore[reportUnknownMemberType]
        server.delete(keys.of_thread(office.thread).log)
    with capture_logs():
        async with office.work() as desk:
            await say(desk, "hello")
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not (letter := (await desk.letters()).get(office.thread)) or letter.again:
                    await asyncio.sleep(0.01)
    assert "gone from the log" in letter.cause
    assert len(office.screen.sent) == 2


async def test_leaving_a_thread_to_a_newer_version_time_and_again_counts_as_no_try(
    open_office: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "NEWER_PAUSE_SECONDS", 0.01)
    office = open_office([DONE])
    async with office.store() as store:
        newer = b'{"type":"Cancelled","v":2,"id":"x"}'
        await store.append(
            Append(thread=office.thread, kind="arrival", id="newer", events=(newer,))
        )
    with capture_logs() as told:
        async with office.work(), asyncio.timeout(PATIENCE_SECONDS):
            while len(told) < 2 * MOST_TAKEOVERS:
                await asyncio.sleep(0.01)
    async with office.store() as store:
        assert (await take_one(store)).tries == 1


HOSTILE_TOOLS = """
    import math
    from bot.kit import Args, tool

    class What(Args):
        what: str

    class Silent:
        def __repr__(self):
            raise ValueError("no words")

    def loop():
        ring = []
        ring.append(ring)
        return ring

    def deep():
        nested = []
        for _ in range(10_000):
            nested = [nested]
        return nested

    MAKE = {
        "half a megabyte": lambda: "x" * 500_000,
        "fifty megabytes": lambda: b"\\xff" * 50_000_000,
        "control characters": lambda: ["\\x00" * 2_000_000],
        "no number": lambda: [math.nan, math.inf, -math.inf],
        "huge number": lambda: {"n": 10**100_000},
        "half characters": lambda: {"\\ud800": "\\udfff" * 10},
        "ring": loop,
        "deep": deep,
        "silent": Silent,
        "endless": lambda: iter(int, 1),
    }

    @tool(approval="never")
    async def make(it: What):
        \"\"\"Make something.\"\"\"
        return MAKE[it.what]()
"""


@pytest.mark.parametrize(
    "what",
    [
        "half a megabyte",
        "fifty megabytes",
        "control characters",
        "no number",
        "huge number",
        "half characters",
        "ring",
        "deep",
        "silent",
        "endless",
    ],
)
async def test_whatever_a_tool_returns_it_has_returned_and_little_of_it_is_kept(
    open_office: MakeOffice, what: str
) -> None:
    office = open_office([[("make", {"what": what})], DONE])
    office.write_agent(FRONT, HOSTILE_TOOLS)
    async with office.work() as desk, office.store() as store:
        await say(desk, "make it")
        await until(desk, has("Delivered"))
        await until(desk, is_idle)
        (ended,) = [e for e in await desk.events(office.thread) if isinstance(e, ToolEnded)]
        assert ended.outcome == "returned"
        assert len(encode(ended)) < 200_000
        kept = await store.blob(office.thread, ended.ref) if ended.ref else b""
        assert kept is not None
        assert len(kept) <= MOST_BLOB_BYTES + 100
        assert (what == "control characters") == kept.endswith(b"more bytes, left out)")
        assert await store.letters() == []
