"""Slack health: doctor compares what the app was granted with what the code calls."""

from __future__ import annotations

import json

import pytest

from bot.cli.finding import Finding
from bot.cli.slack_health import slack_finding
from bot.settings import Settings
from channels.slack.manifest import Json, manifest
from tests.slack_server.server import SlackServer


async def looked_at(
    monkeypatch: pytest.MonkeyPatch, slack: SlackServer, **settings: str
) -> Finding:
    given = {"SLACK_API_URL": slack.api_url, "SLACK_BOT_TOKEN": slack.token, **settings}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    found = await slack_finding(Settings())
    assert found is not None, "a bot's token is set"
    return found


async def test_without_a_token_there_is_nothing_to_say() -> None:
    assert await slack_finding(Settings()) is None


async def test_an_app_that_speaks_and_hears_nothing_is_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with SlackServer(manifest()) as slack:
        found = await looked_at(monkeypatch, slack)
    assert (found.state, "SLACK_APP_TOKEN" in found.mend) == ("warning", True)


async def test_an_app_that_was_installed_from_the_manifest_is_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with SlackServer(manifest()) as slack:
        found = await looked_at(monkeypatch, slack, SLACK_APP_TOKEN=slack.app.app_token)
    assert (found.state, found.mend) == ("ok", "")
    assert "Socket Mode" in found.found
    assert "app_mention" in found.found


async def test_a_scope_that_is_missing_is_named_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    granted: Json = json.loads(json.dumps(manifest()).replace('"files:write", ', ""))
    assert granted != manifest()
    async with SlackServer(granted) as slack:
        found = await looked_at(monkeypatch, slack)
    assert (found.state, "files:write" in found.found) == ("broken", True)
    assert "bot slack manifest" in found.found


async def test_a_server_that_is_not_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    async with SlackServer(manifest()) as slack:
        pass
    found = await looked_at(monkeypatch, slack)
    assert (found.state, "SLACK_API_URL" in found.mend) == ("broken", True)
