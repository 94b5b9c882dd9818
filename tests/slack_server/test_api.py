"""The Web API, as slack_sdk's own client meets it: what the real one refuses is refused with the real code."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.slack_server.manifests import MANIFEST
from tests.slack_server.rig import ask, error
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import Json, as_object, as_objects
from tests.slack_server.workspace import Channel, Person

METADATA: Json = {"event_type": "bot_message", "event_payload": {"key": "k1"}}


async def test_a_reply_is_found_again_in_its_thread_with_its_metadata(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    root = slack.people.say(alice, channel, f"{slack.mention} hello")
    post = {"channel": channel.id, "text": "Hello.", "thread_ts": root.ts, "metadata": METADATA}
    posted = await ask(slack, "chat.postMessage", post)
    thread = {"channel": channel.id, "ts": root.ts, "include_all_metadata": True}
    read = await ask(slack, "conversations.replies", thread)
    found = [(each["ts"], each.get("metadata")) for each in as_objects(read["messages"])]
    assert found == [(root.ts, None), (posted["ts"], METADATA)]
    assert [entry.method for entry in slack.ledger.calls()] == [
        "chat.postMessage",
        "conversations.replies",
    ]
    assert [each.ts for each in slack.team.with_key("k1")] == [posted["ts"]]


async def test_metadata_is_shown_to_those_who_ask_alone(
    slack: SlackServer, channel: Channel
) -> None:
    post = {"channel": channel.id, "text": "Hello.", "metadata": METADATA}
    posted = await ask(slack, "chat.postMessage", post)
    read = await ask(slack, "conversations.replies", {"channel": channel.id, "ts": posted["ts"]})
    assert "metadata" not in as_objects(read["messages"])[0]


async def test_a_long_thread_comes_page_by_page(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    root = slack.people.say(alice, channel, "0")
    said = [root.ts, *(slack.people.say(alice, channel, str(n), root).ts for n in range(1, 8))]
    read: list[object] = []
    cursor = ""
    for _ in range(3):
        asked = {"channel": channel.id, "ts": root.ts, "limit": 3, "cursor": cursor}
        page = await ask(slack, "conversations.replies", asked)
        read += [each["ts"] for each in as_objects(page["messages"])]
        cursor = str(as_object(page["response_metadata"])["next_cursor"])
    assert (read, cursor) == (said, "")


async def test_history_holds_roots_newest_first_from_a_moment_on(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    said = [slack.people.say(alice, channel, str(number)) for number in range(3)]
    slack.people.say(alice, channel, "a reply", said[0])
    asked = {"channel": channel.id, "oldest": said[0].ts}
    read = await ask(slack, "conversations.history", asked)
    assert [each["ts"] for each in as_objects(read["messages"])] == [said[2].ts, said[1].ts]


async def test_where_the_bot_is_not_it_cannot_speak(slack: SlackServer, alice: Person) -> None:
    public = slack.team.channel("elsewhere", [alice])
    private = slack.team.channel("secret", [alice], "private")
    for channel, code in (
        (public.id, "not_in_channel"),
        (private.id, "channel_not_found"),
        ("C404", "channel_not_found"),
    ):
        assert await error(slack, "chat.postMessage", {"channel": channel, "text": "x"}) == code
    public.archived = True
    assert (
        await error(slack, "chat.postMessage", {"channel": public.id, "text": "x"}) == "is_archived"
    )


REFUSED: list[tuple[Json, str]] = [
    ({}, "no_text"),
    ({"text": "x" * 40_001}, "msg_too_long"),
    ({"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
    ({"markdown_text": "y" * 12_001}, "msg_too_long"),
    ({"blocks": "[", "text": "x"}, "invalid_blocks_format"),
    ({"blocks": [{"type": "blink"}], "text": "x"}, "invalid_blocks"),
    ({"blocks": [{"type": "markdown", "text": "x" * 7000}] * 2}, "msg_blocks_too_long"),
    ({"text": "x", "thread_ts": "1.000001"}, "invalid_thread_ts"),
    ({"text": "x", "metadata": {"event_type": "t"}}, "invalid_metadata_format"),
    (
        {"text": "x", "metadata": {"event_type": "t", "event_payload": {"key": "k" * 8000}}},
        "metadata_too_large",
    ),
]


@pytest.mark.parametrize(("arguments", "code"), REFUSED, ids=[code for _, code in REFUSED])
async def test_a_message_that_breaks_a_rule_is_not_posted(
    slack: SlackServer, channel: Channel, arguments: Mapping[str, object], code: str
) -> None:
    assert await error(slack, "chat.postMessage", {"channel": channel.id, **arguments}) == code
    assert channel.messages == {}
    assert slack.ledger.entries[-1].page.startswith("https://docs.slack.dev/reference/")


async def test_refused_blocks_are_told_where_and_why(slack: SlackServer, channel: Channel) -> None:
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    answer = await ask(slack, "chat.postMessage", {"channel": channel.id, "blocks": blocks})
    place = "must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    assert answer["errors"] == [place]
    assert as_object(answer["response_metadata"])["messages"] == [f"[ERROR] {place}"]


async def test_an_update_replaces_text_and_blocks_and_keeps_how_it_was(
    slack: SlackServer, channel: Channel
) -> None:
    posted = await ask(
        slack, "chat.postMessage", {"channel": channel.id, "blocks": [{"type": "divider"}]}
    )
    place = {"channel": channel.id, "ts": posted["ts"]}
    await ask(slack, "chat.update", {**place, "text": "Done."})
    message = channel.messages[str(posted["ts"])]
    assert (message.text, message.blocks) == ("Done.", [])
    assert [each.blocks for each in message.earlier] == [[{"type": "divider"}]]


@pytest.mark.parametrize(
    ("arguments", "unfolds"),
    [
        ({}, True),
        ({"unfurl_links": False}, True),
        ({"unfurl_links": False, "unfurl_media": False}, False),
    ],
)
async def test_links_unfold_unless_both_kinds_are_forbidden(
    slack: SlackServer, channel: Channel, arguments: Json, unfolds: bool
) -> None:
    posted = await ask(slack, "chat.postMessage", {"channel": channel.id, "text": "x", **arguments})
    assert channel.messages[str(posted["ts"])].unfurls is unfolds


async def test_only_what_is_there_and_ones_own_can_be_changed(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    said = slack.people.say(alice, channel, "mine")
    theirs: Json = {"channel": channel.id, "ts": said.ts, "text": "x"}
    assert await error(slack, "chat.update", theirs) == "cant_update_message"
    assert await error(slack, "chat.delete", theirs) == "cant_delete_message"
    missing = theirs | {"ts": "1.000001"}
    assert await error(slack, "chat.update", missing) == "message_not_found"
    posted = await ask(slack, "chat.postMessage", {"channel": channel.id, "text": "x"})
    long = {"channel": channel.id, "ts": posted["ts"], "text": "x" * 4001}
    assert await error(slack, "chat.update", long) == "msg_too_long"


async def test_an_ephemeral_message_is_seen_by_one_member(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    bob = slack.team.person("bob")
    said = {"channel": channel.id, "text": "Only you."}
    await ask(slack, "chat.postEphemeral", {**said, "user": alice.id})
    assert [each.text for each in slack.team.whispers(alice)] == ["Only you."]
    outside = {**said, "user": bob.id}
    assert await error(slack, "chat.postEphemeral", outside) == "user_not_in_channel"


async def test_a_reaction_is_added_once_and_removed_once(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    said = slack.people.say(alice, channel, "hello")
    eyes = {"channel": channel.id, "timestamp": said.ts, "name": "eyes"}
    assert await error(slack, "reactions.add", eyes) == ""
    assert said.reactions == {"eyes": [slack.bot.id]}
    assert await error(slack, "reactions.add", eyes) == "already_reacted"
    assert await error(slack, "reactions.remove", eyes) == ""
    assert await error(slack, "reactions.remove", eyes) == "no_reaction"
    assert await error(slack, "reactions.add", {**eyes, "timestamp": "1.1"}) == "message_not_found"


async def test_people_and_groups_are_told_as_they_are(slack: SlackServer, alice: Person) -> None:
    guest = slack.team.person("greta", "guest")
    outsider = slack.team.person("oskar", "outsider")
    group = slack.team.group([alice, guest])
    told = [
        as_object((await ask(slack, "users.info", {"user": who.id}))["user"])
        for who in (alice, guest, outsider)
    ]
    assert [each["is_restricted"] for each in told] == [False, True, False]
    assert [each["is_stranger"] for each in told] == [False, False, True]
    assert as_object(told[0]["profile"])["email"] == "alice@example.com"
    told_more = await ask(slack, "users.info", {"user": alice.id, "include_locale": True})
    assert as_object(told_more["user"])["locale"] == alice.locale
    assert told[2]["team_id"] != slack.team.team
    members = await ask(slack, "usergroups.users.list", {"usergroup": group})
    assert members["users"] == [alice.id, guest.id]
    assert await error(slack, "users.info", {"user": "U404"}) == "user_not_found"


async def test_a_direct_conversation_is_opened_once(slack: SlackServer, alice: Person) -> None:
    first = await ask(slack, "conversations.open", {"users": alice.id})
    second = await ask(slack, "conversations.open", {"users": alice.id})
    assert first["channel"] == second["channel"]
    direct = as_object(first["channel"])["id"]
    posted = await ask(slack, "chat.postMessage", {"channel": alice.id, "text": "Hello."})
    assert posted["channel"] == direct
    told = await ask(slack, "conversations.info", {"channel": direct})
    assert as_object(told["channel"])["user"] == alice.id


async def test_not_everybody_can_be_written_to_in_private(
    slack: SlackServer, alice: Person
) -> None:
    alice.disabled = True
    robot = slack.team.person("robot", "bot")
    assert await error(slack, "conversations.open", {"users": alice.id}) == "user_disabled"
    assert await error(slack, "conversations.open", {"users": robot.id}) == "cannot_dm_bot"
    assert await error(slack, "conversations.open", {"users": "U0"}) == "user_not_found"


async def test_an_app_without_a_messages_tab_writes_to_nobody_in_private() -> None:
    features = as_object(MANIFEST["features"])
    home = {"home_tab_enabled": True, "messages_tab_enabled": False}
    async with SlackServer({**MANIFEST, "features": {**features, "app_home": home}}) as slack:
        post = {"channel": slack.team.person("alice").id, "text": "Hello."}
        assert await error(slack, "chat.postMessage", post) == "messages_tab_disabled"


async def test_only_the_kinds_asked_for_are_listed(slack: SlackServer, alice: Person) -> None:
    slack.team.channel("open", [slack.bot])
    slack.team.channel("closed", [slack.bot, alice], "private")
    slack.team.channel("unseen", [alice], "private")
    asked = {"types": "public_channel,private_channel"}
    for method in ("conversations.list", "users.conversations"):
        listed = await ask(slack, method, asked)
        names = {each["name"] for each in as_objects(listed["channels"])}
        assert names == {"open", "closed"}


async def test_a_permalink_is_told_of_what_is_there_and_names_the_thread_of_a_reply(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    root = slack.people.say(alice, channel, "hello")
    reply = slack.people.say(alice, channel, "again", root)
    for message, thread in ((root, ""), (reply, f"?thread_ts={root.ts}&cid={channel.id}")):
        asked = {"channel": channel.id, "message_ts": message.ts}
        told = await ask(slack, "chat.getPermalink", asked)
        place = f"/archives/{channel.id}/p{message.ts.replace('.', '')}{thread}"
        assert str(told["permalink"]).endswith(place)
    nowhere = {"channel": channel.id, "message_ts": "1.2"}
    assert await error(slack, "chat.getPermalink", nowhere) == "message_not_found"
