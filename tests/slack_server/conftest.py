"""A server with the app that asks for all, a channel with Alice and the bot in it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from tests.slack_server.manifests import MANIFEST
from tests.slack_server.server import SlackServer
from tests.slack_server.workspace import Channel, Person


@pytest.fixture
async def slack() -> AsyncGenerator[SlackServer]:
    async with SlackServer(MANIFEST) as server:
        yield server


@pytest.fixture
def alice(slack: SlackServer) -> Person:
    return slack.team.person("alice")


@pytest.fixture
def channel(slack: SlackServer, alice: Person) -> Channel:
    return slack.team.channel("releases", [alice, slack.bot])
