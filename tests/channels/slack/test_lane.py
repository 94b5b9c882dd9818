"""Lane: what may be lost is called once, in turn, and never for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bot.core.events import MessageReceived
from bot.core.thread import IDLE, Thinking, Thread, Turn
from channels.slack import lane, signs
from channels.slack.address import Place
from channels.slack.api import Json, Web
from channels.slack.lane import Lane
from channels.slack.manifest import manifest
from channels.slack.signs import Signs
from tests.slack_server.faults import Cut, Fault, Limit, LoseReply, Refuse
from tests.slack_server.server import SlackServer
from tests.slack_server.workspace import Message

SET = "agents.sessions.setStatus"


class Corner:
    """A direct message to the bot."""

    def __init__(self, slack: SlackServer) -> None:
        self.slack = slack
        alice = slack.team.person("alice")
        self.channel = slack.team.direct(alice, slack.bot)
        self.root: Message = slack.people.say(alice, self.channel, "hi")
        self.place = Place(slack.team.team, self.channel.id, self.root.ts)
        self.web = Web(slack.token, slack.api_url)

    def status(self, now: str) -> Json:
        return {"channel_id": self.channel.id, "thread_ts": self.root.ts, "status": now}

    def shown(self) -> list[object]:
        return [each["status"] for each in self.slack.team.statuses]

    def calls(self, method: str = SET) -> int:
        return len(self.slack.ledger.calls(method))


@pytest.fixture
async def corner() -> AsyncGenerator[Corner]:
    async with SlackServer(manifest()) as slack:
        yield Corner(slack)


async def test_only_the_newest_wish_for_a_thing_is_called(corner: Corner) -> None:
    statuses = Lane(corner.web.impatient(), SET)
    for now in ("processing", "suspended", "active"):
        statuses.wish("a thread", corner.status(now))
    await statuses.done("a thread", 5)
    assert corner.shown() == ["active"]


async def test_told_to_slow_down_the_whole_lane_waits_and_nothing_piles_up(corner: Corner) -> None:
    corner.slack.faults.plan(SET, Limit(1))
    statuses = Lane(corner.web.impatient(), SET)
    statuses.wish("a", corner.status("processing"))
    await corner.slack.until(lambda: corner.calls() == 1)
    for number in range(50):
        statuses.wish("a", corner.status("suspended" if number % 2 else "processing"))
    statuses.wish("b", corner.status("active"))
    await corner.slack.until(lambda: len(corner.shown()) == 2)
    assert corner.shown() == ["suspended", "active"]
    first, second, _ = corner.slack.ledger.calls(SET)
    assert second.at - first.at >= 1.0


async def test_a_lane_that_is_closed_holds_nobody_up(corner: Corner) -> None:
    corner.slack.faults.rule = lambda entry: Limit(30) if entry.method == SET else None
    statuses = Lane(corner.web.impatient(), SET)
    statuses.wish("a", corner.status("processing"))
    await corner.slack.until(lambda: corner.calls() == 1)
    async with asyncio.timeout(1):
        await statuses.done("a", 20)
        await statuses.settled(20)


async def test_nothing_is_tried_for_ever(corner: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "LONGEST_SECONDS", 0.01)
    corner.slack.faults.rule = lambda entry: Limit(1) if entry.method == SET else None
    statuses = Lane(corner.web.impatient(), SET)
    statuses.wish("a", corner.status("processing"))
    await corner.slack.until(lambda: corner.calls() == lane.MOST_TRIES)
    await statuses.settled(5)
    assert corner.calls() == lane.MOST_TRIES


@pytest.mark.parametrize("fault", [Cut(), LoseReply()])
async def test_a_status_that_got_lost_is_told_again_a_moment_later(
    corner: Corner, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(lane, "AWAY_SECONDS", 0.05)
    corner.slack.faults.plan(SET, fault)
    beside = Signs(corner.web)
    beside.status(corner.place, "active")
    await corner.slack.until(lambda: corner.calls() == 2)
    await beside.settled()
    assert corner.shown()[-1] == "active"


@pytest.mark.parametrize("fault", [Cut(), Limit(1)])
async def test_a_status_that_was_overtaken_while_it_waited_is_not_told(
    corner: Corner, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(lane, "AWAY_SECONDS", 0.2)
    corner.slack.faults.plan(SET, fault)
    beside = Signs(corner.web)
    beside.status(corner.place, "processing")
    await corner.slack.until(lambda: corner.calls() == 1)
    beside.status(corner.place, "active")
    await corner.slack.until(lambda: bool(corner.shown()))
    assert corner.shown() == ["active"]


async def test_a_status_that_could_not_be_told_is_told_at_the_next_occasion(
    corner: Corner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "AWAY_SECONDS", 0.01)
    corner.slack.faults.plan(SET, *[Cut()] * lane.MOST_TRIES)
    beside = Signs(corner.web)
    beside.status(corner.place, "active")
    await corner.slack.until(lambda: corner.calls() == lane.MOST_TRIES)
    await beside.settled()
    beside.status(corner.place, "active")
    await corner.slack.until(lambda: corner.shown() == ["active"])


async def test_eyes_that_come_late_go_all_the_same(
    corner: Corner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs, "LATER_SECONDS", 0.05)
    beside = Signs(corner.web)
    where = corner.place.address
    asked = MessageReceived(
        id=f"slack:{where.locator}", actor="alice", address=where, text="hi", at=1
    )
    beside.show(Thread("t1", address=where), [asked])
    await corner.slack.until(lambda: corner.calls("reactions.remove") == 1)
    beside.seen(corner.channel.id, corner.root.ts)
    await corner.slack.until(lambda: corner.calls("reactions.remove") > 1)
    await corner.slack.until(lambda: not corner.root.reactions)
    assert corner.slack.ledger.errors("reactions.remove")[0] == "no_reaction"


async def test_a_status_that_slack_refuses_is_not_told_again_before_it_changes(
    corner: Corner,
) -> None:
    corner.slack.faults.plan(SET, Refuse("not_allowed"))
    beside = Signs(corner.web)
    for _ in range(3):
        beside.status(corner.place, "processing")
        await beside.settled()
    assert corner.calls() == 1


async def test_a_status_is_told_anew_once_another_worker_may_have_changed_it(
    corner: Corner, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = Signs(corner.web)
    for _ in range(2):
        beside.status(corner.place, "suspended")
        await beside.settled()
    assert corner.calls() == 1
    monkeypatch.setattr(signs, "SURE_SECONDS", 0.0)
    beside.status(corner.place, "suspended")
    await beside.settled()
    assert corner.calls() == 2


async def test_eyes_that_are_there_already_are_good_eyes(corner: Corner) -> None:
    beside = Signs(corner.web)
    for _ in range(2):
        beside.seen(corner.channel.id, corner.root.ts)
        await beside.settled()
    assert corner.slack.ledger.errors("reactions.add") == ["already_reacted"]
    assert corner.root.reactions == {"eyes": [corner.slack.bot.id]}


@pytest.mark.parametrize(
    ("turn", "says"),
    [(Thinking(), "processing"), (Thinking(retry_at=9), "active"), (IDLE, "active")],
)
def test_no_status_keeps_people_from_writing_while_the_model_is_away(turn: Turn, says: str) -> None:
    assert signs.status(Thread("t1", turn=turn)) == says
    assert signs.status(Thread("t1", turn=turn, paused=True)) == "active"


async def test_everything_that_is_wished_for_is_bounded(
    corner: Corner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "MOST_WISHES", 3)
    hold = corner.slack.faults.hold(SET)
    statuses = Lane(corner.web.impatient(), SET)
    statuses.wish("0", corner.status("active"))
    await hold.arrived.wait()
    for number in range(1, 20):
        statuses.wish(str(number), corner.status("active"))
    hold.release.set()
    await statuses.done("19", 5)
    assert corner.calls() == 1 + 3
