"""What the stories in Slack begin with."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from channels.slack.manifest import manifest
from tests.scenarios import mail_office
from tests.scenarios.mail_office import MailOffice
from tests.scenarios.slack_office import Mode, SlackOffice
from tests.slack_server.server import SlackServer

MAIL = ("EMAIL_", "IMAP_", "SMTP_", "BOT_EMAIL_")
Opening = Callable[[Mode], AbstractAsyncContextManager[SlackOffice]]


@pytest.fixture
def opening(redis_server: str, tmp_path: Path, free_port: Callable[[], int]) -> Opening:
    """An office that is heard in this mode, as the manifest for it says."""

    @asynccontextmanager
    async def opened(mode: Mode) -> AsyncGenerator[SlackOffice]:
        port = free_port()
        url = f"http://127.0.0.1:{port}/slack/events" if mode == "http" else ""
        async with SlackServer(manifest(url)) as slack:
            yield SlackOffice(slack, redis_server, tmp_path, port)

    return opened


@pytest.fixture
async def office(opening: Opening) -> AsyncGenerator[SlackOffice]:
    """Heard over Socket Mode."""
    async with opening("socket") as office:
        yield office


@pytest.fixture
async def post(
    office: SlackOffice, redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncGenerator[MailOffice]:
    """Mail beside Slack, for the same people and agent."""
    async with mail_office.opened(redis_server, tmp_path / "post", free_port) as post:
        office.environ |= {
            name: each for name, each in post.environ.items() if name.startswith(MAIL)
        }
        yield post


@pytest.fixture
async def over_http(opening: Opening) -> AsyncGenerator[SlackOffice]:
    """Heard over HTTP."""
    async with opening("http") as office:
        yield office


@pytest.fixture(params=["socket", "http"])
def mode(request: pytest.FixtureRequest) -> Mode:
    return request.param


@pytest.fixture
async def either(opening: Opening, mode: Mode) -> AsyncGenerator[SlackOffice]:
    """Heard in either mode."""
    async with opening(mode) as office:
        yield office
