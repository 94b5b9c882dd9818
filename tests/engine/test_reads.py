"""Reads: one that ends at once goes onto the log with its step; any other when it is over, if it may still count."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError as NoConnection

from bot.core.effects import Run
from bot.core.events import Event, StepDecided, ToolEnded
from bot.core.thread import Thread
from bot.core.values import Proposal
from bot.engine.curb import Curb
from bot.engine.desk import Desk
from bot.engine.perform import Performer
from bot.engine.redis_store import RedisStore
from bot.engine.run import Runner
from bot.engine.session import Session
from bot.engine.toolbox import Toolbox
from tests.engine.office import Office, Reply, message, say, types, until

TOOLS = """
    import asyncio
    from pathlib import Path
    from bot.kit import Args, Call, tool

    class Paper(Args):
        name: str

    @tool(reads=True, env=("LEDGER",))
    async def read_paper(paper: Paper, call: Call):
        \"\"\"Read a paper.\"\"\"
        ledger = Path(call.env["LEDGER"])
        with ledger.open("a") as lines:
            print(f"read {paper.name}", file=lines)
        try:
            while ledger.with_suffix(f".{paper.name}").exists():
                await asyncio.sleep(0.005)
        except asyncio.CancelledError:
            with ledger.open("a") as lines:
                print(f"cut short {paper.name}", file=lines)
            raise
        return {"paper": paper.name}
