"""Deputies in Slack: the card names them, and whose time comes later has a copy of their own then."""

from __future__ import annotations

from pathlib import Path

from bot.core.events import Verdict
from tests.engine.office import Reply
from tests.scenarios.slack_office import SlackOffice, only_thread, until

SHIP: Reply = [("ship", {"tag": "v1.2.3", "because": "it was asked for"})]


def stand_in(office: SlackOffice) -> None:
    """Eve stands in for bob, two seconds after he was asked."""
    people = Path(office.folder, "people.yaml")
    bob = f"bob: {{slack: {office.bob.id}"
    text = people.read_text().replace(bob, f"{bob}, deputy: eve")
    people.write_text(text.replace("people:\n", f"people:\n  eve: {{slack: {office.eve.id}}}\n"))
    agent = Path(office.folder, "agents", "shipper", "agent.md")
    policy = "listen: thread\npolicy: {ship: {remind: [2s]}}"
    agent.write_text(agent.read_text().replace("listen: thread", policy))


async def test_whose_time_comes_after_the_card_has_a_copy_then_and_decides_by_it(
    office: SlackOffice,
) -> None:
    stand_in(office)
    async with office.listening() as app, office.working([SHIP, "Shipped."]):
        root = office.mention("ship it")
        card = await office.shown(root, 1)
        assert "In their place: eve for bob, from" in str(card.blocks)
        assert office.direct(office.eve) == []
        await until(lambda: bool(office.direct(office.eve)), "a copy for eve")
        [copy] = office.direct(office.eve)
        await office.slack.people.press(office.eve, copy, "approve").reply()
        await office.shown(root, 2)
        await until(lambda: "Approved by eve" in str(office.direct(office.eve)[0].blocks), "the end of it")  # fmt: skip
        _, events = await only_thread(app)
    assert office.ledger() == ["v1.2.3"]
    assert len(office.direct(office.eve)) == 1
    [said] = [event for event in events if isinstance(event, Verdict)]
    assert (said.actor, said.word) == ("eve", "approve")
