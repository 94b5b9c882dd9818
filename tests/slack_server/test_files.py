"""Files: three steps up, one with a token down."""

# slack_sdk leaves its arguments half typed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import aiohttp

from tests.slack_server.manifests import without
from tests.slack_server.rig import ask, client, error
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import as_objects
from tests.slack_server.show import file as shown
from tests.slack_server.workspace import Channel, Person


async def fetch(slack: SlackServer, url: object, token: str) -> tuple[str, bytes]:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as session, session.get(str(url), headers=headers) as answer:
        return answer.content_type, await answer.read()


async def test_what_the_client_uploads_stands_in_the_thread(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    root = slack.people.say(alice, channel, "hello")
    await client(slack, slack.token).files_upload_v2(
        channel=channel.id, thread_ts=root.ts, filename="all.txt", content="x" * 5000
    )
    _, message = channel.thread(root.ts)
    assert [slack.team.files[each].content for each in message.files] == [b"x" * 5000]
    assert [entry.method for entry in slack.ledger.calls()] == [
        "files.getUploadURLExternal",
        "files.completeUploadExternal",
    ]


async def test_a_file_is_given_to_a_token_and_a_sign_in_page_to_nobody(
    slack: SlackServer, alice: Person
) -> None:
    notes = slack.team.file("notes.txt", alice, b"read me")
    url = shown(slack.team, notes)["url_private"]
    assert await fetch(slack, url, slack.token) == ("text/plain", b"read me")
    kind, page = await fetch(slack, url, "xoxb-forged")
    assert (kind, page.startswith(b"<!DOCTYPE html>")) == ("text/html", True)


async def test_a_file_is_not_given_without_the_scope() -> None:
    async with SlackServer(without("files:read")) as slack:
        notes = slack.team.file("notes.txt", slack.team.person("alice"), b"read me")
        kind, _ = await fetch(slack, shown(slack.team, notes)["url_private"], slack.token)
        assert kind == "text/html"


async def test_an_upload_of_another_size_or_none_is_no_file(
    slack: SlackServer, channel: Channel
) -> None:
    asked = {"filename": "a.txt", "length": 3}
    opened = await ask(slack, "files.getUploadURLExternal", asked)
    finish = {"files": [{"id": opened["file_id"]}], "channel_id": channel.id}
    async with aiohttp.ClientSession() as session:
        async with session.post(str(opened["upload_url"]), data=b"four") as answer:
            assert answer.status == 400
        assert await error(slack, "files.completeUploadExternal", finish) == "file_not_found"
        async with session.post(str(opened["upload_url"]), data=b"abc") as answer:
            assert answer.status == 200
    finished = await ask(slack, "files.completeUploadExternal", finish)
    assert [each["name"] for each in as_objects(finished["files"])] == ["a.txt"]
    assert (
        await error(slack, "files.getUploadURLExternal", {"filename": "a"}) == "invalid_arguments"
    )
