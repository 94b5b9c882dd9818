"""The app's home in Slack: what waits for whoever looks, and nothing that waits for somebody else."""

from __future__ import annotations

from channels.slack.manifest import manifest
from tests.engine.office import Reply
from tests.scenarios.slack_office import SlackOffice, until
from tests.slack_server.faults import Refuse
from tests.slack_server.workspace import Person

ASK: Reply = [("request_human_input", {"question": "Which tag?", "options": {}})]
SHIP: Reply = [("ship", {"tag": "v1.2.3", "because": "it was asked for"})]


async def look(office: SlackOffice, person: Person) -> str:
    """What this person's home shows after they opened it."""
    published = office.slack.ledger.calls("views.publish")
    office.slack.people.open_home(person)
    await until(
        lambda: len(office.slack.ledger.calls("views.publish")) > len(published), "the home"
    )
    return str(office.slack.world.homes[person.id].body["blocks"])


async def test_the_home_lists_what_waits_for_whoever_looks(office: SlackOffice) -> None:
    async with office.listening(), office.working([SHIP, ASK, "Shipped."]):
        said = office.mention("ship it")
        card = await office.shown(said, 1)
        other = office.mention("ship another", office.eve)
        question = await office.shown(other, 1)
        for_bob = await look(office, office.bob)
        assert "Approval wanted: ship" in for_bob
        assert "it was asked for" in for_bob
        assert f"/p{card.ts.replace('.', '')}?thread_ts={said.ts}&amp;cid=" in for_bob
        assert "Which tag?" in await look(office, office.eve)
        assert f"p{question.ts.replace('.', '')}" in await look(office, office.eve)
        assert "Approval wanted" not in await look(office, office.eve)

        await office.slack.people.press(office.carol, card, "approve").reply()
        await office.shown(said, 2)
        assert "Approval wanted" not in await look(office, office.bob)


async def test_nothing_waits_is_said_so(office: SlackOffice) -> None:
    async with office.listening():
        assert "Nothing waits for you." in await look(office, office.carol)


async def test_a_card_whose_link_slack_does_not_tell_is_listed_all_the_same(
    office: SlackOffice,
) -> None:
    async with office.listening(), office.working([SHIP]):
        said = office.mention("ship it")
        await office.shown(said, 1)
        office.slack.faults.plan("chat.getPermalink", Refuse("message_not_found"))
        shown = await look(office, office.bob)
    assert "Approval wanted: ship" in shown
    assert "Open the card" not in shown


async def test_opening_the_messages_needs_no_call(office: SlackOffice) -> None:
    async with office.listening():
        before = len(office.slack.ledger.entries)
        office.slack.people.open_home(office.bob, "messages")
        await office.slack.post.settled()
        assert "Nothing" in await look(office, office.bob)
        methods = [entry.method for entry in office.slack.ledger.entries[before:]]
    # Bolt itself asks who the token makes us.
    assert [method for method in methods if method != "auth.test"] == ["views.publish"]


def test_what_the_agent_suggests_stands_in_the_manifest() -> None:
    features = str(manifest()["features"])
    assert "suggested_prompts" in features
    assert "home_tab_enabled" in features
