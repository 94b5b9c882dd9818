"""Display: a card says what has become of its request, whoever decided and wherever; and it is changed only for that."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.core.events import CronTicked, DeliveryFailed, Halted, Lifted, MessageNoted
from bot.core.house import HOUSE
from bot.core.outbox import Approval, Outgoing, Say, address
from bot.core.thread import Asked, Closed, Idle
from bot.core.values import Address, Deputy
from bot.engine import curb
from bot.engine.desk import Desk
from bot.engine.display import Display
from bot.kit.channel import Changed, Fate, Undeliverable
from tests.core.build import Story, gated, question, working
from tests.core.build import card as asked_of
from tests.engine.office import HOME, Office, Reply, Screen, card, decide, say, until

TOOLS = """
from bot.kit import Args, tool

class Sign(Args):
    name: str

@tool(approval="always", quorum=2)
async def sign(args: Sign):
    "Sign a paper."
    return "signed"
"""
SLOW = """
import asyncio
from pathlib import Path
from bot.kit import Args, tool

class Sign(Args):
    name: str

@tool(approval="always", quorum=2)
async def sign(args: Sign):
    "Sign a paper, once there is a pen."
    while not Path("PEN").exists():
        await asyncio.sleep(0.01)
    return "signed"
"""
OTHER = Address(channel="screen", locator="other")
SIGN: Reply = [("sign", {"name": "lease", "because": "it is due"})]
NEXT: Reply = [("done_for_now", {"message": "All done."})]


@dataclass
class Board(Screen):
    """A screen whose messages can be changed, which may fail."""

    looks: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    since: list[int] = field(default_factory=list[int])
    decided: list[int] = field(default_factory=list[int])
    broken: int = 0
    changed: list[tuple[Changed, ...]] = field(default_factory=list[tuple[Changed, ...]])
    free: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.free.set()

    async def change(self, receipt: str, key: str, fate: Fate) -> None:
        self.changed.append(fate.changed)
        await self.free.wait()
        if self.broken:
            self.broken -= 1
            raise ConnectionResetError("not now")
        call = fate.now.call(key)
        assert call is not None
        match call.phase:
            case Asked(votes=votes) if key == call.request:
                look = f"{len(votes)} of 2" + (f", {fate.halted}" if fate.halted else "")
            case Closed(outcome):
                look = outcome
            case _:
                look = "old" if key != call.request else type(call.phase).__name__
        self.looks.append((key[-2:], look))
        self.since.append(fate.since)
        self.decided.append(fate.decided)


class Narrow(Board):
    """A board that takes nothing at the thread's first address."""

    async def send(self, address: Address, message: Outgoing) -> str:
        if address == HOME:
            raise Undeliverable("the channel is archived")
        return await super().send(address, message)

    async def change(self, receipt: str, key: str, fate: Fate) -> None:
        assert address(fate.then, key) == OTHER
        await super().change(receipt, key, fate)


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def office(redis_server: str, tmp_path: Path, board: Board) -> Office:
    made = Office(redis_server, tmp_path, [SIGN, NEXT], 30.0)
    made.write_agent("approvers: [alice, bob, eve]", TOOLS)
    made.screen = board
    return made


async def test_a_card_shows_each_vote_then_that_it_runs_then_that_it_is_done(
    office: Office, board: Board
) -> None:
    async with office.work() as desk:
        await say(desk, "sign the lease")
        waiting = await card(desk, Approval)
        await decide(desk, waiting, "approve", "bob")
        await _shown(board, ("v1", "1 of 2"))
        assert (await decide(desk, waiting, "approve", "eve")).refusal is None
        await _shown(board, ("v1", "returned"))
        events = await desk.events(office.thread)
    ended = next(event.at for event in events if event.type == "ToolEnded")
    approved = [event.at for event in events if event.type == "Verdict"][-1]
    assert (board.decided[0], board.decided[-1]) == (0, approved)
    assert board.looks[0] == ("v1", "1 of 2")
    assert board.since[-1] == ended
    assert len(set(board.looks)) == len(board.looks)


