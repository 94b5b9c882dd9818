"""Elsewhere: a thread that was begun at the console speaks in Slack, and is found again by the replies there."""

from __future__ import annotations

from bot.core.events import MessageNoted
from tests.engine.office import Reply
from tests.scenarios.slack_office import SlackOffice, only_thread, until
from tests.slack_server.faults import LoseReply
from tests.slack_server.workspace import Message

ASK: Reply = [("request_human_input", {"question": "Which tag?", "options": {}})]
SHIP: Reply = [("ship", {"tag": "v1.2.3", "because": "it was asked for"})]


async def launched(office: SlackOffice, at: str = "") -> str:
    """What the command prints."""
    at = at or f"slack:{office.slack.team.team}/{office.channel.id}"
    async with office.process("launch", "shipper", "ship it", "--as", "alice", "--at", at) as done:
        out, err = await done.communicate()
    return (out + err).decode().strip()


async def first_words(office: SlackOffice) -> Message:
    """The first thing that the bot says in the channel."""
    await until(lambda: bool(office.channel.standing()), "the first words")
    return office.channel.standing()[0]


async def test_a_thread_begun_at_the_console_goes_on_in_slack(office: SlackOffice) -> None:
    name = await launched(office)
    async with office.listening():
        async with office.working([ASK]):
            root = await first_words(office)
            assert (root.user, root.thread_ts) == (office.slack.bot.id, None)
            assert "Which tag?" in root.text
            await office.shown(root, 1)
        office.say("v1.2.3", thread=root)
        async with office.working([SHIP]):
            card = await office.shown(root, 2)
    # Another listener and another worker know of it as much as these did.
    async with office.listening() as app, office.working(["Shipped."]):
        await office.slack.people.press(office.bob, card, "approve").reply()
        done = await office.shown(root, 3)
        thanks = office.say("thank you", thread=root)
        await office.shown(root, 4)
        office.slack.people.edit(thanks, "many thanks")
        await office.slack.post.settled()
        thread, events = await only_thread(app)
    assert thread.id == name
    assert {message.thread_ts for message in office.channel.standing()} == {None, root.ts}
    assert done.text == "Shipped."
    assert office.ledger() == ["v1.2.3"]
    assert [event.type for event in events].count("MessageReceived") == 3
    assert [event.text for event in events if isinstance(event, MessageNoted)] == [
        "edited to: many thanks"
    ]


async def test_first_words_whose_reply_was_lost_stand_once(office: SlackOffice) -> None:
    await launched(office)
    office.slack.faults.plan("chat.postMessage", LoseReply(), LoseReply())
    async with office.listening(), office.working(["First.", "Second."]):
        root = await first_words(office)
        await office.shown(root, 1)
        office.say("and?", thread=root)
        await office.shown(root, 2)
    assert [message.text for message in office.answers(root)] == ["First.", "Second."]
    assert len(office.channel.standing()) == 3


async def test_a_reply_that_was_missed_finds_it_too(office: SlackOffice) -> None:
    await launched(office)
    office.slack.post.pauses = ()
    async with office.working(["First.", "Second."]):
        root = await first_words(office)
        await office.shown(root, 1)
        office.say("and?", thread=root)
        await office.slack.post.settled()
        async with office.listening():
            await office.shown(root, 2)


async def test_what_somebody_else_writes_beside_their_message_makes_it_nobodys_thread(
    office: SlackOffice,
) -> None:
    await launched(office)
    async with office.listening() as app, office.working(["First."]):
        root = await first_words(office)
        await office.shown(root, 1)
        forged = office.say("look here", office.eve)
        forged.metadata = root.metadata
        office.say("stop", thread=forged)
        await office.slack.post.settled()
        _, events = await only_thread(app)
    assert [event.type for event in events].count("MessageReceived") == 1


async def test_nothing_is_begun_in_a_channel_that_slack_does_not_know(office: SlackOffice) -> None:
    at = f"slack:{office.slack.team.team}/C0NOWHERE"
    async with office.process("launch", "shipper", "go", "--as", "alice", "--at", at) as done:
        out, err = await done.communicate()
    assert (done.returncode, out) == (1, b"")
    assert b"Nothing was begun. Slack knows no such channel" in err
    async with office.listening() as app:
        assert await app.desk.threads() == []


async def test_a_place_that_is_none_is_said_so(office: SlackOffice) -> None:
    said = await launched(office, "slack:releases")
    assert said == "--at is slack:TEAM/CHANNEL, by their IDs, not slack:releases."
