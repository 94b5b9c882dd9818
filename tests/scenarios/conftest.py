"""What the stories in Slack begin with."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from channels.slack.manifest import manifest
from tests.scenarios.slack_office import SlackOffice
from tests.slack_server.server import SlackServer


@pytest.fixture
async def office(
    redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncGenerator[SlackOffice]:
    """Heard over Socket Mode."""
    async with SlackServer(manifest()) as slack:
        yield SlackOffice(slack, redis_server, tmp_path, free_port())


@pytest.fixture
async def over_http(
    redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncGenerator[SlackOffice]:
    """Heard over HTTP."""
    port = free_port()
    async with SlackServer(manifest(f"http://127.0.0.1:{port}/slack/events")) as slack:
        yield SlackOffice(slack, redis_server, tmp_path, port)