async def test_a_card_says_that_it_runs_while_it_does(office: Office, board: Board) -> None:
    pen = office.folder / "pen"
    office.write_agent("approvers: [alice, bob, eve]", SLOW.replace("PEN", str(pen)))
    async with office.work() as desk:
        await say(desk, "sign the lease")
        waiting = await card(desk, Approval)
        await decide(desk, waiting, "approve", "bob")
        await decide(desk, waiting, "approve", "eve")
        await _shown(board, ("v1", "Started"))
        events = await desk.events(office.thread)
        pen.write_text("here")
        await _shown(board, ("v1", "returned"))
    assert events[-1].type == "ToolStarted"
    assert board.since[board.looks.index(("v1", "Started"))] == events[-1].at
    assert board.looks[-1] == ("v1", "returned")


async def test_a_card_for_a_channel_that_is_not_set_up_stands_in_its_thread(
    office: Office, board: Board
) -> None:
    """And is changed there like any other; the board takes a key that is no request for an old one."""
    front = "approvers: [alice, bob, eve]\npolicy: {sign: {address: 'slack:T1/C1'}}"
    office.write_agent(front, TOOLS)
    async with office.work() as desk:
        await say(desk, "sign the lease")
        waiting = await card(desk, Approval)
        assert waiting.key.endswith("-v1~1")
        await decide(desk, waiting, "approve", "bob")
        await _shown(board, ("~1", "old"))
        events = await desk.events(office.thread)
    [failed] = [event for event in events if isinstance(event, DeliveryFailed)]
    assert failed.reason == "slack is not set up here"


async def test_an_older_showing_says_that_it_is_old(office: Office, board: Board) -> None:
    office.model.replies = [SIGN, [("stand_by", {})]]
    async with office.work() as desk:
        await say(desk, "sign the lease")
        await card(desk, Approval)
        await say(desk, "is it the right one?")
        await card(desk, Approval, version=2)
        await _shown(board, ("v1", "old"))
    assert board.looks == [("v1", "old")]


async def test_what_could_not_be_shown_is_shown_when_the_thread_goes_on(
    office: Office, board: Board
) -> None:
    board.broken = 1
    async with office.work() as desk:
        await say(desk, "sign the lease")
        waiting = await card(desk, Approval)
        await decide(desk, waiting, "deny", "bob", text="no")
        await _shown(board, ("v1", "denied"))
        await until(desk, lambda _, events: len(office.screen.sent) == 2)


async def test_what_comes_in_while_a_card_is_changed_is_shown_too(
    office: Office, board: Board
) -> None:
    edited, gone = Changed("alice", gone=False), Changed("alice", gone=True)
    async with office.work() as desk:
        await say(desk, "sign the lease")
        await card(desk, Approval)
        board.free.clear()
        await _remark(desk, office, "edited/1")
        await _changed(board, (edited,))
        await _remark(desk, office, "deleted")
        board.free.set()
        await _changed(board, (edited, gone))


async def test_a_vote_that_comes_in_while_a_card_is_changed_is_shown_too(
    office: Office, board: Board
) -> None:
    office.write_agent("approvers: [alice, bob, eve]", TOOLS.replace("quorum=2", "quorum=3"))
    async with office.work() as desk:
        await say(desk, "sign the lease")
        waiting = await card(desk, Approval)
        board.free.clear()
        await decide(desk, waiting, "approve", "bob")
        await _changed(board, ())
        await decide(desk, waiting, "approve", "eve")
        board.free.set()
        await _shown(board, ("v1", "2 of 2"))


