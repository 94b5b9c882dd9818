"""The outer loop in full: a slot begins a thread, which prefetches, decides, asks where the schedule speaks, and goes on when somebody answers.

Clocks and workers are processes that are killed on the way; Redis is real, and the hour is the test's own.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core import outbox
from bot.core.events import Delivered, DeliveryFailed, Event, StepDecided
from bot.core.outbox import Approval, Say
from bot.core.thread import Thread
from bot.core.values import Address
from bot.engine.desk import Desk
from bot.engine.reception import Reception
from bot.engine.standing import NoSuchThread
from bot.engine.store import Store
from bot.kit.arrival import Words
from bot.kit.channel import Undeliverable
from channels.cron.clock import Clock
from tests.channels.cron.shop import (
    MINUTE,
    NOON,
    Timed,
    clock,
    entry,
    opened,
    outcomes,
    reach,
    ticks,
)
from tests.engine.office import Office, Use, decide

PATIENCE_SECONDS = 30
FRONT = "approvers: [alice, bob]\nprefetch: [latest]"
TOOLS = """
    from pathlib import Path
    from bot.kit import Args, Call, tool

    class Deploy(Args):
        tag: str

    @tool(reads=True)
    async def latest():
        "The latest tag."
        return "v7"

    @tool(approval="always", env=("LEDGER",))
    async def deploy(d: Deploy, call: Call):
        "Deploy."
        with Path(call.env["LEDGER"]).open("a") as ledger:
            ledger.write(f"{d.tag}\\n")
