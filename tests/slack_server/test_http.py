"""Events over HTTP, as slack-bolt's own request handling meets them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from tests.slack_server.http_events import BadRequestUrl, sign
from tests.slack_server.rig import Ear, ear
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import as_object
from tests.slack_server.workspace import Channel, Person

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def site(application: web.Application) -> AsyncGenerator[str]:
    """The application on a free port; its address."""
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def over_http(slack: SlackServer, listener: Ear) -> AsyncGenerator[str]:
    """Bolt behind the request URL that Slack has verified."""
    async with site(listener.app.web_app("/slack/events")) as url:
        await slack.over_http(url)
        yield url


@asynccontextmanager
async def answering(slack: SlackServer, answer: Answer) -> AsyncGenerator[list[web.Request]]:
    """An app that passes the challenge and answers events like this; the requests it got."""
    requests: list[web.Request] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        body = as_object(json.loads(await request.read()))
        if body["type"] == "url_verification":
            return web.json_response({"challenge": body["challenge"]})
        requests.append(request)
        return await answer(request)

    application = web.Application()
    application.router.add_post("/slack/events", serve)
    async with site(application) as url:
        await slack.over_http(url)
        yield requests


async def test_a_signed_event_passes_bolt_and_is_acknowledged(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    listener = ear(slack)
    async with over_http(slack, listener):
        slack.people.say(alice, channel, "hello")
        assert (await listener.event())["text"] == "hello"
        await slack.post.settled()
    assert slack.post.sent[0].acknowledged


async def test_a_forged_or_stale_signature_is_turned_away(slack: SlackServer) -> None:
    body = b'{"type": "event_callback"}'
    now = str(int(time.time()))
    old = str(int(time.time()) - 400)
    good = sign(slack.app.signing_secret, now, body)
    stale = sign(slack.app.signing_secret, old, body)
    async with over_http(slack, ear(slack)) as url, aiohttp.ClientSession() as session:
        for timestamp, signature, status in (
            (now, good, 200),
            (now, sign("guess", now, body), 401),
            (old, stale, 401),
        ):
            headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}
            headers["Content-Type"] = "application/json"
            async with session.post(url, data=body, headers=headers) as response:
                assert response.status == status


async def test_a_url_that_does_not_answer_the_challenge_is_not_taken(slack: SlackServer) -> None:
    async with site(web.Application()) as url:
        with pytest.raises(BadRequestUrl):
            await slack.over_http(url)


async def test_presses_and_commands_come_as_forms(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    listener = ear(slack)
    said = slack.people.say(alice, channel, "broken again")
    async with over_http(slack, listener):
        await slack.people.shortcut(alice, said, "ask").reply()
        await slack.people.slash(alice, channel, "/ask", "what now?").reply()
        shortcut, command = await listener.next("message_action"), await listener.next("")
    assert shortcut["callback_id"] == "ask"
    assert command["text"] == "what now?"


async def test_an_error_is_tried_again_three_times_with_the_reason(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    async def fail(_: web.Request) -> web.StreamResponse:
        return web.Response(status=500)

    async with answering(slack, fail) as requests:
        slack.people.say(alice, channel, "hello")
        for number, wait in ((2, 60), (3, 300)):
            await slack.until(lambda number=number: len(slack.post.sent[0].tries) == number)
            slack.clock.move(wait)
        await slack.post.settled()
    retries = [request.headers.get("X-Slack-Retry-Num") for request in requests]
    reasons = {request.headers.get("X-Slack-Retry-Reason") for request in requests[1:]}
    assert (retries, reasons) == ([None, "1", "2", "3"], {"http_error"})


async def test_who_asks_for_no_retry_gets_none(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.Response(status=503, headers={"X-Slack-No-Retry": "1"})

    async with answering(slack, refuse) as requests:
        slack.people.say(alice, channel, "hello")
        await slack.post.settled()
    assert len(requests) == 1


async def test_a_slow_answer_is_a_timeout_at_the_third_second(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    arrived, release = asyncio.Event(), asyncio.Event()

    async def dawdle(request: web.Request) -> web.StreamResponse:
        if "X-Slack-Retry-Num" not in request.headers:
            arrived.set()
            await release.wait()
        return web.Response()

    async with answering(slack, dawdle) as requests:
        slack.people.say(alice, channel, "hello")
        await arrived.wait()
        slack.clock.move(3)
        await slack.post.settled()
        release.set()
    assert requests[1].headers["X-Slack-Retry-Reason"] == "http_timeout"
