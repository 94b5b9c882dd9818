"""Order in Slack: what is said under words that are not stored yet is stored after them, and nothing of it is lost."""

from __future__ import annotations

import asyncio

import pytest
from redis import Redis

from bot.app import App
from bot.core.events import MessageNoted, MessageReceived
from channels.slack import later
from tests.scenarios.slack_office import SlackOffice
from tests.scenarios.test_slack_trouble import quiet
from tests.slack_server.faults import Fail


async def heard(app: App, number: int) -> list[str]:
    """What is on the logs, once there is so much of it."""
    async with asyncio.timeout(20):
        while True:
            logs = [await app.desk.events(thread.id) for thread in await app.desk.threads()]
            said = [e for log in logs for e in log if isinstance(e, MessageReceived | MessageNoted)]
            if len(said) >= number:
                return [each.text for each in said]
            await asyncio.sleep(0.05)


async def test_a_reply_that_overtakes_its_mention_is_heard_after_it(office: SlackOffice) -> None:
    office.slack.post.pauses = (0.5, 0.5, 0.5)
    office.slack.faults.plan("users.info", Fail(500))
    async with office.listening() as app, quiet():
        said = office.mention("ship v1", office.eve)
        office.say("stop, I meant v2", office.eve, said)
        office.say("stop", office.eve, said)
        await office.slack.post.settled()
        assert sorted(await heard(app, 3)) == ["ship v1", "stop", "stop, I meant v2"]
        assert (await heard(app, 3))[0] == "ship v1"
    assert all(sent.acknowledged for sent in office.slack.post.sent)


async def test_a_mention_that_is_stored_late_is_followed_by_what_was_said_under_it(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(later, "PAUSES", (1.0,) * 10)
    office.slack.post.pauses = ()
    office.slack.faults.rule = lambda entry: Fail(500) if entry.method == "users.info" else None
    async with office.listening() as app, quiet():
        said = office.mention("ship v1", office.eve)
        await office.slack.post.settled()
        office.slack.sockets.deafen()
        office.say("stop", office.eve, said)
        office.slack.faults.rule = None
        assert await heard(app, 2) == ["ship v1", "stop"]


async def test_what_a_store_was_away_for_is_heard_once_it_answers(
    office: SlackOffice, redis_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(later, "PAUSES", (0.5,) * 20)
    office.slack.post.pauses = ()
    async with office.listening() as app, quiet():
        with Redis.from_url(redis_server) as server:  # pyright: ignore[reportUnknownMemberType]
            server.execute_command("CLIENT", "PAUSE", 7_000, "WRITE")  # pyright: ignore[reportUnknownMemberType]
        office.mention("deploy the fix")
        await office.slack.post.settled()
        assert await heard(app, 1) == ["deploy the fix"]