"""
NOTHING: list[Use] = [("nothing_to_do", {"reason": "all is deployed"})]
ASK: list[Use] = [
    (
        "request_human_input",
        {
            "question": "Which?",
            "options": {"choices": ["red", "blue"], "format": "multiple_choice"},
        },
    )
]
SHIP: list[Use] = [("deploy", {"tag": "v7", "because": "v7 is not deployed"})]


@pytest.fixture
def office(redis_server: str, tmp_path: Path) -> Office:
    made = Office(redis_server, tmp_path, [], 1.0)
    made.write_agent(FRONT, TOOLS)
    return made


async def tick(store: Store, minutes: int) -> str:
    """A clock looks, so many minutes after noon; the thread that it began last."""
    book = Timed(store, NOON + minutes * MINUTE)
    await clock(book, entry()).look()
    begun = sorted(await ticks(store), key=lambda each: each.at)
    return book.thread(begun[-1].address) if begun else ""


async def until(
    desk: Desk, name: str, condition: Callable[[Thread, list[Event]], bool]
) -> tuple[Thread, list[Event]]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        thread, events = await desk.thread(name), await desk.events(name)
        if condition(thread, events):
            return thread, events
        assert time.monotonic() < deadline, [event.type for event in events]
        await asyncio.sleep(0.01)


def asks(thread: Thread, events: list[Event]) -> bool:
    shown = {event.key for event in events if isinstance(event, Delivered)}
    return any(each.key in shown for each in outbox.pending(thread))


def said(_: Thread, events: list[Event]) -> bool:
    return any(isinstance(event, Delivered) and event.key.endswith("-0") for event in events)


def the_card(thread: Thread) -> Approval:
    (asked,) = outbox.pending(thread)
    assert isinstance(asked, Approval)
    return asked


async def test_a_slot_with_nothing_to_do_ends_silently_and_one_with_work_asks_where_it_speaks(
    office: Office,
) -> None:
    office.model.replies = [NOTHING, SHIP, "v7 is deployed."]
    async with office.work() as desk, office.store() as store:
        assert await tick(store, 0) == ""
        quiet = await tick(store, 1)
        await until(
            desk, quiet, lambda _, events: isinstance(events[-1], StepDecided) and len(events) > 3
        )
        assert office.screen.sent == []
        busy = await tick(store, 2)
        thread, _ = await until(desk, busy, asks)
        card = the_card(thread)
        assert thread.address is not None
        assert (thread.address.channel, busy != quiet) == ("screen", True)
        refused = await decide(desk, card, "approve", by="alice")
        assert refused.refusal is not None, "alice made the schedule"
        await decide(desk, card, "approve", by="bob")
        await until(desk, busy, said)
        assert await outcomes(Timed(store, NOON + 3 * MINUTE)) == [(1, "ran", ""), (2, "ran", "")]
    assert office.ledger() == ["v7"]
    assert "v7" in office.model.asked[0], "it was read before the model was asked"
    assert [type(each) for each in office.screen.sent] == [Approval, Say]


async def test_a_clock_that_is_killed_between_slot_and_thread_leaves_it_to_the_next_one(
    office: Office, redis_server: str
) -> None:
    async with opened(redis_server) as store:
        await tick(store, 0)
        dies = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.channels.cron.dying", redis_server, str(NOON + MINUTE)
        )
        assert await dies.wait() == -signal.SIGKILL
        assert await ticks(store) == []
        assert await outcomes(Timed(store, NOON + MINUTE)) == [(1, "ran", "")]
        late = await tick(store, 1)
        assert late == await tick(store, 1)
        assert len(await ticks(store)) == 1
    office.model.replies = [SHIP]
    async with office.process() as worker, office.store() as store:
        desk = Desk(store)
        thread, _ = await until(desk, late, asks)
        card = the_card(thread)
        worker.kill()
        await worker.wait()
        await decide(desk, card, "approve", by="bob")
    office.model.replies = ["v7 is deployed."]
    async with office.work() as desk:
        await until(desk, late, said)
    assert office.ledger() == ["v7"]


def beside(written: str, schedule: str, slot: int) -> Address:
    """Two places of one screen."""
    return Address(channel="screen", locator=f"{written}/{schedule}/{slot}")


async def test_words_at_the_fallback_go_on_with_the_thread_that_spoke_there(office: Office) -> None:
    office.model.replies = [ASK, NOTHING]
    office.screen.failures = [Undeliverable("the channel is archived")]
    at_desk = entry(address="desk", fallback="hall", concurrency_policy="allow")
    async with office.work() as desk, office.store() as store:
        book = Timed(store)
        works = Clock([at_desk], book, beside, reach, "alice")
        for minutes in (0, 1):
            book.at = NOON + minutes * MINUTE
            await works.look()
        [slot] = await book.latest("clerk/every", 9)
        assert slot.fallback is not None
        await until(desk, slot.thread, asks)
        agents = office.agents()
        reception = Reception(desk, agents, agents.people, "clerk")
        said = Words("m1", slot.fallback, "bob", "red", "anybody")
        assert await reception.knows(slot.fallback)
        assert await reception.words(said) == "asked"
        await until(desk, slot.thread, lambda of, _: not outbox.pending(of))
        with pytest.raises(NoSuchThread):
            await desk.events(book.thread(slot.fallback))
        elsewhere = replace(said, id="m2", address=beside("hall", "clerk/every", 1))
        assert await reception.words(elsewhere) == "ignored"


async def test_a_worker_in_which_the_first_channel_is_not_set_up_speaks_at_the_fallback(
    office: Office,
) -> None:
    """The clock that began it had that channel: its token was taken away since, or that worker never had it."""
    office.model.replies = [ASK]
    async with office.work() as desk, office.store() as store:
        book = Timed(store)
        works = clock(book, entry(address="pager", fallback="screen"))
        for minutes in (0, 1):
            book.at = NOON + minutes * MINUTE
            await works.look()
        [slot] = await book.latest("clerk/every", 9)
        _, events = await until(desk, slot.thread, asks)
    failed = [event.reason for event in events if isinstance(event, DeliveryFailed)]
    assert set(failed) == {"pager is not set up here"}


async def test_a_thread_of_others_that_is_a_fallback_keeps_its_own_words(office: Office) -> None:
    """Several schedules may speak there, and none of them is meant."""
    async with office.store() as store:
        book = Timed(store)
        fixed = Clock(
            [entry(fallback="hall")],
            book,
            lambda w, s, at: beside(w, s, at if w == "screen" else 0),
            reach,
            "alice",
        )
        for minutes in (0, 1):
            book.at = NOON + minutes * MINUTE
            await fixed.look()
        agents, desk = office.agents(), Desk(store)
        assert not await Reception(desk, agents, agents.people, "clerk").knows(
            beside("hall", "clerk/every", 0)
        )
