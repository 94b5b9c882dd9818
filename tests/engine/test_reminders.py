"""Reminders at work: timers on a real Redis, workers that come, die and forget; every step of the ladder is told once, then nobody answered."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import cast

import pytest
import redis

from bot.core import outbox
from bot.core.events import Delivered, Event, TimerFired, Verdict
from bot.core.outbox import Outgoing, Reminder
from bot.core.thread import Idle
from bot.core.values import Address
from bot.engine import keys
from bot.engine.desk import Desk
from tests.engine.office import Office, Use, card, decide, say, until

WAITS = "remind: [1s], escalate: [{after: 2s, to: [eve, owner]}], deadline: 3s"
FRONT = (
    f"approvers: [alice, bob]\npolicy: {{'*': {{{WAITS}}}, request_human_input: {{deadline: 3s}}}}"
)
TOOLS = """
    from pathlib import Path
    from bot.kit import Args, Call, tool

    class Deploy(Args):
        tag: str

    @tool(approval="always", env=("LEDGER",))
    async def deploy(d: Deploy, call: Call):
        "Deploy."
        with Path(call.env["LEDGER"]).open("a") as ledger:
            ledger.write(f"{d.tag}\\n")
"""
SHIP: list[Use] = [("deploy", {"tag": "v1", "because": "it is due"})]
ASK: list[Use] = [("request_human_input", {"question": "Which one?"})]


def office_of(server: str, folder: Path, *replies: list[Use] | str, front: str = FRONT) -> Office:
    office = Office(server, folder, replies, 1.0)
    office.write_agent(front, TOOLS)
    return office


def reminders(office: Office) -> list[Reminder]:
    return [each for each in office.screen.sent if isinstance(each, Reminder)]


def is_over(_: object, events: list[Event]) -> bool:
    """Nobody answered, and what was said of that arrived."""
    return any(isinstance(event, Delivered) and event.key.endswith("-0") for event in events)


@pytest.mark.parametrize(
    ("first", "to", "others"),
    [(SHIP, ("bob",), ("eve",)), (ASK, ("alice", "bob"), ("eve", "alice"))],
    ids=["approval", "question"],
)
async def test_reminders_come_in_their_order_and_once_and_then_the_thread_hears_that_nobody_answered(
    redis_server: str,
    tmp_path: Path,
    first: list[Use],
    to: tuple[str, ...],
    others: tuple[str, ...],
) -> None:
    office = office_of(redis_server, tmp_path, first, "Nobody answered, so I leave it.")
    async with office.work() as desk:
        await say(desk, "Please deploy.")
        await card(desk, outbox.Approval if first == SHIP else outbox.Question)
    async with office.work() as desk:
        await until(desk, is_over)
        events = await desk.events(office.thread)
    remind, escalate = reminders(office)
    assert (remind.to, remind.apart) == (to, False)
    assert (escalate.to, escalate.apart) == (others, True)
    fired = [event.due for event in events if isinstance(event, TimerFired)]
    assert [due - fired[0] for due in fired] == [0, 1_000, 2_000]
    assert "Nobody answered in time." in office.model.asked[-1]
    assert office.ledger() == []


async def test_a_worker_that_is_killed_reminds_nobody_twice_and_leaves_nobody_out(
    redis_server: str, tmp_path: Path
) -> None:
    # Time enough for the successor to be there before it is over, however slow the machine.
    late = FRONT.replace("deadline: 3s", "deadline: 6s")
    office = office_of(redis_server, tmp_path, SHIP, "Nobody answered.", front=late)
    async with office.store() as store, office.process() as process:
        desk = Desk(store)
        await say(desk, "Please deploy.")
        await card(desk, outbox.Approval)
        process.kill()
        await process.wait()
    office.model.replies = ["Nobody answered."]
    async with office.work() as desk:
        await until(desk, is_over)
        events = await desk.events(office.thread)
    sent = Counter(event.key for event in events if isinstance(event, Delivered))
    told = [key for key in sent if "remind" in key]
    assert set(sent.values()) == {1}
    assert len(told) == len(reminders(office))
    assert {who for each in reminders(office) for who in each.to} == {"bob", "eve"}


async def test_a_reminder_whose_receipt_was_lost_is_not_sent_again(
    redis_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = office_of(redis_server, tmp_path, SHIP, "Nobody answered.")
    deliver, lost = office.screen.send, list[str]()

    async def send(address: Address, message: Outgoing) -> str:
        receipt = await deliver(address, message)
        if isinstance(message, Reminder) and message.key not in lost:
            lost.append(message.key)
            raise ConnectionError("the line went dead after the message went out")
        return receipt

    monkeypatch.setattr(office.screen, "send", send)
    async with office.work() as desk:
        await say(desk, "Please deploy.")
        await until(desk, is_over)
    assert [each.key for each in reminders(office)] == lost
    assert len(lost) == 2


async def test_whoever_decides_in_time_ends_it(redis_server: str, tmp_path: Path) -> None:
    office = office_of(redis_server, tmp_path, SHIP, "Deployed.")
    async with office.work() as desk:
        await say(desk, "Please deploy.")
        waiting = await card(desk, outbox.Approval)
        await until(desk, lambda _, events: any("~remind" in _key(event) for event in events))
        await decide(desk, waiting, "approve")
        await until(desk, is_over)
        events = await desk.events(office.thread)
    assert office.ledger() == ["v1"]
    assert len(reminders(office)) == 1
    assert sum(isinstance(event, TimerFired) for event in events) == 1


def _key(event: Event) -> str:
    return event.key if isinstance(event, Delivered) else ""


async def test_a_reminder_that_was_asked_for_goes_with_the_decision_and_wakes_nobody(
    redis_server: str, tmp_path: Path
) -> None:
    """Though a thread that only hears of it rests without a word of its own, and another worker goes on."""
    office = Office(redis_server, tmp_path, [SHIP, "Shipped."], 1.0)
    office.write_agent("approvers: [alice, bob]", TOOLS)
    async with office.work() as desk:
        await say(desk, "ship it")
        shown = await card(desk, outbox.Approval)
        now = (await desk.events(office.thread))[-1].at
        assert isinstance(shown, outbox.Approval)
        later = Verdict(
            id="later", actor="bob", request=shown.request, word="later", digest=shown.digest, channel="screen",
            until=now + 600_000,
        )  # fmt: skip
        await desk.post(office.thread, later)
        async with asyncio.timeout(10):
            while f"{shown.request}~remind" not in _timers(office):
                await asyncio.sleep(0.01)
    async with office.work() as desk:
        await decide(desk, shown, "approve", "bob")
        await until(desk, lambda thread, _: isinstance(thread.turn, Idle) and not thread.notices)
        async with asyncio.timeout(10):
            while _timers(office):
                await asyncio.sleep(0.01)


def _timers(office: Office) -> list[str]:
    """What the office's thread waits for."""
    timers = keys.of_thread(office.thread).timers
    with redis.Redis.from_url(office.url) as client:  # pyright: ignore[reportUnknownMemberType] - redis types it with Any
        found = cast("list[bytes]", client.execute_command("ZRANGE", timers, 0, -1))  # pyright: ignore[reportUnknownMemberType] - redis types it with Any
    return [each.decode().partition("\0")[2] for each in found]
