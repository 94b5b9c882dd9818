"""The slash command and the message shortcut: both begin a thread, once, and only then does Slack hear that they did."""

from __future__ import annotations

import asyncio
from typing import Literal

import pytest

from bot.core.events import MessageNoted, MessageReceived
from channels.slack import signs
from channels.slack.manifest import manifest
from tests.engine.office import Reply
from tests.scenarios.slack_office import Mode, SlackOffice, only_thread, until
from tests.slack_server.delivery import Delivery, NotTaken
from tests.slack_server.faults import Fail, Limit, LoseReply
from tests.slack_server.shapes import Json, as_text
from tests.slack_server.workspace import Message

SHIP: Reply = [("ship", {"tag": "v1", "because": "it was asked for"})]


def ask(office: SlackOffice, text: str) -> Delivery:
    return office.slack.people.slash(office.alice, office.channel, "/ask", text)


def roots(office: SlackOffice) -> list[Message]:
    """What the bot posted in the channel itself."""
    ours = office.slack.bot.id
    return [m for m in office.channel.standing() if m.user == ours and m.thread_ts is None]


# ---- the slash command ------------------------------------------------------------------------------------------------
async def test_a_command_is_shown_in_the_channel_and_answered_in_its_thread(
    either: SlackOffice, mode: Mode
) -> None:
    async with either.listening(mode) as app, either.working(["Shipped."]):
        asked = ask(either, "ship &lt;the&gt; backend to &amp; fro @channel")
        assert await asked.reply() == {}
        (root,) = roots(either)
        answer = await either.shown(root, 2)
        thread, events = await only_thread(app)
    assert answer.text == "Shipped."
    assert root.text.startswith(f"<@{either.alice.id}> asks: ship ")
    assert "@channel" not in root.text
    assert thread.requester == "alice"
    (said,) = [event for event in events if isinstance(event, MessageReceived)]
    assert said.text == "ship <the> backend to & fro @channel"
    assert said.id == f"slack:{either.slack.team.team}/{either.channel.id}/{root.ts}"


async def test_a_command_told_often_is_one_message_and_one_event(office: SlackOffice) -> None:
    async with office.listening() as app, office.listening(), office.working(["Once.", "Twice."]):
        asked = ask(office, "ship it")
        await asked.reply()
        (root,) = roots(office)
        await office.shown(root, 2)
        for _ in range(3):
            assert await office.slack.post.again(asked)
        _, events = await only_thread(app)
    assert len(roots(office)) == 1
    assert [event.type for event in events].count("MessageReceived") == 1
    assert len(office.model.asked) == 1


async def test_a_command_whose_message_may_be_there_is_not_posted_again(
    office: SlackOffice,
) -> None:
    office.slack.faults.plan("chat.postMessage", LoseReply())
    async with office.listening() as app, office.working(["Shipped."]):
        assert await ask(office, "ship it").reply() == {}
        (root,) = roots(office)
        await office.shown(root, 2)
        await only_thread(app)


@pytest.mark.parametrize("lapse", [Limit(1), Fail(500)])
async def test_a_command_whose_message_is_not_found_at_once_has_its_thread(
    office: SlackOffice, lapse: Limit | Fail
) -> None:
    office.slack.faults.plan("chat.postMessage", LoseReply())
    office.slack.faults.plan("conversations.history", None, lapse)
    async with office.listening() as app, office.working(["Shipped."]):
        # Nothing else reads the channel: no cursor is there yet, and no thread.
        assert await ask(office, "ship it").reply() == {}
        (root,) = roots(office)
        await office.shown(root, 2)
        await only_thread(app)


