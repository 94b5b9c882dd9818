"""The kill switch on a real Redis: what is halted begins nothing, hears everything, and goes on when it is lifted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import pytest
import redis

from bot.core import outbox
from bot.core.events import Event, Halted, Lifted
from bot.core.house import HOUSE
from bot.core.thread import Asked, Closed, Idle, Ready, Thread
from bot.engine import curb, keys
from bot.engine.desk import Desk
from bot.engine.rebuild import rebuild
from tests.engine.office import Office, Reply, card, decide, say, until
from tests.engine.test_worker import DONE, SIGN, has, open_office

__all__ = ["open_office"]
MakeOffice = Callable[..., Office]
FILE: Reply = [("file_away", {"name": "a"})]
FIVE_SECONDS = 5.0


async def halt(desk: Desk, agent: str = "", id: str = "h1") -> None:
    await desk.post(HOUSE, Halted(id=id, actor="alice", agent=agent, reason="it misbehaves"))


async def lift(desk: Desk, agent: str = "", id: str = "l1") -> None:
    await desk.post(HOUSE, Lifted(id=id, actor="alice", agent=agent))


def notices(office: Office) -> list[str]:
    return [each.text for each in office.screen.sent if isinstance(each, outbox.Notice)]


def rests(thread: Thread, events: Sequence[Event]) -> bool:
    return isinstance(thread.turn, Idle) and "Delivered" in [event.type for event in events]


async def is_at_rest(office: Office) -> None:
    """The thread is in nobody's hands, and its timer will have it looked at again."""
    deadline = time.monotonic() + 10
    timers = keys.of_thread(office.thread).timers
    with redis.Redis.from_url(office.url) as client:  # pyright: ignore[reportUnknownMemberType]
        while client.execute_command("ZSCORE", timers, f"{office.thread}\0{curb.WAITING}") is None:  # pyright: ignore[reportUnknownMemberType]
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)


async def test_a_halted_bot_asks_no_model_and_says_so_once(open_office: MakeOffice) -> None:
    office = open_office([DONE])
    async with office.work() as desk:
        await halt(desk)
        await say(desk, "please")
        await say(desk, "hello?")
        await until(desk, has("Halted"))
        await is_at_rest(office)
        assert office.model.asked == []
        assert len(notices(office)) == 1
        assert "alice: it misbehaves" in notices(office)[0]
        standing = await desk.standing(office.thread)
        assert standing.phase == "paused"
        assert "halt of everything by alice" in standing.waiting_for
        await lift(desk)
        lifted_at = time.monotonic()
        await until(desk, rests)
        assert time.monotonic() - lifted_at < FIVE_SECONDS
    assert len(office.model.asked) == 1


async def test_a_halt_in_the_middle_of_a_call_lets_it_end_and_no_other_begin(
    open_office: MakeOffice,
) -> None:
    both: Reply = [("file_away", {"name": "a"}), ("file_away", {"name": "b"})]
    office = open_office([both, DONE])
    gate = Path(office.environ["LEDGER"] + ".gate")
    gate.touch()
    async with office.work() as desk:
        await say(desk, "please")
        await until(desk, has("ToolStarted"))
        await halt(desk)
        gate.unlink()
        await until(desk, lambda _, log: "ToolEnded" in [event.type for event in log])
        await is_at_rest(office)
        assert len(office.ledger()) == 1
        await lift(desk)
        await until(desk, rests)
    assert [line.split()[:2] for line in office.ledger()] == [["file", "a"], ["file", "b"]]


async def test_an_approval_counts_while_halted_and_runs_when_that_is_lifted(
    open_office: MakeOffice,
) -> None:
    office = open_office([SIGN, DONE])
    async with office.work() as desk:
        await say(desk, "please")
        shown = await card(desk, outbox.Approval)
        await halt(desk, "clerk")
        judged = await decide(desk, shown, "approve")
        assert judged.refusal is None
        await is_at_rest(office)
        now = await desk.thread(office.thread)
        assert isinstance(now.calls[0].phase, Ready)
        assert office.ledger() == []
        await until(desk, has("Halted"))
        await lift(desk, "clerk")
        await until(desk, rests)
    assert office.ledger() == ["sign lease"]


async def test_a_denial_counts_while_halted(open_office: MakeOffice) -> None:
    office = open_office([SIGN, DONE])
    async with office.work() as desk:
        await say(desk, "please")
        shown = await card(desk, outbox.Approval)
        await halt(desk)
        await decide(desk, shown, "deny")
        now = await desk.thread(office.thread)
        assert isinstance(now.calls[0].phase, Closed)


async def test_another_agent_s_halt_is_none_of_ours(open_office: MakeOffice) -> None:
    office = open_office([DONE])
    async with office.work() as desk:
        await halt(desk, "usher")
        await say(desk, "please")
        await until(desk, rests)
    assert notices(office) == []


async def test_a_halt_that_comes_right_before_the_claim_is_seen(
    open_office: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was known of halts a moment ago is not enough to begin anything."""
    monkeypatch.setattr(curb, "LOOK_SECONDS", 3_600.0)
    office = open_office([FILE, DONE])
    async with office.work() as desk:
        office.model.gate.clear()
        await say(desk, "please")
        await until(desk, lambda _, __: bool(office.model.asked))
        await halt(desk)
        office.model.gate.set()
        await until(desk, has("StepDecided"))
        await is_at_rest(office)
        assert office.ledger() == []


async def test_a_halt_and_what_waits_under_it_outlive_everything_but_the_logs(
    open_office: MakeOffice,
) -> None:
    office = open_office([DONE])
    async with office.store() as store:
        desk = Desk(store)
        await halt(desk)
        await say(desk, "please")
        with redis.Redis.from_url(office.url) as client:  # pyright: ignore[reportUnknownMemberType]
            names = cast("list[bytes]", client.execute_command("KEYS", "*"))  # pyright: ignore[reportUnknownMemberType]
            client.execute_command("DEL", *(name for name in names if b":log:" not in name))  # pyright: ignore[reportUnknownMemberType]
        await rebuild(store)
    async with office.work() as desk:
        await until(desk, has("Halted"))
        await is_at_rest(office)
        assert office.model.asked == []
        await lift(desk)
        await until(desk, rests)


async def test_a_worker_that_dies_after_a_halt_was_lifted_leaves_the_waking_to_the_next(
    open_office: MakeOffice,
) -> None:
    office = open_office([DONE])
    async with office.work() as desk:
        await halt(desk)
        await say(desk, "please")
        await is_at_rest(office)
    async with office.store() as store:
        await lift(Desk(store))
    async with office.work() as desk:
        await until(desk, rests)


async def test_a_deadline_goes_on_while_halted(open_office: MakeOffice) -> None:
    front = "approvers: [alice, bob]\npolicy: {sign: {deadline: 1s}}"
    office = open_office([SIGN, DONE], front=front)
    async with office.work() as desk:
        await say(desk, "please")
        await card(desk, outbox.Approval)
        await halt(desk)
        thread = await until(desk, lambda now, _: not _asks(now))
        assert isinstance(thread.calls[0].phase, Closed)
        assert thread.calls[0].phase.outcome == "expired"


def _asks(thread: Thread) -> bool:
    return any(isinstance(call.phase, Asked) for call in thread.calls)