async def test_a_halt_that_could_not_be_shown_on_an_open_card_is_shown_later_and_its_end_too(
    office: Office, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curb, "AGAIN_MS", 300)
    board.broken = 1
    async with office.work() as desk:
        await say(desk, "sign the lease")
        await card(desk, Approval)
        await desk.post(HOUSE, Halted(id="h1", actor="alice", reason="it misbehaves"))
        await _shown(board, ("v1", "0 of 2, alice: it misbehaves"))
        await desk.post(HOUSE, Lifted(id="l1", actor="alice"))
        await _shown(board, ("v1", "0 of 2"))
        await desk.post(HOUSE, Halted(id="h2", actor="alice", agent="another"))
        await decide(desk, await card(desk, Approval), "deny", "bob", text="no")
        await _shown(board, ("v1", "denied"))
    assert [look for _, look in board.looks] == ["0 of 2, alice: it misbehaves", "0 of 2", "denied"]


async def _remark(desk: Desk, office: Office, what: str) -> None:
    """Alice did something to the message that asked."""
    asked = (await desk.events(office.thread))[0].id
    noted = MessageNoted(id=f"{asked}/{what}", actor="alice", address=HOME, text="edited to: x")
    await desk.post(office.thread, noted)


async def _changed(board: Board, changed: tuple[Changed, ...]) -> None:
    async with asyncio.timeout(10):
        while changed not in board.changed:
            await asyncio.sleep(0.01)


async def _shown(board: Board, look: tuple[str, str]) -> None:
    async with asyncio.timeout(10):
        while look not in board.looks:
            await asyncio.sleep(0.01)


async def test_a_schedules_card_is_changed_where_it_went(office: Office) -> None:
    office.screen = board = Narrow()
    async with office.work() as desk:
        tick = CronTicked(
            id="s", address=HOME, fallback=OTHER, prompt="Sign.", schedule="daily", agent="clerk"
        )
        await desk.post(office.thread, tick)
        asked = await card(desk, Approval)
        await decide(desk, asked, "approve", by="alice")
        await decide(desk, asked, "approve", by="bob")
        await until(desk, lambda thread, _: isinstance(thread.turn, Idle) and not thread.notices)
    assert ("~1", "returned") in board.looks
    assert [each.key[-2:] for each in board.sent if isinstance(each, Say)] == ["~1"]


# ---- copies for one person alone ---------------------------------------------------------------------
DIRECT = Address(channel="slack", locator="T1/U1")


class Slack(Screen):
    """Where copies stand and can be changed, unlike where their threads live."""

    async def change(self, receipt: str, key: str, fate: Fate) -> None:
        if there := address(fate.then, key):
            self.told.append((key, there.locator))


def _copy(person: str) -> Deputy:
    return Deputy(person=person, of=person, since=0, address=DIRECT)


async def _closed(story: Story) -> list[str]:
    """The copies that are changed to what is so by now."""
    slack = Slack()
    display = Display({"slack": slack, "console": Screen()})
    begun = display.begin(story.thread, story.log)
    if begun:
        await begun
    return [key for key, there in slack.told if there == DIRECT.locator]


async def test_a_copy_of_a_question_closes_though_its_thread_lives_where_nothing_can_be_changed() -> (
    None
):
    asked = question("v1", asked=("alice", "bob")).model_copy(update={"apart": (_copy("bob"),)})
    story, (call,) = working(asked)
    story.shown()
    story.shown()
    story.answer(f"{call}-v1", "v1", by="alice")
    assert await _closed(story) == [f"{call}-v1~@bob"]


async def test_each_copy_of_a_card_and_of_what_became_of_its_call_closes() -> None:
    story, (call,) = working(gated().model_copy(update={"apart": (_copy("carol"),)}))
    story.previewed(
        call, asked_of(approvers=("bob",)).model_copy(update={"apart": (_copy("bob"),)})
    )
    story.shown()
    story.shown()
    story.approve(f"{call}-v1")
    assert await _closed(story) == [f"{call}-v1~@bob"]
    story.started(call)
    story.unknown(call)
    story.shown()
    story.shown()
    story.answer(story.call(call).request, "happened", by="alice")
    assert await _closed(story) == [f"{call}-v1~@bob", f"{call}-v2~@carol"]
