"""Faults, as slack_sdk's own client meets them."""

# slack_sdk leaves its arguments half typed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack_server.faults import Cut, Fail, Limit, LoseReply, Refuse
from tests.slack_server.ledger import Entry
from tests.slack_server.rig import ask, error
from tests.slack_server.server import SlackServer
from tests.slack_server.workspace import Channel

POST = "chat.postMessage"


def client(slack: SlackServer, *handlers: AsyncRetryHandler) -> AsyncWebClient:
    return AsyncWebClient(slack.token, base_url=slack.api_url, retry_handlers=list(handlers))


async def test_a_lost_reply_leaves_the_message_posted(slack: SlackServer, channel: Channel) -> None:
    slack.faults.plan(POST, LoseReply())
    with pytest.raises(aiohttp.ClientError):
        await client(slack).chat_postMessage(channel=channel.id, text="once")
    assert [each.text for each in channel.standing()] == ["once"]
    entry = slack.ledger.calls(POST)[0]
    assert (entry.applied, entry.lost) == (True, True)


async def test_the_clients_own_retry_after_a_lost_reply_doubles_the_message(
    slack: SlackServer, channel: Channel
) -> None:
    slack.faults.plan(POST, LoseReply())
    retrying = client(slack, AsyncConnectionErrorRetryHandler())
    await retrying.chat_postMessage(channel=channel.id, text="twice")
    assert [each.text for each in channel.standing()] == ["twice", "twice"]


async def test_a_cut_before_anything_was_applied_posts_nothing(
    slack: SlackServer, channel: Channel
) -> None:
    slack.faults.plan(POST, Cut(), None)
    with pytest.raises(aiohttp.ClientError):
        await client(slack).chat_postMessage(channel=channel.id, text="lost")
    await client(slack).chat_postMessage(channel=channel.id, text="found")
    assert [each.text for each in channel.standing()] == ["found"]
    assert [entry.applied for entry in slack.ledger.calls(POST)] == [False, True]


async def test_a_limit_is_waited_out_by_who_reads_retry_after(
    slack: SlackServer, channel: Channel
) -> None:
    slack.faults.plan(POST, Limit(seconds=0))
    patient = client(slack, AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    await patient.chat_postMessage(channel=channel.id, text="later")
    assert slack.ledger.errors(POST) == ["ratelimited"]
    assert [entry.status for entry in slack.ledger.calls(POST)] == [429, 200]


async def test_a_failing_server_and_a_refusal_of_choice(
    slack: SlackServer, channel: Channel
) -> None:
    slack.faults.plan(POST, Fail(503), Refuse("channel_is_archived"))
    with pytest.raises(SlackApiError):
        await client(slack).chat_postMessage(channel=channel.id, text="x")
    asked = {"channel": channel.id, "text": "x"}
    assert await error(slack, POST, asked) == "channel_is_archived"
    assert channel.messages == {}


async def test_a_held_call_waits_for_the_test(slack: SlackServer, channel: Channel) -> None:
    hold = slack.faults.hold(POST)
    posting = asyncio.create_task(ask(slack, POST, {"channel": channel.id, "text": "x"}))
    await hold.arrived.wait()
    assert channel.messages == {}
    hold.release.set()
    await posting
    assert len(channel.messages) == 1


async def test_a_rule_decides_call_by_call(slack: SlackServer, channel: Channel) -> None:
    def every_other(entry: Entry) -> Refuse | None:
        return Refuse("fatal_error") if len(slack.ledger.calls(entry.method)) % 2 else None

    slack.faults.rule = every_other
    asked = {"channel": channel.id, "text": "x"}
    answers = [await error(slack, POST, asked) for _ in range(4)]
    assert answers == ["fatal_error", "", "fatal_error", ""]
