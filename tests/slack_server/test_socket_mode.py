"""Socket Mode, as slack-bolt's own client meets it."""

from __future__ import annotations

from tests.slack_server.manifests import MANIFEST
from tests.slack_server.rig import ear, on_socket
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import as_object


async def test_a_mention_reaches_bolt_twice_with_two_event_ids_and_both_are_acknowledged() -> None:
    async with SlackServer(MANIFEST) as slack:
        listener = ear(slack)
        alice = slack.team.person("alice")
        channel = slack.team.channel("releases", [alice, slack.bot])
        async with on_socket(slack, listener):
            said = slack.people.say(alice, channel, f"{slack.mention} hello")
            bodies = [await listener.next(), await listener.next()]
            await slack.post.settled()
        events = [as_object(body["event"]) for body in bodies]
        assert {event["type"] for event in events} == {"app_mention", "message"}
        assert {event["ts"] for event in events} == {said.ts}
        assert len({body["event_id"] for body in bodies}) == 2
        assert all(delivery.acknowledged for delivery in slack.post.sent)
