"""Deputies at work: the people file may name them after a card was made."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.events import CallVoided, MessageReceived
from bot.core.outbox import Approval
from bot.core.values import Address
from bot.engine.desk import Desk
from bot.engine.toolbox import Toolbox
from bot.kit.load import Agents, load_agents
from bot.kit.people import People
from tests.core.build import Story, gated
from tests.engine.office import Office, card, decide, say, until
from tests.engine.test_reception import SIGN, TOOLS

BEFORE = "people: {alice: {}, bob: {}, carol: {}}\n"
AFTER = "people: {alice: {}, bob: {deputy: carol, away: 2999-01-01}, carol: {}}\n"


class Named(Office):
    """An office with a people file of its own."""

    people = BEFORE

    def agents(self) -> Agents:
        file = self.folder / "people.yaml"
        file.write_text(self.people)
        return load_agents([self.folder / "agents"], People.load(file))


@pytest.fixture
def office(redis_server: str, tmp_path: Path) -> Named:
    made = Named(redis_server, tmp_path, [SIGN, "Signed."], 30.0)
    made.write_agent("approvers: [bob]", TOOLS)
    return made


async def test_whoever_is_named_as_deputy_after_the_card_was_made_decides_on_a_new_one(
    office: Named,
) -> None:
    """At the click it is the card that says who decides; once the workers know better, it is asked anew."""
    async with office.work() as desk:
        await say(desk, "sign the lease")
        first = await card(desk, Approval)
    office.people = AFTER
    async with office.work() as desk:
        said = await decide(desk, first, "approve", "carol")
        assert said.refusal is not None
        assert "carol is not among those who may decide" in said.refusal
        second = await card(desk, Approval, version=2)
        assert isinstance(second, Approval)
        assert [(each.person, each.of) for each in second.in_place] == [("carol", "bob")]
        assert (await decide(desk, second, "approve", "carol")).refusal is None
        await until(desk, lambda _, events: any(each.type == "ToolEnded" for each in events))
        events = await desk.events(office.thread)
    [voided] = [event for event in events if isinstance(event, CallVoided)]
    assert "policy has changed" in voided.reason


async def test_a_card_whose_deputies_are_as_they_were_stays(office: Named) -> None:
    office.people = AFTER
    async with office.work() as desk:
        await say(desk, "sign the lease")
        first = await card(desk, Approval)
    async with office.work() as desk:
        assert (await decide(desk, first, "approve", "carol")).refusal is None
        await until(desk, lambda _, events: any(each.type == "ToolEnded" for each in events))
        events = await desk.events(office.thread)
    assert not any(isinstance(event, CallVoided) for event in events)


async def test_a_deputy_keeps_no_place_but_that_of_whoever_asked_once_the_other_has_left(
    office: Named,
) -> None:
    """Carol approved in Bob's place; she is Alice's deputy too, and Alice asked."""
    hers = "alice: {deputy: carol, away: 2999-01-01}"
    office.people = f"people: {{{hers}, bob: {{deputy: carol, away: 2999-01-01}}, carol: {{}}}}\n"
    office.write_agent("approvers: [alice, bob]", TOOLS)
    async with office.work() as desk:
        await say(desk, "sign the lease")
        first = await card(desk, Approval)
    async with office.store() as store:
        assert (await decide(Desk(store), first, "approve", "carol")).refusal is None
    office.write_agent("approvers: [alice]", TOOLS)
    async with office.work() as desk:
        await card(desk, Approval, version=2)
        events = await desk.events(office.thread)
    assert not any(each.type == "ToolStarted" for each in events)


async def test_whoever_asked_where_the_card_is_not_put_is_asked_by_mail_what_became_of_the_call(
    office: Named,
) -> None:
    """By mail alice is reached in her thread, and not in the channel where the card was put; bob is there."""
    office.people = "people: {alice: {email: a@example.com}, bob: {slack: T1/U1}}\n"
    office.write_agent("approvers: [bob]\npolicy: {sign: {address: 'slack:T1/C1'}}", TOOLS)
    toolbox = Toolbox(office.agents(), {}, media=frozenset({"email", "slack"}))
    here = Address(channel="email", locator="x")
    story = Story()
    story.tell(MessageReceived(id="1", actor="alice", address=here, text="sign", agent="clerk"))
    asked = gated("sign", name="lease").model_copy(update={"asked": ("alice", "bob")})
    (call,) = story.step(asked)
    shown = await toolbox.card(story.thread, story.call(call))
    assert shown.reached == {"alice": Address(channel="email", locator="@alice")}
