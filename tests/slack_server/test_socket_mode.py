"""Socket Mode, as slack-bolt's own client meets it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import aiohttp

from tests.slack_server.rig import ask, ear, on_socket
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import Json, as_object
from tests.slack_server.socket_mode import CONNECTIONS
from tests.slack_server.workspace import Channel, Person


async def bare(
    slack: SlackServer, session: aiohttp.ClientSession
) -> aiohttp.ClientWebSocketResponse:
    """A socket without a library around it, greeted."""
    opened = await ask(slack, "apps.connections.open", {}, slack.app.app_token)
    wire = await session.ws_connect(str(opened["url"]))
    assert as_object(await wire.receive_json(timeout=10))["type"] == "hello"
    return wire


def shown(envelope: Json) -> object:
    return as_object(as_object(envelope["payload"])["event"])["text"]


async def test_a_mention_reaches_bolt_twice_with_two_event_ids_and_both_are_acknowledged(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    listener = ear(slack)
    async with on_socket(slack, listener):
        said = slack.people.say(alice, channel, f"{slack.mention} hello")
        bodies = [await listener.next("event_callback") for _ in range(2)]
        await slack.post.settled()
    events = [as_object(body["event"]) for body in bodies]
    assert {event["type"] for event in events} == {"app_mention", "message"}
    assert {event["ts"] for event in events} == {said.ts}
    assert len({body["event_id"] for body in bodies}) == 2
    assert all(delivery.acknowledged for delivery in slack.post.sent)


async def test_an_event_not_acknowledged_in_time_comes_again_with_the_same_event_id(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    async with asyncio.timeout(20), aiohttp.ClientSession() as session:
        wire = await bare(slack, session)
        slack.people.say(alice, channel, "hello")
        envelopes: list[Json] = []
        for wait in (3.0, 60.0, 300.0, 3.0):
            envelopes.append(as_object(await wire.receive_json(timeout=10)))
            slack.clock.move(wait)
        await slack.post.settled()
        await wire.close()
    assert [each["retry_attempt"] for each in envelopes] == [0, 1, 2, 3]
    assert [each["retry_reason"] for each in envelopes] == ["", "timeout", "timeout", "timeout"]
    assert len({each["envelope_id"] for each in envelopes}) == 4
    assert len({as_object(each["payload"])["event_id"] for each in envelopes}) == 1
    assert not slack.post.sent[0].acknowledged


async def test_an_acknowledged_event_can_come_up_to_four_times_all_the_same(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    slack.post.copies = 3
    listener = ear(slack)
    async with on_socket(slack, listener):
        slack.people.say(alice, channel, "hello")
        await slack.post.settled()
        slack.clock.move(25 * 3600)
        assert await slack.post.again(slack.post.sent[0])
        bodies = [await listener.next("event_callback") for _ in range(4)]
    assert {body["event_id"] for body in bodies} == {slack.post.sent[0].event_id}


async def test_an_event_while_nobody_listens_comes_once_somebody_does(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    slack.people.say(alice, channel, "hello")
    await slack.until(lambda: len(slack.post.sent[0].tries) == 2)
    listener = ear(slack)
    async with on_socket(slack, listener):
        slack.clock.move(60)
        assert (await listener.event())["text"] == "hello"
    assert [each.failure for each in slack.post.sent[0].tries[:2]] == ["connection_failed"] * 2


async def test_each_envelope_goes_to_one_of_the_connections(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    first, second = ear(slack), ear(slack)
    async with on_socket(slack, first), on_socket(slack, second):
        for number in range(4):
            slack.people.say(alice, channel, str(number))
        await slack.post.settled()
    assert [len(first.heard), len(second.heard)] == [2, 2]


async def test_the_eleventh_connection_is_one_too_many(slack: SlackServer) -> None:
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        for _ in range(CONNECTIONS):
            await stack.enter_async_context(await bare(slack, session))
        wire = await bare(slack, session)
        assert as_object(await wire.receive_json(timeout=10))["reason"] == "too_many_websockets"
        assert (await wire.receive(10)).type is aiohttp.WSMsgType.CLOSE


async def test_a_ticket_opens_one_socket(slack: SlackServer) -> None:
    opened = await ask(slack, "apps.connections.open", {}, slack.app.app_token)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(str(opened["url"])):
            pass
        async with session.get(str(opened["url"]).replace("ws", "http", 1)) as again:
            assert again.status == 404


async def test_bolt_comes_back_when_it_is_asked_to_leave(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    listener = ear(slack)
    async with on_socket(slack, listener):
        await slack.sockets.disconnect("refresh_requested")
        await slack.until(lambda: slack.sockets.opened == 2 and slack.sockets.standing == 1)
        slack.people.say(alice, channel, "hello again")
        assert (await listener.event())["text"] == "hello again"


async def test_a_cut_socket_ends_without_a_word(slack: SlackServer) -> None:
    async with aiohttp.ClientSession() as session:
        wire = await bare(slack, session)
        slack.sockets.drop()
        assert (await wire.receive(10)).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
        await slack.until(lambda: slack.sockets.connections == [])


async def test_what_a_deaf_socket_took_never_arrives(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    async with aiohttp.ClientSession() as session:
        wire = await bare(slack, session)
        slack.sockets.deafen()
        slack.people.say(alice, channel, "hello?")
        slack.clock.move(3)
        await slack.until(lambda: len(slack.post.sent[0].tries) == 1)
        slack.sockets.connections[0].deaf = False
        slack.people.say(alice, channel, "anybody?")
        assert shown(as_object(await wire.receive_json(timeout=10))) == "anybody?"
        await wire.close()


async def test_a_deaf_socket_stays_open_and_a_new_one_hears(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    listener = ear(slack)
    async with on_socket(slack, listener) as socket:
        slack.sockets.deafen()
        slack.people.say(alice, channel, "hello?")
        slack.clock.move(3)
        await slack.until(lambda: len(slack.post.sent[0].tries) == 1)
        assert listener.heard == []
        assert await socket.client.is_connected()
        await socket.client.connect_to_new_endpoint(force=True)
        await slack.until(lambda: slack.sockets.standing == 1)
        slack.clock.move(60)
        assert (await listener.event())["text"] == "hello?"
    assert slack.post.sent[0].tries[0].failure == "timeout"