async def test_a_command_that_could_not_be_stored_is_not_acknowledged(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office.listening() as app, office.working(["Shipped."]):

        async def away(*_: object) -> None:
            raise ConnectionError("away")

        with monkeypatch.context() as patch:
            patch.setattr(app.desk, "post", away)
            asked = ask(office, "ship it")
            with pytest.raises(NotTaken):
                await asked.reply()
        assert await app.desk.threads() == []
        assert await office.slack.post.again(asked)
        (root,) = roots(office)
        await office.shown(root, 2)


async def test_a_command_that_comes_too_fast_says_so_and_begins_nothing(
    office: SlackOffice,
) -> None:
    office.slack.faults.plan("chat.postMessage", Limit(30))
    async with office.listening() as app:
        told = await ask(office, "ship it").reply()
        assert "30 s" in as_text(told["text"])
        assert await app.desk.threads() == []
    assert roots(office) == []


async def test_a_command_says_in_private_what_is_missing(office: SlackOffice) -> None:
    elsewhere = office.slack.team.channel("elsewhere", [office.alice])
    direct = office.slack.team.direct(office.alice, office.bob)
    async with office.listening() as app:
        for channel in (elsewhere, direct):
            told = await office.slack.people.slash(office.alice, channel, "/ask", "ship it").reply()
            assert told["response_type"] == "ephemeral"
            assert "invite" in as_text(told["text"])
        assert "/ask ship" in as_text((await ask(office, "  ").reply())["text"])
        assert await app.desk.threads() == []
    assert roots(office) == []


@pytest.mark.parametrize("standing", ["guest", "outsider"])
async def test_a_guest_or_an_outsider_begins_nothing_by_a_command_or_a_shortcut(
    office: SlackOffice, standing: Literal["guest", "outsider"]
) -> None:
    gina = office.slack.team.person("gina", standing)
    office.slack.team.join(gina, office.channel)
    async with office.listening() as app, office.working():
        said = office.say("the build is red", office.eve)
        told = await office.slack.people.slash(gina, office.channel, "/ask", "ship it").reply()
        await office.slack.people.shortcut(gina, said, "ask").reply()
        assert await app.desk.threads() == []
    assert "people file" in as_text(told["text"])
    assert roots(office) == []


# ---- the message shortcut ---------------------------------------------------------------------------------------------
async def test_a_chosen_message_is_read_with_its_thread_and_answered_there(
    either: SlackOffice, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs, "LATER_SECONDS", 0.1)
    async with either.listening(mode) as app, either.working(["I saw to it."]):
        root = either.say("the build is red", either.eve)
        about = either.say("who can mend it?", either.carol, thread=root)
        either.say("not me", either.bob, thread=root)
        chosen = either.slack.people.shortcut(either.alice, about, "ask")
        assert await chosen.reply() == {}
        await either.slack.post.again(chosen)
        await either.shown(root, 1)
        await until(lambda: bool(either.slack.ledger.calls("reactions.add")), "the eyes")
        await until(lambda: not about.reactions, "no more eyes")
        thread, events = await only_thread(app)
    assert thread.requester == "alice"
    noted = [(e.actor, e.text) for e in events if isinstance(e, MessageNoted)]
    assert noted == [
        (f"slack:{either.eve.id}", "the build is red"),
        ("bob", "not me"),
        ("carol", "who can mend it?"),
    ]
    (asked,) = [event for event in events if isinstance(event, MessageReceived)]
    assert "carol" in asked.text
    assert "mend" not in asked.text
    assert len(either.model.asked) == 1


async def test_a_message_chosen_in_a_thread_of_ours_asks_there_and_decides_nothing(
    office: SlackOffice,
) -> None:
    async with office.listening() as app, office.working([SHIP, [("stand_by", {})]]):
        said = office.mention("ship it")
        await office.shown(said, 1)
        word = office.say("approve", office.eve, thread=said)
        await office.slack.post.settled()
        await office.slack.people.shortcut(office.bob, word, "ask").reply()
        await until(lambda: len(office.model.asked) == 2, "another question to the model")
        thread, events = await only_thread(app)
    assert office.ledger() == []
    assert [event.type for event in events].count("MessageReceived") == 2
    assert [event.type for event in events].count("Verdict") == 0
    assert not thread.cancelled


async def test_a_message_chosen_twice_loses_its_eyes_twice(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs, "LATER_SECONDS", 0.1)
    async with office.listening(), office.working(["One.", "Two."]):
        about = office.say("the build is red", office.carol)
        seen = office.slack.ledger.calls
        for number in (1, 2):
            await office.slack.people.shortcut(office.alice, about, "ask").reply()
            await office.shown(about, number)
            await until(lambda many=number: len(seen("reactions.add")) == many, "the eyes")
            await until(lambda: not about.reactions, "no more eyes")


async def test_a_message_chosen_where_the_bot_is_not_says_so_in_private(
    office: SlackOffice,
) -> None:
    elsewhere = office.slack.team.channel("elsewhere", [office.alice])
    said = office.slack.people.say(office.alice, elsewhere, "the build is red")
    async with office.listening() as app:
        await office.slack.people.shortcut(office.alice, said, "ask").reply()
        assert await app.desk.threads() == []
    ((note, body),) = office.slack.respond.said
    assert note.user == office.alice.id
    assert "invite" in note.text
    assert body["response_type"] == "ephemeral"


# ---- the manifest -----------------------------------------------------------------------------------------------------
async def test_what_the_manifest_offers_is_what_is_listened_to(office: SlackOffice) -> None:
    app = office.slack.app
    assert (app.commands, app.shortcuts) == ({"/ask"}, {"ask"})
    assert "commands" in app.scopes


def test_a_manifest_over_http_sends_commands_where_events_go() -> None:
    made: Json = {**manifest("https://example.com/slack/events")}
    assert "'url': 'https://example.com/slack/events'" in str(made["features"])


async def test_a_command_told_again_when_its_message_is_far_up_begins_no_other_thread(
    office: SlackOffice,
) -> None:
    async with office.listening() as app, office.working(["One."]):
        asked = ask(office, "ship v1")
        await asked.reply()
        for number in range(105):
            office.say(f"{number}")
        await office.slack.post.settled()
        assert await office.slack.post.again(asked)
        await only_thread(app)
    assert len(roots(office)) == 1


async def test_a_command_told_to_two_processes_at_once_begins_one_thread(
    office: SlackOffice,
) -> None:
    async with office.listening() as app, office.listening():
        asked = ask(office, "ship v1")
        again = [office.slack.post.again(asked) for _ in range(3)]
        await asyncio.gather(asked.reply(), *again)
        await only_thread(app)
    assert len(roots(office)) == 1
