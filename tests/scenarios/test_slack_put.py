"""Put: a card stands in the place that its policy names, is decided there, and the thread goes on where it began."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core import days
from bot.core.events import DayReached, DeliveryFailed, Verdict
from bot.core.house import HOUSE
from bot.core.measures import day_of
from bot.core.values import Address, Routed
from tests.engine.office import Reply
from tests.scenarios.slack_office import SlackOffice, only_thread, until
from tests.slack_server.workspace import Channel, Message

SHIP: Reply = [("ship", {"tag": "v1.2.3", "because": "it was asked for"})]


@pytest.fixture
def board(office: SlackOffice) -> Channel:
    """Where approvals are asked for; alice is not in it."""
    there = office.slack.team.channel(
        "approvals", [office.bob, office.carol, office.eve, office.slack.bot]
    )
    put_in(office, f"slack:{office.slack.team.team}/{there.id}")
    return there


def put_in(office: SlackOffice, place: str) -> None:
    file = Path(office.folder, "agents", "shipper", "agent.md")
    policy = f"policy: {{ship: {{address: '{place}'}}}}"
    file.write_text(file.read_text().replace("listen: thread", f"listen: thread\n{policy}"))


async def first(board: Channel, office: SlackOffice) -> Message:
    await until(lambda: bool(board.standing()), "the card")
    return [each for each in board.standing() if each.user == office.slack.bot.id][-1]


async def launched(office: SlackOffice) -> str:
    async with office.process("launch", "shipper", "ship it", "--as", "alice") as done:
        out, _ = await done.communicate()
    return out.decode().strip()


async def test_a_card_is_decided_where_it_was_put_and_the_result_returns_to_the_thread(
    office: SlackOffice, board: Channel
) -> None:
    async with office.listening() as app, office.working([SHIP, "Shipped."]):
        root = office.mention("ship it")
        note = await office.shown(root, 1)
        card = await first(board, office)
        assert "elsewhere: ship, slack:" in note.text
        assert "asked for in another place" in str(card.blocks)
        await office.slack.people.press(office.bob, card, "approve").reply()
        done = await office.shown(root, 2)
        await until(lambda: "Approved by bob" in str(board.standing()[0].blocks), "the end of it")
        await only_thread(app)
    assert done.text == "Shipped."
    assert office.ledger() == ["v1.2.3"]
    assert len(board.standing()) == 1
    [copy] = office.direct(office.bob)
    assert "Approved by bob" in str(copy.blocks)


async def test_words_under_it_decide_and_others_are_told_where_they_belong(
    office: SlackOffice, board: Channel
) -> None:
    """As at a copy; nobody's words there open a thread of their own."""
    async with office.listening() as app, office.working([SHIP, "Not shipped."]):
        root = office.mention("ship it")
        card = await first(board, office)
        office.say(f"{office.slack.mention} what is this?", office.carol, card)
        await until(lambda: bool(office.slack.team.whispers(office.carol)), "what carol is told")
        [said] = office.slack.team.whispers(office.carol)
        assert "only decisions and answers are taken" in said.text
        office.say("deny too early", office.bob, card)
        await office.shown(root, 2)
        _, events = await only_thread(app)
    [given] = [event for event in events if isinstance(event, Verdict)]
    assert (given.word, given.actor, given.text) == ("deny", "bob", "too early")
    assert office.ledger() == []


async def test_a_thread_at_the_console_is_approved_in_slack(
    office: SlackOffice, board: Channel
) -> None:
    name = await launched(office)
    async with office.listening() as app, office.working([SHIP, "Shipped."]):
        card = await first(board, office)
        await office.slack.people.press(office.eve, card, "approve").reply()
        await until(lambda: bool(office.slack.team.whispers(office.eve)), "what eve is told")
        [said] = office.slack.team.whispers(office.eve)
        assert "not among those who may decide" in said.text
        office.say("approve", office.bob, card)
        await until(lambda: office.ledger() == ["v1.2.3"], "the tag")
        await until(lambda: "Approved by bob" in str(board.standing()[0].blocks), "the end of it")
        thread, _ = await only_thread(app)
    assert (thread.id, thread.address and thread.address.channel) == (name, "console")


async def test_a_place_may_be_named_as_its_channel_is(office: SlackOffice, board: Channel) -> None:
    agent = Path(office.folder, "agents", "shipper", "agent.md")
    place = f"slack:{office.slack.team.team}/{board.id}"
    agent.write_text(agent.read_text().replace(place, "#approvals"))
    async with office.listening(), office.working([SHIP, "Shipped."]):
        root = office.mention("ship it")
        card = await first(board, office)
        assert "elsewhere: ship, #approvals" in (await office.shown(root, 1)).text
        await office.slack.people.press(office.bob, card, "approve").reply()
        await until(lambda: office.ledger() == ["v1.2.3"], "the tag")
    agent.write_text(agent.read_text().replace("#approvals", "#nowhere"))
    for words in (("policy", "explain", "shipper", "ship"), ("lint",)):
        given = ("--arguments", '{"tag": "v1"}') if words[0] == "policy" else ()
        async with office.process(*words, *given) as done:
            out, _ = await done.communicate()
        assert (
            "the app is in no channel #nowhere: invite it there, or correct the name"
            in out.decode()
        )


async def test_where_the_place_refuses_it_the_card_stands_in_the_thread(
    office: SlackOffice,
) -> None:
    put_in(office, f"slack:{office.slack.team.team}/C0GONE")
    async with office.listening() as app, office.working([SHIP, "Shipped."]):
        root = office.mention("ship it")
        await until(lambda: any("Approval wanted" in each.text for each in office.answers(root)))
        card = next(each for each in office.answers(root) if "Approval wanted" in each.text)
        await until(lambda: any("could not be delivered" in each.text for each in office.answers(root)))  # fmt: skip
        await office.slack.people.press(office.bob, card, "approve").reply()
        await until(lambda: office.ledger() == ["v1.2.3"], "the tag")
        _, events = await only_thread(app)
    [failed] = [event for event in events if isinstance(event, DeliveryFailed)]
    assert failed.key.endswith("-v1")


async def test_a_days_limit_is_put_to_its_owner_alone_and_extended_there(
    office: SlackOffice,
) -> None:
    """By the account in the people file, which names no workspace."""
    place = Routed(by="thread", address=Address(channel="slack", locator=office.alice.id))
    async with office.listening() as app, office.working():
        day = day_of(await app.store.now())
        fact = DayReached(id="d", day=day, scope="all", reason="all: 1.00 USD", asked=("alice",), addresses=(place,))  # fmt: skip
        await app.desk.post(HOUSE, fact)
        await until(lambda: bool(office.direct(office.alice)), "what alice is asked")
        [card] = office.direct(office.alice)
        assert "all: 1.00 USD" in str(card.blocks)
        await office.slack.people.press(office.alice, card, "answer:0").reply()
        await until(lambda: "Answered by alice" in str(office.direct(office.alice)[0].blocks))
        house = await app.desk.thread(HOUSE)
    assert days.extended(house, day, "all") == 1
