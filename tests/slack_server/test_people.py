"""People: what the app is told of what they do, and what it is not told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.slack_server.delivery import Delivery, NotTaken
from tests.slack_server.manifests import MANIFEST, without
from tests.slack_server.people import NotOffered
from tests.slack_server.rig import ask, ear, on_socket
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import Json, as_object, as_objects
from tests.slack_server.workspace import Channel, Person

BUTTON: Json = {
    "type": "button",
    "action_id": "approve",
    "value": "T-4-0-v2",
    "text": {"type": "plain_text", "text": "Approve"},
}
CARD: Json = {"type": "actions", "block_id": "card", "elements": [BUTTON]}


def told(slack: SlackServer) -> list[Json]:
    """The events the app was told of."""
    return [as_object(each.payload.get("event")) for each in slack.post.sent]


def kinds(deliveries: Sequence[Delivery]) -> list[object]:
    return [as_object(each.payload.get("event")).get("type") for each in deliveries]


async def test_a_mention_in_a_direct_message_is_a_message_alone(
    slack: SlackServer, alice: Person
) -> None:
    direct = slack.team.direct(alice, slack.bot)
    slack.people.say(alice, direct, f"{slack.mention} hello")
    assert [(each["type"], each["channel_type"]) for each in told(slack)] == [("message", "im")]


@pytest.mark.parametrize("forgotten", ["app_mention", "app_mentions:read"])
async def test_a_mention_that_the_manifest_did_not_ask_for_is_not_told(forgotten: str) -> None:
    async with SlackServer(without(forgotten)) as slack:
        alice = slack.team.person("alice")
        room = slack.team.channel("releases", [alice, slack.bot])
        slack.people.say(alice, room, f"{slack.mention} hello")
        assert kinds(slack.post.sent) == ["message"]


async def test_what_is_said_where_the_bot_is_not_is_not_told(
    slack: SlackServer, alice: Person
) -> None:
    room = slack.team.channel("elsewhere", [alice])
    slack.people.say(alice, room, f"{slack.mention} hello")
    assert told(slack) == []
    with pytest.raises(NotOffered, match="alice is not in private"):
        slack.people.say(alice, slack.team.channel("private", [slack.bot]), "hello")


async def test_an_outsider_brings_their_own_team_and_the_channel_says_so(
    slack: SlackServer,
) -> None:
    oskar = slack.team.person("oskar", "outsider")
    room = slack.team.channel("shared", [oskar, slack.bot])
    slack.people.say(oskar, room, "hello")
    event = told(slack)[0]
    assert event["user_team"] == oskar.team != slack.team.team
    assert slack.post.sent[0].payload["is_ext_shared_channel"] is True


async def test_another_bot_speaks_as_a_bot(slack: SlackServer) -> None:
    robot = slack.team.person("robot", "bot")
    slack.people.say(robot, slack.team.channel("bots", [robot, slack.bot]), "beep")
    assert (told(slack)[0]["bot_id"], told(slack)[0]["user"]) == (robot.bot_id, robot.id)


async def test_edits_and_deletions_are_told_with_what_was_before(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    said = slack.people.say(alice, channel, "release 1.0")
    slack.people.edit(said, "release 1.1")
    slack.people.delete(said)
    _, changed, deleted = told(slack)
    assert changed["subtype"] == "message_changed"
    assert as_object(changed["message"])["text"] == "release 1.1"
    assert as_object(changed["previous_message"])["text"] == "release 1.0"
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", said.ts)
    assert channel.standing() == []


async def test_a_file_comes_with_its_message(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    notes = slack.team.file("notes.txt", alice, b"read me")
    slack.people.say(alice, channel, "see", files=[notes])
    event = told(slack)[0]
    assert event["subtype"] == "file_share"
    assert (
        as_objects(event["files"])[0]["url_private"]
        == f"{slack.team.url}/files/{notes.id}/notes.txt"
    )


async def test_reactions_home_and_the_stop_button_are_told(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    said = slack.people.say(alice, channel, "hello")
    slack.people.react(alice, said, "eyes")
    slack.people.unreact(alice, said, "eyes")
    slack.people.open_home(alice)
    slack.people.open_home(alice, "messages")
    with pytest.raises(NotOffered, match="No stop button"):
        slack.people.stop_session(alice, said)
    place = {"channel_id": channel.id, "thread_ts": said.ts, "status": "processing"}
    await ask(slack, "agents.sessions.setStatus", place)
    slack.people.stop_session(alice, said)
    assert kinds(slack.post.sent)[1:] == [
        "reaction_added",
        "reaction_removed",
        "app_home_opened",
        "app_home_opened",
        "agent_session_stopped",
    ]
    assert [each["tab"] for each in told(slack)[3:5]] == ["home", "messages"]


async def test_a_press_carries_who_where_and_what_was_pressed(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    listener = ear(slack)
    async with on_socket(slack, listener):
        posted = await ask(slack, "chat.postMessage", {"channel": channel.id, "blocks": [CARD]})
        card = channel.messages[str(posted["ts"])]
        await slack.people.press(alice, card, "approve").reply()
        body = await listener.next("block_actions")
    action = as_objects(body["actions"])[0]
    assert (action["action_id"], action["value"]) == ("approve", "T-4-0-v2")
    assert as_object(body["user"])["id"] == alice.id
    assert as_object(body["container"])["message_ts"] == card.ts
    with pytest.raises(LookupError, match="No button 'deny'"):
        slack.people.press(alice, card, "deny")


async def test_feedback_says_which_of_the_two_was_pressed(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    def side(word: str) -> Json:
        return {"text": {"type": "plain_text", "text": word}, "value": word}

    pair = {"type": "feedback_buttons", "action_id": "feedback"}
    pair |= {"positive_button": side("good"), "negative_button": side("bad")}
    blocks = [{"type": "context_actions", "elements": [pair]}]
    posted = await ask(slack, "chat.postMessage", {"channel": channel.id, "blocks": blocks})
    answer = channel.messages[str(posted["ts"])]
    pressed = slack.people.press(alice, answer, "feedback", "negative")
    action = as_objects(pressed.payload["actions"])[0]
    assert (action["type"], action["value"]) == ("feedback_buttons", "bad")


async def test_a_whisper_is_pressed_by_whom_it_was_for(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    said = {"channel": channel.id, "user": alice.id, "blocks": [CARD], "text": "Approve?"}
    await ask(slack, "chat.postEphemeral", said)
    whisper = slack.team.whispers(alice)[0]
    pressed = slack.people.press(alice, whisper, "approve")
    assert as_object(pressed.payload["container"])["is_ephemeral"] is True
    with pytest.raises(NotOffered, match="bob does not see this"):
        slack.people.press(slack.team.person("bob"), whisper, "approve")


async def test_nobody_presses_where_interactivity_is_off(alice: Person) -> None:
    settings = as_object(MANIFEST["settings"]) | {"interactivity": {"is_enabled": False}}
    async with SlackServer(MANIFEST | {"settings": settings}) as slack:
        bob = slack.team.person("bob")
        room = slack.team.channel("releases", [bob, slack.bot])
        posted = await ask(slack, "chat.postMessage", {"channel": room.id, "blocks": [CARD]})
        with pytest.raises(NotOffered, match="interactivity"):
            slack.people.press(bob, room.messages[str(posted["ts"])], "approve")


async def test_a_press_that_nobody_answers_is_not_told_again(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    posted = await ask(slack, "chat.postMessage", {"channel": channel.id, "blocks": [CARD]})
    pressed = slack.people.press(alice, channel.messages[str(posted["ts"])], "approve")
    with pytest.raises(NotTaken, match="connection_failed"):
        await pressed.reply()
    assert len(pressed.tries) == 1


async def test_shortcuts_and_commands_are_those_of_the_manifest(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    listener = ear(slack)
    said = slack.people.say(alice, channel, "broken again")
    async with on_socket(slack, listener):
        await slack.people.shortcut(alice, said, "ask").reply()
        await slack.people.slash(alice, channel, "/ask", "what now?").reply()
        shortcut = await listener.next("message_action")
        command = await listener.next("")
    assert as_object(shortcut["message"])["text"] == "broken again"
    assert (command["command"], command["text"]) == ("/ask", "what now?")
    with pytest.raises(NotOffered, match="no shortcut tell"):
        slack.people.shortcut(alice, said, "tell")
    with pytest.raises(NotOffered, match="no command /tell"):
        slack.people.slash(alice, channel, "/tell", "")


async def test_a_response_url_takes_five_answers(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    asked = slack.people.slash(alice, channel, "/ask", "what now?")
    client = AsyncWebhookClient(str(asked.payload["response_url"]))
    codes = [(await client.send(text=f"{n}")).status_code for n in range(6)]
    assert codes == [200] * 5 + [404]
    assert [shown.text for shown, _ in slack.respond.said] == list("01234")
