"""A deaf socket in Slack: what the bot writes does not come back, which is noticed long before a silence would be."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest
from redis import Redis

from channels.slack import connect
from channels.slack.manifest import manifest
from tests.scenarios.slack_office import SlackOffice, until
from tests.slack_server.server import SlackServer


@pytest.fixture
async def office(
    redis_server: str,
    tmp_path: Path,
    free_port: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[SlackOffice]:
    """Slack tells each thing once; how long a silence may last is as ever."""
    monkeypatch.setattr(connect, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(connect, "DEAF_SECONDS", 0.5)
    async with SlackServer(manifest()) as slack:
        slack.post.pauses = ()
        yield SlackOffice(slack, redis_server, tmp_path, free_port())


async def test_what_a_deaf_socket_swallowed_is_heard_and_answered_once(office: SlackOffice) -> None:
    sockets = office.slack.sockets
    async with office.listening(), office.working(["One.", "Two.", "Three."]):
        office.model.gate.clear()
        first = office.mention("first")
        await until(lambda: len(office.model.bodies) == 1, "the question to the model")
        sockets.deafen()
        missed = office.mention("missed")
        office.model.gate.set()
        await office.shown(first, 1)
        await until(lambda: sockets.opened == 2, "a new socket")
        await office.shown(missed, 1)
        after = office.mention("after")
        await office.shown(after, 1)
        assert [len(office.answers(each)) for each in (first, missed, after)] == [1, 1, 1]
    assert len(office.model.asked) == 3


async def test_a_socket_that_hears_is_not_taken_for_deaf(
    office: SlackOffice, redis_server: str
) -> None:
    async with office.listening(), office.working(["One."]):
        said = office.mention("first")
        await office.shown(said, 1)
        await until(lambda: nothing_is_missed(redis_server), "a look")
        assert office.slack.sockets.opened == 1


async def test_one_of_two_that_hears_nothing_is_not_taken_for_deaf(
    office: SlackOffice, redis_server: str
) -> None:
    """Slack tells each thing on one of them alone."""
    async with office.listening(), office.listening(), office.working(["One."]):
        said = office.mention("first")
        await office.shown(said, 1)
        await until(lambda: nothing_is_missed(redis_server), "a look")
        assert office.slack.sockets.opened == 2


def nothing_is_missed(url: str) -> bool:
    """Whether all that was said has come back, and those who look know that."""
    with Redis.from_url(url) as server:  # pyright: ignore[reportUnknownMemberType]
        only = server.zcard("bot:{pulse}:slack") == 1
        return only and server.zscore("bot:{pulse}:slack", "heard") is not None
