"""The Web API, as slack_sdk's own client meets it."""

from __future__ import annotations

from tests.slack_server.manifests import MANIFEST
from tests.slack_server.rig import ask
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import as_objects


async def test_a_reply_is_found_again_in_its_thread_with_its_metadata() -> None:
    async with SlackServer(MANIFEST) as slack:
        alice = slack.team.person("alice")
        channel = slack.team.channel("releases", [alice, slack.bot])
        root = slack.people.say(alice, channel, f"{slack.mention} hello")
        metadata = {"event_type": "bot_message", "event_payload": {"key": "k1"}}
        post = {"channel": channel.id, "text": "Hello.", "thread_ts": root.ts, "metadata": metadata}
        posted = await ask(slack, "chat.postMessage", post)
        thread = {"channel": channel.id, "ts": root.ts, "include_all_metadata": True}
        read = await ask(slack, "conversations.replies", thread)
        found = [(each["ts"], each.get("metadata")) for each in as_objects(read["messages"])]
        assert found == [(root.ts, None), (posted["ts"], metadata)]
        assert [entry.method for entry in slack.ledger.calls()] == [
            "chat.postMessage",
            "conversations.replies",
        ]
