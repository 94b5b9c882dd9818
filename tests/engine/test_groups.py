"""Groups that a channel keeps: read when a card is made and before the call runs; nobody where they cannot be read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core import outbox
from bot.core.events import Event
from bot.core.thread import Thread
from bot.engine.desk import Desk
from bot.kit import live
from bot.kit.load import Agents, load_agents
from bot.kit.people import People
from tests.engine.office import Office, Use, card, decide, say, types, until

FRONT = "approvers: [releasers]\npolicy: {sign: {quorum: 2}}"
TOOLS = """
    from bot.kit import Call, tool
    from pathlib import Path

    @tool(approval="always", env=("LEDGER",))
    async def sign(call: Call):
        "Sign."
        Path(call.env["LEDGER"]).write_text("signed")
"""
PEOPLE = """\
people:
  alice: {}
  bob: {slack: U2}
  carol: {slack: U3}
  eve: {slack: U4}
groups:
  releasers: {slack: S1}
"""


class Kept:
    """A channel's groups, as they are now."""

    def __init__(self) -> None:
        self.now: dict[str, tuple[str, ...]] = {"S1": ("U2", "U3", "U9")}
        self.away = 0

    async def members(self, group: str) -> tuple[str, ...]:
        if self.away:
            self.away -= 1
            message = "away"
            raise OSError(message)
        if group not in self.now:
            message = "no_such_subteam"
            raise LookupError(message)
        return self.now[group]


class Grouped(Office):
    """An office whose approvers are a group that is kept elsewhere."""

    kept = Kept()

    def agents(self) -> Agents:
        file = self.folder / "people.yaml"
        file.write_text(PEOPLE)
        people = People.load(file)
        people.live.reads_from({"slack": self.kept})
        return load_agents([self.folder / "agents"], people)


@pytest.fixture
def office(redis_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Grouped:
    """Nothing is remembered: each look is a look."""
    monkeypatch.setattr(live, "FRESH_SECONDS", 0.0)
    sign: list[Use] = [("sign", {"because": "it is due"})]
    office = Grouped(redis_server, tmp_path, [sign, "done"], 10.0)
    office.kept = Kept()
    office.write_agent(FRONT, TOOLS)
    return office


def has(kind: str) -> Callable[[Thread, list[Event]], bool]:
    return lambda _, events: kind in types(events)


async def test_those_who_are_in_the_group_now_and_known_are_asked(office: Grouped) -> None:
    async with office.work() as desk:
        await say(desk, "sign it")
        shown = await card(desk, outbox.Approval)
        assert isinstance(shown, outbox.Approval)
        assert shown.approvers == ("bob", "carol")
        for who in ("bob", "carol"):
            await decide(desk, shown, "approve", by=who)
        await until(desk, has("ToolEnded"))
    assert office.ledger() == ["signed"]


async def half_approved(desk: Desk) -> outbox.Outgoing:
    """The card to which one approval is missing."""
    await say(desk, "sign it")
    shown = await card(desk, outbox.Approval)
    await decide(desk, shown, "approve", by="carol")
    return shown


async def test_whoever_left_the_group_after_approving_did_not_approve(office: Grouped) -> None:
    async with office.work() as desk:
        shown = await half_approved(desk)
        office.kept.now["S1"] = ("U2", "U4")
        await decide(desk, shown, "approve", by="bob")
        again = await card(desk, outbox.Approval, version=2)
        assert isinstance(again, outbox.Approval)
        assert again.approvers == ("bob", "eve")
        assert office.ledger() == []


async def test_a_group_that_cannot_be_read_is_nobody_and_the_card_says_so(office: Grouped) -> None:
    office.kept.now.clear()
    async with office.work() as desk:
        await say(desk, "sign it")
        shown = await card(desk, outbox.Approval)
        assert isinstance(shown, outbox.Approval)
        assert shown.approvers == ()
        assert (
            "Nobody decides through slack:S1: it could not be read (no_such_subteam)" in shown.text
        )
        (call,) = (await desk.thread(office.thread)).calls
        assert call.card
        assert call.card.unread == {"slack:S1": "no_such_subteam"}
        judged = await decide(desk, shown, "approve", by="bob")
        assert judged.refusal


async def test_where_a_group_cannot_be_read_for_a_moment_its_card_is_made_as_soon_as_it_can(
    office: Grouped,
) -> None:
    office.kept.away = 2
    async with office.work() as desk:
        await say(desk, "sign it")
        shown = await card(desk, outbox.Approval)
        events = await desk.events(office.thread)
    assert isinstance(shown, outbox.Approval)
    assert shown.approvers == ("bob", "carol")
    assert types(events).count("Previewed") == 1
    assert office.kept.away == 0


async def test_where_others_are_enough_no_card_waits_for_a_group(office: Grouped) -> None:
    office.write_agent("approvers: [releasers, eve, bob]\npolicy: {sign: {quorum: 2}}", TOOLS)
    office.kept.away = 1_000
    async with office.work() as desk:
        await say(desk, "sign it")
        shown = await card(desk, outbox.Approval)
    assert isinstance(shown, outbox.Approval)
    assert set(shown.approvers) == {"eve", "bob"}


async def test_a_group_that_cannot_be_read_before_the_claim_holds_the_call_up_and_keeps_its_approval(
    office: Grouped,
) -> None:
    async with office.work() as desk:
        shown = await half_approved(desk)
        office.kept.away = 2
        await decide(desk, shown, "approve", by="bob")
        await until(desk, has("ToolEnded"))
        events = await desk.events(office.thread)
    assert office.kept.away == 0
    assert "CallVoided" not in types(events)
    assert office.ledger() == ["signed"]


async def test_a_group_that_cannot_be_read_for_long_lets_nothing_run_and_says_why(
    office: Grouped,
) -> None:
    async with office.work() as desk:
        shown = await half_approved(desk)
        office.kept.now.clear()
        await decide(desk, shown, "approve", by="bob")
        while not (letters := await desk.letters()) or not letters[office.thread].is_dead:
            await asyncio.sleep(0.01)
    assert letters[office.thread].cause == (
        "ConnectionError: who may decide on sign cannot be read now: slack:S1 (no_such_subteam)"
    )
    assert office.ledger() == []