"""
DONE: Reply = [("done_for_now", {"message": "All done."})]
READ = Proposal(kind="read", tool="read_paper", arguments={"name": "a"})
STEP = StepDecided(id="step", actor="model", seen=1, calls=(READ,))


@pytest.fixture
def office(redis_server: str, tmp_path: Path) -> Office:
    office = Office(redis_server, tmp_path, [], 30.0)
    office.write_agent(office.front, TOOLS)
    return office


def reads(*names: str) -> list[Reply]:
    return [[("read_paper", {"name": name}) for name in names], DONE]


def has_decided(_: Thread, events: Sequence[Event]) -> bool:
    return types(events)[1:] == ["StepDecided"]


async def stamps(store: RedisStore, office: Office) -> Sequence[int]:
    """When each row of the log was written: rows of one commit at one time."""
    return [row.at for row in await store.read(office.thread)]


async def begun(office: Office, store: RedisStore, curb: Curb | None = None) -> Session:
    """A session that has heard one message."""
    await say(Desk(store), "read it")
    (lease,) = await store.take(16, 1)
    session = Session(store, lease, 30, curb)
    await session.load()
    return session


async def test_reads_that_end_at_once_are_recorded_with_their_step(office: Office) -> None:
    office.model.replies = reads("a", "b")
    async with office.work() as desk, office.store() as store:
        await say(desk, "read them")
        await until(desk, lambda _, events: "Delivered" in types(events))
        kinds, at = types(await desk.events(office.thread)), await stamps(store, office)
    assert kinds[:4] == ["MessageReceived", "StepDecided", "ToolEnded", "ToolEnded"]
    assert at[1] == at[2] == at[3]
    assert sorted(office.ledger()) == ["read a", "read b"]


async def test_a_step_does_not_wait_for_a_read_that_takes_its_time(office: Office) -> None:
    office.model.replies = reads("slow")
    gate = office.folder / "ledger.slow"
    gate.touch()
    async with office.work() as desk:
        await say(desk, "read it")
        await until(desk, has_decided)
        gate.unlink()
        await until(desk, lambda _, events: "Delivered" in types(events))
    assert office.ledger() == ["read slow"]


async def test_a_stop_cuts_every_read_short(office: Office) -> None:
    office.model.replies = reads("a", "b")
    for name in "ab":
        (office.folder / f"ledger.{name}").touch()
    async with office.work() as desk:
        await say(desk, "read them")
        await until(desk, lambda _, events: "StepDecided" in types(events))
        await desk.post(office.thread, message("stop"))
        await until(desk, lambda _t, _e: len(office.ledger()) == 4)
        await until(desk, lambda _, events: "Delivered" in types(events))
        assert await desk.letters() == {}
        events = await desk.events(office.thread)
    assert sorted(office.ledger()) == ["cut short a", "cut short b", "read a", "read b"]
    assert not [event for event in events if isinstance(event, ToolEnded)]


async def test_a_read_that_another_of_its_round_let_go_of_ends_quietly(office: Office) -> None:
    async with office.store() as store:
        session = await begun(office, store)
        runner = Runner(Toolbox(office.agents(), office.environ))
        (office.folder / "ledger.a").touch()
        await runner.reads.decided(session, STEP)
        (run,) = (each for each in session.due() if isinstance(each, Run))
        reading = asyncio.create_task(runner.reads.read(session, run))
        await Desk(store).post(office.thread, message("stop"))
        await session.load()
        runner.reads.forget(session)
        await reading
    assert office.ledger() == ["read a", "cut short a"]


async def test_a_word_that_came_before_the_step_leaves_the_step_alone_on_the_log(
    office: Office,
) -> None:
    """Its read had ended; but the step had not seen the word, so nothing of it may count."""
    async with office.store() as store:
        session = await begun(office, store)
        await Desk(store).post(office.thread, message("hm, wait"))
        await Runner(Toolbox(office.agents(), office.environ)).reads.decided(session, STEP)
        kinds = types(await Desk(store).events(office.thread))
    assert kinds == ["MessageReceived", "MessageReceived", "StepDecided"]
    assert office.ledger() == ["read a"]


async def test_what_was_read_for_a_step_is_no_result_of_another_in_its_place(
    office: Office,
) -> None:
    other = STEP.model_copy(
        update={"calls": (READ.model_copy(update={"arguments": {"name": "b"}}),)}
    )
    async with office.store() as store:
        session = await begun(office, store)
        runner = Runner(Toolbox(office.agents(), office.environ))
        (office.folder / "ledger.a").touch()
        await Desk(store).post(office.thread, other)
        await runner.reads.decided(session, STEP)
        await session.load()
        (run,) = (each for each in session.due() if isinstance(each, Run))
        await runner.reads.read(session, run)
        events = await Desk(store).events(office.thread)
        session.let_go()
    (ended,) = [event for event in events if isinstance(event, ToolEnded)]
    assert ended.result == {"paper": "b"}
    assert sorted(office.ledger()) == ["cut short a", "read a", "read b"]


async def test_a_read_of_a_step_that_came_too_late_does_not_go_on(office: Office) -> None:
    async def done(_thread: Thread, _events: Sequence[Event]) -> Event:
        say = Proposal(kind="say", tool="done_for_now", arguments={"message": "All done."})
        return StepDecided(id="done", actor="model", seen=3, calls=(say,))

    async with office.store() as store:
        session = await begun(office, store)
        runner = Runner(Toolbox(office.agents(), office.environ))
        (office.folder / "ledger.a").touch()
        await Desk(store).post(office.thread, message("hm, wait"))
        await runner.reads.decided(session, STEP)
        await Performer(done, runner, {"screen": office.screen})(session)
        assert office.ledger() == ["read a", "cut short a"]


async def test_a_step_is_recorded_though_nobody_can_say_what_is_halted(office: Office) -> None:
    """The house's log lies elsewhere, and may be away where the thread's is not. The answer is paid for."""

    class Away(Curb):
        async def look(self, within_seconds: float = 1.0) -> float:
            raise NoConnection

    async with office.store() as store:
        session = await begun(office, store, Away(store))
        await Runner(Toolbox(office.agents(), office.environ)).reads.decided(session, STEP)
        assert types(await Desk(store).events(office.thread)) == ["MessageReceived", "StepDecided"]
    assert office.ledger() == []
