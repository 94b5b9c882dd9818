"""Lamp: a channel hears what a thread does, and whatever it makes of that stops no work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.core.events import Event
from bot.core.status import phase
from bot.core.thread import Thread
from bot.engine.desk import Desk
from bot.engine.lamp import Lamp, settled
from bot.engine.session import Session
from bot.engine.stuck import LeaseLost
from tests.engine.office import Office, Reply, Screen, say, until

DONE: Reply = [("done_for_now", {"message": "All done."})]


@dataclass
class Lit(Screen):
    """A screen with a light."""

    seen: list[str] = field(default_factory=list[str])
    broken: bool = False

    def show(self, thread: Thread, events: Sequence[Event]) -> None:
        if self.broken:
            raise RuntimeError("no bulb")
        self.seen.append(phase(thread))

    def leave(self, thread: Thread) -> None:
        self.seen.append("left")

    async def settled(self) -> None:
        self.seen.append("out")


@pytest.fixture
def lit() -> Lit:
    return Lit()


@pytest.fixture
def office(redis_server: str, tmp_path: Path, lit: Lit) -> Office:
    made = Office(redis_server, tmp_path, [DONE], 30.0)
    made.write_agent("approvers: [alice]", "")
    made.screen = lit
    return made


async def test_it_burns_while_a_thread_is_worked_on_and_says_that_it_rests(
    office: Office, lit: Lit
) -> None:
    async with office.work() as desk:
        await say(desk, "hello")
        await until(desk, lambda thread, events: lit.seen[-1:] == ["resting"])
        await settled({"screen": lit})
    assert lit.seen[0] == "thinking"
    assert lit.seen[-2:] == ["resting", "out"]


async def test_a_light_that_does_not_burn_stops_no_work(office: Office, lit: Lit) -> None:
    lit.broken = True
    async with office.work() as desk:
        await say(desk, "hello")
        await until(desk, lambda thread, events: bool(lit.sent))


@pytest.mark.parametrize(("error", "says"), [(OSError("away"), ["left"]), (LeaseLost("t1"), [])])
async def test_work_that_fails_is_left_and_work_that_was_taken_is_not_ours_to_show(
    office: Office, lit: Lit, error: Exception, says: list[str]
) -> None:
    async def fails(_: Session) -> None:
        raise error

    async with office.store() as store:
        await say(Desk(store), "hello")
        (lease,) = await store.take(1, 1)
        session = Session(store, lease, 30.0)
        await session.load()
        with pytest.raises(type(error)):
            await Lamp(fails, {"screen": lit})(session)
    assert lit.seen == ["thinking", *says]
