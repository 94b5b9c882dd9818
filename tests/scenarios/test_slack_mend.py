"""A card that nobody may decide names a command, and the command mends it."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.engine.office import Reply
from tests.scenarios.slack_office import AGENT, SlackOffice, until

SHIP: Reply = [("ship", {"tag": "v1.2.3", "because": "it was asked for"})]
STAND_BY: Reply = [("stand_by", {})]
DONE: Reply = [("done_for_now", {"message": "Shipped."})]


@pytest.fixture
def office(office: SlackOffice) -> SlackOffice:
    """Whose agent names nobody who approves."""
    agent = office.folder / "agents" / "shipper" / "agent.md"
    agent.write_text(AGENT.replace("approvers: [bob, carol{more}]\n", ""))
    return office


async def test_the_command_on_a_card_that_nobody_may_decide_makes_it_decidable(
    office: SlackOffice,
) -> None:
    async with office.listening(), office.working([SHIP]):
        root = office.mention("ship it")
        card = await office.shown(root, 1)
        assert "Nobody may approve this as it stands." in card.text
    named = re.search(r"`bot (approvers \S+ --add) NAME`", card.text)
    assert named is not None, card.text
    async with office.process(*named[1].split(), "bob") as process:
        async with asyncio.timeout(30):
            out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        assert b"bob may approve" in out
    async with office.listening(), office.working([STAND_BY, DONE]):
        office.say("and now?", thread=root)
        await until(lambda: f"<@{office.bob.id}>" in office.answers(root)[-1].text, "a card")
        fresh = await office.shown(root, len(office.answers(root)))
        await office.slack.people.press(office.bob, fresh, "approve").reply()
        await until(lambda: office.ledger() == ["v1.2.3"], "the call")


async def test_an_edit_that_would_leave_nobody_to_approve_is_warned_of_before_it_counts(
    office: SlackOffice,
) -> None:
    agent = office.folder / "agents" / "shipper" / "agent.md"
    agent.write_text(AGENT.replace("[bob, carol{more}]", "[alice, bob]"))
    async with office.listening(), office.working([SHIP]):
        root = office.mention("ship it")
        card = await office.shown(root, 1)
        assert "May decide: bob" in card.text
        assert "May deny and not approve: alice (asked for it)" in card.text
        await office.slack.people.press(office.bob, card, "edit").reply()
        view = office.slack.people.view(office.bob)
        assert "too few are left who may approve it*: nobody, and it needs 1" in str(view.body)
        await office.slack.people.submit(office.bob, view, {"tag": "v1.2.4"})
        fresh = await office.shown(root, 2)
        assert "Nobody may approve this as it stands." in fresh.text
        assert "alice (asked for it), bob (changed its arguments)" in fresh.text
